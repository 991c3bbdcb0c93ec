"""Where time is real people are looked for at every look, also by a detector that tells nothing of itself, and so is the
standstill of a robot that says done before it stands. Drivers with news wake who waits for the next look."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cell.device import DeviceEvent, RobotState, SignalChanged
from cell.events import (
    CommandReported,
    Event,
    FactObserved,
    HoldRaised,
    JointSpeedSeen,
    NoProgressSeen,
    RunEnded,
    TooFastSeen,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.scenario import PersonEnters, Stuck
from cell_drivers.composed import ComposedSet, Share
from controller.journal.journal import MemoryJournal
from controller.rehearsal import AtOnce, Script
from controller.runner import Runner
from controller.service import NEWS, Post, post
from controller.standing import BRAKING, STANDING
from tests.controller.slow_disk import TICK, TickingClock
from tests.controller.small_planner import cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, world

ENTERS = 4.137
ASTRAY = 0.35


class Quiet:
    """Its detector is there to be asked, and no signal says that it has seen somebody."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(event for event in self._inner.poll() if not isinstance(event, SignalChanged))


def zones(*, is_quiet: bool) -> list[ZoneReported]:
    given, simulated = spec(intent(batch="1 parts")), world(PersonEnters("aisle", ENTERS, ENTERS + 5.0))
    plan, journal = small_plan(given.state, 1), MemoryJournal()
    assert plan is not None
    drivers = Quiet(simulated) if is_quiet else simulated
    planner, clock = AtOnce(SmallPlanner(1)), TickingClock(simulated.virtual)
    Runner(given, drivers, clock, journal, planner, Script(()), ends_when_held=True).run(released(plan))
    told: list[Event] = list(journal.events)
    return [event for event in told if isinstance(event, ZoneReported) and event.is_occupied]


def test_somebody_is_seen_at_the_next_look_whether_or_not_anything_tells_of_them() -> None:
    for is_quiet in (False, True):
        (seen,) = zones(is_quiet=is_quiet)
        assert 0 <= seen.at - round(ENTERS * 1e9) <= TICK


SWINGS = 0.05


class Swinging:
    """A robot that is at its end and says so, and whose joints come to rest a moment later."""

    def __init__(self, inner: Any) -> None:
        self._inner, self._moved = inner, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def state(self) -> RobotState:
        seen: RobotState = self._inner.state()
        if seen.command is not None:
            self._moved = seen.received
        swings = seen.command is None and seen.received - self._moved < SWINGS * 1e9
        return replace(seen, qd=seen.qd + 0.02) if swings else seen


class Swung(Quiet):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.motion = {name: Swinging(robot) for name, robot in inner.motion.items()}

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self._inner.poll()  # type: ignore[no-any-return]


def test_a_robot_that_says_done_before_it_stands_is_seen_once_it_does() -> None:
    """It was looked at when it said so, and not again: each motion was held as one without effect (R716)."""
    given, drivers = spec(intent(batch="1 parts")), Swung(world())
    plan, journal = small_plan(given.state, 1), MemoryJournal()
    assert plan is not None
    planner, clock = AtOnce(SmallPlanner(1)), TickingClock(drivers.virtual)
    Runner(given, drivers, clock, journal, planner, Script(()), ends_when_held=True).run(released(plan))
    told: list[Event] = list(journal.events)
    assert [event.code for event in told if isinstance(event, HoldRaised)] == []
    (ended,) = [event for event in told if isinstance(event, RunEnded)]
    assert ended.state == "Complete"
    stands = {e.of.step: e.at for e in told if isinstance(e, FactObserved) and e.fact.name == "stands" and e.of.step}
    done = {e.of.step: e.at for e in told if isinstance(e, CommandReported) and e.status == "done" and e.of.step in stands}
    assert done
    assert all(0 < stands[step] - done[step] <= SWINGS * 1e9 + 2 * TICK for step in done)


class Astray(Quiet):
    """Its robot is 0.3 m beside its setpoint for a fifth of a second, between two looks at what no event tells."""

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(self._inner.poll())

    @property
    def robots_seen(self) -> tuple[RobotState, ...]:
        robot = self._inner.motion["g1"].state()
        is_astray = 0.0 <= robot.received / 1e9 - ASTRAY < 0.2
        return (replace(robot, q=robot.setpoint + 0.3) if is_astray else robot,)


