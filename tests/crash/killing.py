"""A controller that is killed: its journal as it was on disk, and drivers that nothing of it reaches any more.

The world is not told. What the dead controller would have sent on its way out (a stop, for an ordinary defect sends one) is not
sent, for SIGKILL leaves no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cell.device import DeviceEvent
from cell.events import Event
from cell.motion_plan import MotionPlan
from cell_drivers.simulated import SimulatedCell
from controller.journal.journal import MemoryJournal
from controller.run_state import RunState

When = Literal["before it goes out", "before its effect", "after its effect"]
WHENS: tuple[When, ...] = ("before it goes out", "before its effect", "after its effect")


class Killed(BaseException):
    """SIGKILL."""


@dataclass(slots=True)
class Cord:
    """Between a controller and its world. `at` is the number of the write at which it is cut, from 1; None: never."""

    at: int | None = None
    when: When = "before it goes out"
    writes: int = 0
    is_cut: bool = False
    is_due: bool = False

    def written(self) -> None:
        self.look()
        self.writes += 1
        if self.writes == self.at:
            self.is_due = True
            if self.when == "before it goes out":
                self.look()

    def look(self) -> None:
        """What was written has been sent by the next look at anything."""
        if self.is_due and not self.is_cut:
            self.is_cut = True
            raise Killed


@dataclass(slots=True)
class Kept(MemoryJournal):
    """A journal in memory that a run may go on in. Each write is a transaction: all of it is there, or nothing."""

    cord: Cord
    events: list[Event] = field(default_factory=list)
    rows: list[tuple[Event, ...]] = field(default_factory=list)
    plans: dict[str, MotionPlan] = field(default_factory=dict)

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        if not events:
            return
        self.cord.look()
        self.events.extend(events)
        self.rows.append(tuple(events))
        self.cord.written()

    def keep_plan(self, plan: MotionPlan) -> None:
        self.plans[plan.plan_id] = plan


class Reached:
    """The drivers of `world` as the controller at the other end of `cord` reaches them."""

    def __init__(self, world: SimulatedCell, cord: Cord) -> None:
        self._world, self._cord = world, cord

    def __getattr__(self, name: str) -> object:
        if self._cord.is_cut:
            return {}
        return getattr(self._world, name)

    @property
    def virtual(self) -> Reached:
        return self

    def now(self) -> int:
        return self._world.now()

    def next_event_time(self) -> int | None:
        return self._world.next_event_time()

    def advance_to(self, time: int) -> None:
        self._cord.look()
        self._world.advance_to(time)

    def poll(self) -> tuple[DeviceEvent, ...]:
        self._cord.look()
        return self._world.poll()

    def open(self) -> None:
        self._world.open()

    def close(self) -> None:
        if not self._cord.is_cut:
            self._world.close()

    def leave(self) -> None:
        """As a world in service does it: it is there for whoever comes next."""
