"""A journal whose disk takes its time, in virtual time: what is handed over is kept later, in order. Time goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cell.commands import DeviceCommand, SetSpeed, StopAll
from cell.driver_errors import DriverError
from cell.events import CommandReported, Event
from cell.run import RunSpec
from cell.scenario import Disturbance
from cell_drivers.simulated import SimulatedCell
from controller.callers import Recorder
from controller.clock import VirtualClock, Wait
from controller.dispatch import Dispatcher
from controller.journal.journal import MemoryJournal
from controller.rehearsal import Ask, AtOnce, Script
from controller.run_state import RunState
from controller.runner import Runner
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, world
from tests.controller.told import Kind

TICK = 20_000_000  # ns between two looks at the drivers, twice that of a real clock
SECOND = 1e9


class TickingClock(VirtualClock):
    """Virtual time that does not wait for anybody, so that a disk can be late."""

    kind: Literal["virtual", "real"] = "real"
    is_free = False

    def step(self, until: int | None, wait: Wait) -> None:
        soon = self.now() + TICK
        super().step(soon if until is None else min(until, soon), lambda seconds: False)


@dataclass
class SlowDisk(MemoryJournal):
    """`delay` gives, for each handing over, the seconds until it is kept; None for a disk that takes no more."""

    now: Callable[[], int]
    delay: Callable[[], float | None]
    events: list[Event] = field(default_factory=list)
    _due: list[tuple[int, int]] = field(default_factory=list)
    _is_full: bool = False

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        self.events.extend(events)
        delay = self.delay()
        self._is_full = delay is None
        late = self._due[-1][0] if self._due else 0
        self._due.append((max(late, self.now() + round((delay or 0.0) * SECOND)), len(self.events)))

    def kept(self) -> int:
        if self.trouble():
            return 0
        return max((count for due, count in self._due if due <= self.now()), default=0)

    def trouble(self) -> str:
        self._is_full = self._is_full and self.delay() is None
        return "the disk is full" if self._is_full else ""


@dataclass
class Late:
    """`calls` is what the world saw: an id for a command, "" for a stop, with the seconds at which it did."""

    events: list[Event]
    state: RunState
    cell: SimulatedCell
    calls: list[tuple[str, float]]

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]


class Spied(Dispatcher):
    calls: list[tuple[str, float]]
    now: Callable[[], int]

    def send(self, command: DeviceCommand | SetSpeed, now: int) -> Iterator[CommandReported]:
        self.calls.append((command.id, now / SECOND))
        return super().send(command, now)

    def stop(self, command: StopAll) -> list[DriverError]:
        self.calls.append(("", self.now() / SECOND))
        return super().stop(command)


def late(
    delay: Callable[[SimulatedCell], Callable[[], float | None]],
    *disturbances: Disturbance,
    asks: tuple[Ask, ...] = (),
    given: RunSpec | None = None,
    drivers: SimulatedCell | None = None,
    recorder: Recorder | None = None,
) -> Late:
    """Tends the lathe with a disk of that delay."""
    given = given or spec(intent())
    plan = small_plan(given.state, 3)
    assert plan is not None
    drivers = drivers or world(*disturbances)
    journal = SlowDisk(drivers.virtual.now, delay(drivers))
    calls: list[tuple[str, float]] = []

    class Seen(Spied):
        pass

    Seen.calls, Seen.now = calls, staticmethod(drivers.virtual.now)
    runner = Runner(
        given, drivers, TickingClock(drivers.virtual), journal, AtOnce(SmallPlanner(3)), Script(asks), ends_when_held=True,
        dispatcher=Seen, recorder=recorder,
    )  # fmt: skip
    state = runner.run(released(plan))
    return Late(journal.events, state, drivers, calls)
