"""A disk that takes seconds, or nothing: the loop sees and stops as before, and nothing goes out that has lost its reason."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from cell.commands import DeviceCommand, SetSpeed, StopAll, StopKind
from cell.driver import DriverSet
from cell.driver_errors import DriverError
from cell.events import (
    NOT_SENT,
    Asked,
    CommandReported,
    CommandSent,
    Event,
    HoldRaised,
    JournalReported,
    OperatorAsked,
    SpeedAsked,
    StateChanged,
    ZoneReported,
)
from cell.run import RunSpec
from cell.scenario import Disturbance, GripLost, PersonEnters, Reject
from cell_drivers.simulated import SimulatedCell
from controller.callers import SAMPLE_PERIOD
from controller.clock import VirtualClock
from controller.dispatch import Dispatcher
from controller.journal.journal import MemoryJournal
from controller.journal.replay import verified
from controller.rehearsal import Ask, AtOnce, Script
from controller.run_state import RunState
from controller.runner import Runner
from tests.controller.slow_disk import TICK, Late, late
from tests.controller.small_planner import cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, tend, world
from tests.long import rest_is_long

SLOW = 2.0  # s
LATER = tuple(Ask(time, "resume") for time in (400.0, 450.0, 500.0))
Delay = Callable[[SimulatedCell], Callable[[], float | None]]


@dataclass
class Stuck(MemoryJournal):
    """A disk that keeps the first plan at its `kept_at`th look, None for never."""

    kept_at: int | None
    looks: int = 0
    events: list[Event] = field(default_factory=list)

    def holds(self, plan_id: str) -> bool:
        self.looks += 1
        if self.looks > 20:
            raise StillStuckError
        return self.kept_at is not None and self.looks >= self.kept_at

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        self.events.extend(events)


class StillStuckError(Exception):
    pass


class AskedLater(Script):
    """What is asked at the third look at it, whatever time it is."""

    def __init__(self, what: Asked) -> None:
        super().__init__(())
        self.what, self.looks = what, 0

    def take(self, now: int) -> Sequence[tuple[Asked, str]]:
        self.looks += 1
        return ((self.what, "ann"), ("hold", "bob")) if self.looks == 3 else ()


@pytest.mark.parametrize(("what", "kind"), [("stop", "hold"), ("quick stop", "quick"), ("abort", "power")])
@pytest.mark.parametrize("kept_at", [8, None])
def test_a_stop_does_not_wait_for_the_disk_that_is_to_keep_the_first_plan(
    what: Asked, kind: StopKind, kept_at: int | None
) -> None:
    drivers, journal, stops = world(), Stuck(kept_at), list[tuple[int, StopKind]]()

    class Noted(Dispatcher):
        def send(self, command: DeviceCommand | SetSpeed, now: int) -> Iterator[CommandReported]:
            raise AssertionError(command)

        def stop(self, command: StopAll) -> list[DriverError]:
            stops.append((journal.looks, command.kind))
            return super().stop(command)

    given = spec(intent())
    plan = small_plan(given.state, 3)
    assert plan is not None
    asked = AskedLater(what)
    runner = Runner(given, drivers, VirtualClock(drivers.virtual), journal, AtOnce(SmallPlanner(3)), asked, dispatcher=Noted)
    if kept_at is None:
        with pytest.raises(StillStuckError):
            runner.run(released(plan))
        assert stops == [(3, kind), (21, "hold")]  # the last one for what went wrong here
        return
    state = runner.run(released(plan))
    assert stops == [(3, kind), (kept_at, kind)]
    assert state.pack == ("Aborted" if what == "abort" else "Stopped")
    assert verified(journal.events) == state
    assert [(e.what, e.who) for e in journal.events if isinstance(e, OperatorAsked)] == [(what, "ann")]


def always(seconds: float) -> Delay:
    return lambda drivers: lambda: seconds


def between(first: float, last: float, delay: float | None) -> Delay:
    """`delay` from `first` s to `last` s, none otherwise."""
    return lambda drivers: lambda: delay if first <= drivers.virtual.now() / 1e9 < last else 0.0


def drawn(seed: int) -> Delay:
    draw = random.Random(seed)
    return lambda drivers: lambda: draw.choice((0.0, 0.0, 0.004, 0.03, 0.4, SLOW))


def taken_back_in(run: Late) -> list[CommandReported]:
    return [e for e in run.all(CommandReported) if e.code == NOT_SENT]


def agrees(run: Late) -> None:
    """With the world's record, and with the order in which everything was folded."""
    record = run.cell.record()
    assert record.violations == ()
    assert verified(run.events) == run.state
    at = {id(event): number for number, event in enumerate(run.events)}
    sent = {e.command.id: at[id(e)] for e in run.all(CommandSent)}
    not_sent = {e.command: at[id(e)] for e in taken_back_in(run)}
    stops = [at[id(e)] for e in run.all(CommandSent) if isinstance(e.command, StopAll)]
    seen = 0
    for name, _ in run.calls:
        if name == "":
            seen += 1
        elif name in sent:  # a share of speed has an event of another kind
            assert all(stop < sent[name] for stop in stops[:seen]), f"{name} went out behind a stop that is younger"
            assert not_sent.get(name, -1) < sent[name], f"{name} went out and the journal says that it did not"
    assert seen == len(stops)
    carried_out = {name for name, _ in run.calls} & sent.keys()
    waiting = {e.command.id for e in run.all(CommandSent)} - carried_out - set(not_sent)
    assert all(isinstance(e.command, StopAll) for e in run.all(CommandSent) if e.command.id in waiting)
    assert set(record.executions.values()) <= {1}


