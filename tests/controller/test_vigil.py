"""A loop that was away, wherever it was: what was asked meanwhile comes first, and nothing goes out that was decided before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from cell.commands import DeviceCommand, SetSpeed, StopAll
from cell.device import DeviceEvent
from cell.driver_errors import DriverError
from cell.events import Asked, CommandReported, Event, HoldRaised, OperatorAsked, StepFailed, StepUnknown, TimeMarked
from cell_drivers.simulated import SimulatedCell
from controller.dispatch import Dispatcher
from controller.journal.journal import MemoryJournal
from controller.rehearsal import AtOnce
from controller.run_state import RunState
from controller.runner import Runner
from controller.vigil import AWAY, UNWATCHED, Vigil
from tests.controller.slow_disk import TickingClock
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, world

HOUR = 3600.0
FIRST = 6  # time that events are handed over, by which the loop has begun
TWO = 24  # and by which two commands go out, of the lathe and of the robot


@dataclass
class Box:
    """In which a stop lies as soon as terminals were listened to."""

    asked: list[tuple[Asked, str]] = field(default_factory=list)
    looks: int = 0

    def take(self, now: int) -> list[tuple[Asked, str]]:
        self.looks += 1
        found, self.asked = self.asked, []
        return found

    def wait(self, seconds: float) -> bool:
        return bool(self.asked)

    def next_time(self) -> int | None:
        return None


class Away(MemoryJournal):
    """Time jumps when events were handed over for the `at`th time, with what they call for not sent yet but `behind` commands."""

    def __init__(self, at: int, jumps: Callable[[], None] = lambda: None, behind: int = 0) -> None:
        super().__init__()
        self.at, self.handed_over, self.behind, self._jumps = at, 0, behind, jumps

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        super().append(events, state, is_durable=is_durable)
        self.handed_over += 1
        if self.handed_over == self.at:
            self._jumps()

    @property
    def is_over(self) -> bool:
        return self.handed_over >= self.at and self.behind <= 0


class Muffled:
    """A cell that goes on while nobody looks, and of which nothing is heard before a moment after that."""

    def __init__(self, cell: SimulatedCell, moment: float) -> None:
        self._cell, self._heard_from, self._moment = cell, 0, moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cell, name)

    def goes_on(self) -> None:
        self._cell.virtual.advance_to(self._cell.virtual.now() + round(HOUR * 1e9))
        self._heard_from = self._cell.virtual.now() + round(self._moment * 1e9)

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self._cell.poll() if self._cell.virtual.now() >= self._heard_from else ()


@dataclass
class Woken:
    """What has gone out since the loop was back, what was asked, how often events were handed over, and the last state."""

    sent: list[str]
    asked: list[Asked]
    times: int
    state: RunState
    events: Sequence[Event]


def woken(
    at: int,
    *meanwhile: Asked,
    away_for: float = HOUR,
    heard_after: float | None = None,
    behind: int = 0,
    each_look: float = 0.0,
) -> Woken:
    """`heard_after` s of the cell's time, in which it goes on for an hour; None: it stands still. `behind` so many commands of
    those that are to be sent by then. `each_look`: s that a look takes."""
    given, drivers, box, sent = spec(intent()), Muffled(world(), heard_after or 0.0), Box(), list[str]()
    away = Away(at, behind=behind) if heard_after is None else Away(at, drivers.goes_on)
    plan = small_plan(given.state, 3)
    assert plan is not None

    class Seen(Dispatcher):
        def send(self, command: DeviceCommand | SetSpeed, now: int) -> Iterator[CommandReported]:
            sent.extend([type(command).__name__] if away.is_over else ())
            away.behind -= away.handed_over >= away.at
            return super().send(command, now)

        def stop(self, command: StopAll) -> list[DriverError]:
            sent.append("StopAll")
            return super().stop(command)

    vigil = Vigil(
        lambda: box.asked.extend((what, "ann") for what in meanwhile),
        lambda: away_for if away.is_over else box.looks * each_look,
    )
    ticking = TickingClock(drivers.virtual)
    runner = Runner(
        given, drivers, ticking, away, AtOnce(SmallPlanner(3)), box, dispatcher=Seen, vigil=vigil, ends_when_held=True
    )
    state = runner.run(released(plan))
    asked: list[Asked] = [event.what for event in away.events if isinstance(event, OperatorAsked)]
    return Woken(sent, asked, away.handed_over, state, away.events)


def test_a_stop_that_was_asked_while_the_loop_was_away_is_all_that_goes_out() -> None:
    found = woken(FIRST + 30, "stop")
    assert (found.sent, found.asked, found.state.pack) == (["StopAll"], ["stop"], "Stopped")


def test_a_stop_is_all_that_goes_out_also_where_the_loop_was_away_between_two_commands() -> None:
    found = woken(TWO, "stop", behind=1)
    assert (found.sent, found.asked, found.state.pack) == (["StopAll"], ["stop"], "Stopped")
    assert len(woken(TWO, away_for=0.0, behind=1).sent) > 1, "another command goes out there"


def test_who_was_away_for_long_begins_nothing_before_somebody_has_looked() -> None:
    found = woken(FIRST + 30)
    assert (found.sent, found.state.pack) == ([], "Held")
    assert found.state.trouble.hold is not None
    assert (found.state.trouble.hold.code, "3600.0 s" in found.state.trouble.hold.text) == ("R787", True)


def test_who_was_away_for_a_little_goes_on() -> None:
    assert woken(FIRST + 30, away_for=UNWATCHED).state.pack == "Complete"


def test_what_ended_meanwhile_and_is_heard_a_moment_later_is_not_late() -> None:
    found = woken(FIRST + 30, heard_after=0.3)
    assert found.state.pack == "Held"
    assert [event.code for event in found.events if isinstance(event, HoldRaised)] == ["R787"]
    assert not any(isinstance(event, StepUnknown | StepFailed) for event in found.events)


def test_where_every_look_takes_long_time_runs_out_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.runner.MINUTE", 1_000_000_000)
    found = woken(10**9, each_look=2.0 * AWAY)
    assert any(isinstance(event, TimeMarked) for event in found.events)


@pytest.mark.long
def test_so_it_is_wherever_the_loop_was_away() -> None:
    times = woken(10**9).times
    for at in range(FIRST, times - 1, times // 12):
        assert woken(at, "stop").sent == ["StopAll"], at
        held = woken(at)
        assert (held.sent, held.state.pack) == ([], "Held"), at


def test_who_is_away_for_a_moment_waits_for_nobody() -> None:
    times = iter((0.0, AWAY, AWAY))
    vigil = Vigil(lambda: pytest.fail("it waits"), lambda: next(times))
    assert [vigil.looks(), vigil.looks()] == [0.0, 0.0]


def test_where_every_look_takes_long_something_goes_out_all_the_same() -> None:
    times = count(0.0, 2.0 * AWAY)
    vigil = Vigil(lambda: None, lambda: next(times))
    vigil.looks()
    assert [vigil.is_to_look_first() for _ in range(4)] == [True, False, True, False]
