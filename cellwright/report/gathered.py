"""What a page tells of a run, gathered event by event, while it lasts or as its journal is read.

Law: no event is kept, so a page of hours takes the room of what it tells, and not that of what has happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cell.events import Event, PlanReleased, RunOpened
from cell.motion_plan import MotionPlan
from cellwright.report.alarm_section import Told
from cellwright.report.clock import RunClock
from cellwright.report.course import CourseSeen
from cellwright.report.record import Said
from cellwright.report.whereabouts import MovesSeen
from controller.tally import Tally


@dataclass(slots=True)
class Gathered:
    """`opened` None: there was no first event. `first` is the plan that was released first, `released` counts them all."""

    told: Told
    opened: RunOpened | None = None
    first: MotionPlan | None = None
    released: int = 0
    clock: RunClock = field(default_factory=RunClock)
    course: CourseSeen = field(default_factory=CourseSeen)
    moves: MovesSeen = field(default_factory=MovesSeen)
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def saying(cls, said: Said) -> Gathered:
        return cls(Told(said))

    def take(self, event: Event) -> None:
        match event:
            case RunOpened():
                self.opened = self.opened or event
            case PlanReleased(plan=plan):
                self.released += 1
                self.first = self.first or plan
            case _:
                pass
        at = self.clock.moment(event)
        self.course.take(at, event)
        self.moves.take(at, event)
        self.told.take(at, event)
        self.tally.take(event)


def gathered(events: Iterable[Event], said: Said) -> Gathered:
    found = Gathered.saying(said)
    for event in events:
        found.take(event)
    return found