@pytest.mark.parametrize("seed", range(2))
def test_a_run_on_a_slow_disk_does_what_it_does_on_a_quick_one(seed: int) -> None:
    run = late(drawn(seed), Reject(1))
    assert run.state.pack == "Complete"
    truth = {p.id: getattr(p.where, "place", "") for p in run.cell.record().parts}
    assert truth == {p.id: getattr(p.where, "place", "") for p in tend(Reject(1)).world.record().parts}
    agrees(run)


def test_a_stop_goes_out_at_the_next_look_and_passes_what_waits_for_the_disk() -> None:
    run = late(always(SLOW), asks=(Ask(5.2, "stop"),))
    (stop,) = [time for name, time in run.calls if name == ""]
    assert 5.2 <= stop <= 5.2 + 2 * TICK / 1e9
    assert run.calls[-1][0] == ""
    assert run.state.pack == "Stopped"
    agrees(run)


def test_a_stop_that_lies_there_when_the_run_begins_comes_before_power() -> None:
    run = late(always(SLOW), asks=(Ask(0.0, "stop"),))
    assert [name for name, _ in run.calls] == [""]
    assert run.state.pack == "Stopped"


def test_a_hold_that_lies_there_when_the_run_begins_is_not_lost() -> None:
    """It was read with the stops, and waits for the first look."""
    run = late(always(0.0), asks=(Ask(0.0, "hold"),))
    assert run.state.pack == "Held"
    assert [event.what for event in run.all(OperatorAsked)] == ["hold"]


def stopping_zone() -> RunSpec:
    zone = replace(cell().zones["aisle"], when_occupied="stop")
    return replace(spec(), cell=replace(cell(), zones={**cell().zones, "aisle": zone}))


@pytest.mark.parametrize("enters", [3.0, 14.7])
def test_somebody_who_steps_in_is_answered_at_once_while_the_disk_takes_its_time(enters: float) -> None:
    run = late(always(SLOW), PersonEnters("aisle", enters, enters + 9.0), asks=LATER, given=stopping_zone())
    told = next(e.at for e in run.all(ZoneReported) if e.is_occupied)
    stop = next(time for name, time in run.calls if name == "")
    assert stop == told / 1e9 <= enters + 2 * TICK / 1e9
    assert run.state.pack == "Complete"
    agrees(run)


def test_what_waits_for_the_disk_when_a_stop_comes_never_goes_out_and_its_step_is_planned_again() -> None:
    """The disk stands still from just before a motion is due; somebody steps in while its command waits."""
    due = next(e.at for e in tend().all(CommandSent) if e.of.motion and e.at > 8e9) / 1e9
    run = late(between(due - 0.1, due + 4.0, 5.0), PersonEnters("aisle", due + 1.0, due + 2.0), asks=LATER, given=stopping_zone())
    (taken_back,) = taken_back_in(run)
    assert taken_back.text == "a stop came first"
    assert taken_back.command not in {name for name, _ in run.calls}
    assert run.state.pack == "Complete"
    agrees(run)


def test_a_command_that_waits_when_a_hold_is_asked_for_goes_out_after_the_resume() -> None:
    due = next(e.at for e in tend().all(CommandSent) if e.of.motion and e.at > 8e9) / 1e9
    run = late(between(due - 0.1, due + 4.0, 5.0), asks=(Ask(due + 1.0, "hold"), Ask(due + 60.0, "resume"), *LATER))
    (taken_back,) = taken_back_in(run)
    assert taken_back.text == "the run is held"
    ((_, sent),) = [call for call in run.calls if call[0] == taken_back.command]
    assert sent > due + 59.9
    assert [e.command.id for e in run.all(CommandSent)].count(taken_back.command) == 2
    assert run.state.pack == "Complete"
    agrees(run)