def test_a_robot_that_leaves_its_way_for_a_moment_is_stopped() -> None:
    given, simulated = spec(intent(batch="1 parts")), world()
    plan, journal = small_plan(given.state, 1), MemoryJournal()
    assert plan is not None
    assert simulated.virtual is not None
    clock = TickingClock(simulated.virtual)
    runner = Runner(given, Astray(simulated), clock, journal, AtOnce(SmallPlanner(1)), Script(()), ends_when_held=True)
    state = runner.run(released(plan))
    (seen,) = (event for event in journal.events if isinstance(event, TrackingErrorSeen))
    assert 0 <= seen.at / 1e9 - ASTRAY <= 0.05
    assert state.trouble.hold is not None
    assert state.trouble.hold.code == "R714"


def watched(drivers: Any) -> tuple[list[Event], Any]:
    """A run of one part beside its events."""
    given = spec(intent(batch="1 parts"))
    plan, journal = small_plan(given.state, 1), MemoryJournal()
    assert plan is not None
    clock, planner = TickingClock(drivers.virtual), AtOnce(SmallPlanner(1))
    state = Runner(given, drivers, clock, journal, planner, Script(()), ends_when_held=True).run(released(plan))
    return list(journal.events), state.trouble.hold


class AtHand(Quiet):
    """Its robot's state is at hand, as where a driver has a process of its own, and is what `told` makes of it."""

    def __init__(self, inner: Any, told: Callable[[RobotState], RobotState] = lambda seen: seen) -> None:
        super().__init__(inner)
        self.motion = {"g1": Telling(inner.motion["g1"], told)}

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(self._inner.poll())

    @property
    def robots_seen(self) -> tuple[RobotState, ...]:
        return (self.motion["g1"].state(),)


class Telling:
    def __init__(self, inner: Any, told: Callable[[RobotState], RobotState]) -> None:
        self._inner, self._told = inner, told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def state(self) -> RobotState:
        return self._told(self._inner.state())


def test_a_joint_that_is_too_fast_for_a_moment_is_stopped() -> None:
    def races(seen: RobotState) -> RobotState:
        is_over = 0.0 <= seen.received / 1e9 - ASTRAY < 0.2
        return replace(seen, qd=seen.qd + 99.0) if is_over else seen

    events, hold = watched(AtHand(world(), races))
    (seen,) = (event for event in events if isinstance(event, JointSpeedSeen))
    assert 0 <= seen.at / 1e9 - ASTRAY <= 0.05
    assert hold.code == "R772"


def test_a_robot_that_is_not_slowed_is_told_as_soon_as_it_had_its_time_to_brake() -> None:
    enters = 0.35
    events, hold = watched(
        AtHand(world(PersonEnters("aisle", enters, 30.0)), lambda seen: replace(seen, speed_scaling=1.0)),
    )
    (seen,) = (event for event in events if isinstance(event, TooFastSeen))
    assert 0 <= seen.at / 1e9 - enters - BRAKING <= 0.1
    assert hold.code == "R771"


def test_a_robot_that_is_stuck_for_a_little_longer_than_it_may_is_told() -> None:
    events, hold = watched(AtHand(world(Stuck("g1", 0.35, STANDING + 0.5))))
    (seen,) = (event for event in events if isinstance(event, NoProgressSeen))
    assert STANDING <= seen.seconds <= STANDING + 0.05
    assert hold.code == "R741"


def test_news_wakes_who_waits_and_is_no_request() -> None:
    inbox = queue.SimpleQueue[str]()
    box = Post(inbox)
    inbox.put(NEWS)
    post(inbox, "hold")
    assert box.wait(60.0)
    assert box.take(0) == [("hold", "operator")]
    inbox.put(NEWS)
    assert box.wait(60.0)
    assert box.take(0) == []


class Awake(Quiet):
    def wake_with(self, wake: Any) -> None:
        self.wake = wake


def test_a_composed_set_passes_the_wish_on_to_whom_it_may_concern() -> None:
    one, other = Awake(world()), world()
    woken: list[str] = []
    shares = (Share("one", frozenset({"g1"}), one), Share("other", frozenset({"lathe"}), other))
    ComposedSet(cell(), shares).wake_with(lambda: woken.append("yes"))
    one.wake()
    assert woken == ["yes"]
