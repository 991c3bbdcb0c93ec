"""What the controller makes of an observation: the half of a run's events that the fold can make again.

A conclusion is written in one go with the observation that it was made from, so a reader needs no fold and a replay can check it.
By itself it changes nothing.
"""

from __future__ import annotations

from typing import Literal

from cell.commands import DeviceCommand, Subject
from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.jog import Jog, Mode, WantedJog
from cell.run import PackState
from cell.state import CellState, Location

Source = Literal["declared", "observed", "inferred"]


@dataclass(frozen=True, slots=True)
class StateChanged:
    at: int
    of: Subject
    before: PackState
    after: PackState
    why: str


@dataclass(frozen=True, slots=True)
class CommandSent:
    """Written before the command goes out; a stop is the exception and is written at once after."""

    at: int
    of: Subject
    command: DeviceCommand


@dataclass(frozen=True, slots=True)
class SpeedAsked:
    at: int
    of: Subject
    robot: str
    fraction: float
    why: str


@dataclass(frozen=True, slots=True)
class PlanRequested:
    at: int
    of: Subject
    number: int
    reason: str
    state: CellState


@dataclass(frozen=True, slots=True)
class Replanned:
    """The plan of that number, `of` is of it, goes on from another one; `why` it was asked for. Of the operations that were left
    so many are `kept`: same robot, same target, same order; `changes` has the rest in words. `rest_before` and `rest_now`: how
    long the rest takes by the plan before and by this one, in s at the declared durations. `beyond`: what of it was not approved;
    nothing of it is dispatched then."""

    at: int
    of: Subject
    number: int
    why: str
    kept: int
    changes: tuple[str, ...]
    rest_before: float
    rest_now: float
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retimed:
    """The step of `of` has ended so much after its latest end that the plan ends `delay` s later than planned, at the declared
    durations: `ends` s after its first step was started. Its order stays. `missed`: the deadlines that cannot be kept so."""

    at: int
    of: Subject
    delay: float
    ends: float
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarriedOn:
    """`of` has failed and the plan in hand is of no use any more. `robots` end what they have begun of it and what depends on
    nothing of that: the `operations`, in words. The robots `waiting` stand meanwhile, or end the motion that they are in."""

    at: int
    of: Subject
    robots: tuple[str, ...]
    operations: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepStarted:
    at: int
    of: Subject


@dataclass(frozen=True, slots=True)
class StepConfirmed:
    at: int
    of: Subject


@dataclass(frozen=True, slots=True)
class StepFailed:
    """`event` is the word that a policy of the intent would name (grip_lost, lathe.alarm)."""

    at: int
    of: Subject
    event: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class StepUnknown:
    at: int
    of: Subject
    text: str


@dataclass(frozen=True, slots=True)
class BranchTaken:
    """`index` of the alternative of `choice`, None where none fits."""

    at: int
    of: Subject
    choice: str
    value: str
    index: int | None


@dataclass(frozen=True, slots=True)
class GoalReached:
    at: int
    of: Subject


@dataclass(frozen=True, slots=True)
class DemandBound:
    """`of.part` is the part that the demand of an order has from now on."""

    at: int
    of: Subject
    demand: str


@dataclass(frozen=True, slots=True)
class OrderDone:
    """All goals of the order were facts."""

    at: int
    of: Subject
    order: str


@dataclass(frozen=True, slots=True)
class PartMoved:
    """Where `of.part` is believed to be from now on, and how that is known."""

    at: int
    of: Subject
    location: Location
    source: Source


@dataclass(frozen=True, slots=True)
class EventRaised:
    """`event` as a policy of the intent would name it; `handled_by` is the policy that has it, None when there is none."""

    at: int
    of: Subject
    event: str
    text: str
    handled_by: Span | None


@dataclass(frozen=True, slots=True)
class Retried:
    at: int
    of: Subject
    event: str
    attempt: int
    tries: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """The iteration (loop id, member) is given up, with `parts`."""

    at: int
    of: Subject
    iteration: tuple[str, str] | None
    parts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class HoldRaised:
    at: int
    of: Subject
    code: str
    text: str
    because: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """What no device can tell and the rest of the plan depends on: an operator answers with one of `answers`. `question` is its
    id in the run."""

    at: int
    of: Subject
    question: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseBroken:
    """A clause that the run did not keep: `kind` is never, within, ensure, …"""

    at: int
    of: Subject
    kind: str
    text: str
    because: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ModeChanged:
    """Of the cell, by `who`; "" where nobody asked."""

    at: int
    of: Subject
    before: Mode
    after: Mode
    who: str


@dataclass(frozen=True, slots=True)
class JogRequested:
    """A way for it was asked for, under the id `request`."""

    at: int
    of: Subject
    request: str
    wanted: WantedJog


@dataclass(frozen=True, slots=True)
class JogRefused:
    """Nothing moves for it, and why."""

    at: int
    of: Subject
    jog: Jog
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class JogEnded:
    """The robot has come to rest, or is nowhere seen any more; `why` it did."""

    at: int
    of: Subject
    jog: Jog
    why: str


@dataclass(frozen=True, slots=True)
class SpentTold:
    """So many `seconds` were spent with `cause` (docs/how_to/figures.md); `detail`: the code of a hold, what does not come or
    leave, the zone with a person, "" where there is none."""

    cause: str
    detail: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TaktTold:
    """Of a loop with a pace: s from the end of one iteration to that of the next; `actual` None below two that `ended`."""

    loop: str
    target: float
    actual: float | None
    ended: int


@dataclass(frozen=True, slots=True)
class FiguresTold:
    """What the run has come to since its first event, `time` s ago: with what that was `spent`, which adds up to it; `good` and
    `bad` parts; the shares that make up the OEE, None where not known; `planned`: how many s what was done of the plans should
    have taken; `late`: how often a pace slipped. `state` is the run's from now on."""

    at: int
    of: Subject
    state: PackState
    time: float
    spent: tuple[SpentTold, ...]
    good: int
    bad: int
    planned: float
    availability: float | None
    effectiveness: float | None
    quality: float | None
    oee: float | None
    takts: tuple[TaktTold, ...]
    late: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event. `state` is Complete, Stopped or Aborted."""

    at: int
    of: Subject
    state: PackState
    why: str


Conclusion = (
    StateChanged
    | CommandSent
    | SpeedAsked
    | PlanRequested
    | Replanned
    | Retimed
    | CarriedOn
    | StepStarted
    | StepConfirmed
    | StepFailed
    | StepUnknown
    | BranchTaken
    | GoalReached
    | DemandBound
    | OrderDone
    | PartMoved
    | EventRaised
    | Retried
    | Skipped
    | HoldRaised
    | QuestionAsked
    | ClauseBroken
    | ModeChanged
    | JogRequested
    | JogRefused
    | JogEnded
    | FiguresTold
    | RunEnded
)