def test_what_slows_down_does_not_wait_for_the_disk_and_what_speeds_up_does() -> None:
    run = late(always(SLOW), PersonEnters("aisle", 5.0, 25.0))
    slower, faster = run.all(SpeedAsked)[:2]
    scaled = [(e.time / 1e9, e.detail) for e in run.cell.record().effects if e.what == "scaled"]
    assert (slower.fraction, faster.fraction) == (0.0, 1.0)
    assert scaled[0] == (slower.at / 1e9, "0")
    assert faster.at / 1e9 + SLOW <= scaled[1][0]
    agrees(run)


def test_of_two_shares_of_speed_that_wait_only_the_last_goes_out() -> None:
    """Nobody in the aisle any more, and somebody again before the disk has taken that: the robot never goes faster."""
    run = late(between(20.0, 40.0, 30.0), PersonEnters("aisle", 5.0, 25.0), PersonEnters("aisle", 26.0, 70.0))
    scaled = [(round(e.time / 1e9, 1), e.detail) for e in run.cell.record().effects if e.what == "scaled"]
    assert [detail for time, detail in scaled if time < 70.0] == ["0"]
    assert [e.fraction for e in run.all(SpeedAsked)] == [0.0, 1.0, 0.0, 1.0]
    agrees(run)


def test_a_full_disk_holds_the_run_and_it_goes_on_when_there_is_space_and_somebody_resumes() -> None:
    asks = (Ask(30.0, "resume"), Ask(70.0, "resume"), *LATER)
    run = late(between(12.0, 60.0, None), asks=asks)
    assert [bool(e.why) for e in run.all(JournalReported)] == [True, False]
    assert [e.code for e in run.all(HoldRaised)] == ["R742", "R742"]
    assert "the disk is full" in run.all(HoldRaised)[0].text
    held = next(e.at for e in run.all(JournalReported)) / 1e9
    assert [call for call in run.calls if held < call[1] < 60.0] == []
    assert [e.after for e in run.all(StateChanged) if e.after in ("Held", "Execute")] == ["Execute", "Held", "Execute"]
    assert run.state.pack == "Complete"
    agrees(run)


def test_on_a_full_disk_a_stop_waits_for_nothing_and_the_run_ends() -> None:
    run = late(between(12.0, 1e9, None), asks=(Ask(30.0, "stop"),))
    assert run.calls[-1][0] == ""
    assert run.calls[-1][1] == pytest.approx(30.0, abs=2 * TICK / 1e9)
    assert run.state.pack == "Stopped"
    agrees(run)


@pytest.mark.parametrize("seed", rest_is_long(range(4)))
def test_however_disk_people_and_operators_fall_together_nothing_is_done_twice_or_passes_a_stop(seed: int) -> None:
    draw = random.Random(seed)
    enters = draw.uniform(0.0, 90.0)
    person = PersonEnters("aisle", enters, enters + draw.uniform(0.1, 20.0))
    disturbances: tuple[Disturbance, ...] = (person, GripLost("grip", draw.randint(1, 4), "on the way"), Reject(2))
    asks = tuple(Ask(draw.uniform(0.0, 120.0), draw.choice(("hold", "resume"))) for _ in range(4))
    run = late(drawn(seed), *disturbances, asks=(*asks, *LATER), given=draw.choice((spec(), stopping_zone())))
    assert run.state.pack in ("Complete", "Held")
    agrees(run)


class Taking:
    """When samples were gathered, in s."""

    def __init__(self, drivers: SimulatedCell) -> None:
        self.at: list[float] = []
        self._now = drivers.virtual.now

    def take(self, drivers: DriverSet, state: RunState) -> None:
        self.at.append(self._now() / 1e9)

    def write(self) -> None: ...


def test_what_robots_measure_is_taken_while_they_move_and_not_only_when_they_have() -> None:
    drivers = world()
    taking = Taking(drivers)
    run = late(always(0.0), drivers=drivers, recorder=taking)
    assert run.state.pack == "Complete"
    apart = [round((b - a) * 1e9) for a, b in pairwise(taking.at)]
    assert max(apart) <= SAMPLE_PERIOD + 2 * TICK
    assert sum(gap < SAMPLE_PERIOD for gap in apart) < len(apart) / 20  # no more often, but for the end of each motion
