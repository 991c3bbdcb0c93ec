"""What happens in a run: the closed union that the journal keeps and the run's state is folded from.

An *observation* comes from outside: a driver, a clock, a planner, an operator. A *conclusion* is what the controller made of
one; the fold makes it again from the observation, so a replay may check it, and a conclusion by itself changes nothing. Both
are written in one go, before any command goes out (but a stop).

`at` is monotonic nanoseconds of the run's clock; `of` names run, plan, step, goal, part and motion where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cell.commands import DeviceCommand, Subject
from cell.diagnostic import Diagnostic, Span
from cell.motion_plan import MotionPlan
from cell.run import PackState, RunContext
from cell.state import CellState, Location
from cell.steps import Fact

Source = Literal["declared", "observed", "inferred"]

# --- observations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunOpened:
    """The first event of every run. `utc` is ISO 8601, `boot` the boot id of the machine ("" in virtual time). `state` is what
    the cell file declares and the drivers show, before anything moves."""

    at: int
    of: Subject
    utc: str
    boot: str
    clock: Literal["virtual", "real"]
    cell_revision: str
    context: RunContext
    state: CellState


@dataclass(frozen=True, slots=True)
class TimeMarked:
    """Once a minute: which UTC goes with `at`, so that records of other machines can be laid beside this one."""

    at: int
    of: Subject
    utc: str


@dataclass(frozen=True, slots=True)
class PlanReleased:
    """The `number`-th plan of the run, 1 for the first. In a journal row `plan` is None: it stands beside the journal under its
    id, and reading the row puts it back."""

    at: int
    of: Subject
    number: int
    plan: MotionPlan | None
    obligations: int
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoPlan:
    at: int
    of: Subject
    number: int
    diagnostics: tuple[Diagnostic, ...]


CommandStatus = Literal["running", "done", "aborted", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class CommandReported:
    """What a device says of a command. `progress` is the path parameter's share in [0, 1] where there is one. `unknown`: the
    link was lost and the device cannot say; it is never guessed."""

    at: int
    of: Subject
    command: str
    status: CommandStatus
    code: str = ""
    text: str = ""
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class FactObserved:
    """`fact` holds, or does not, as `source` (a device or a signal) shows it, `age` s before `at`."""

    at: int
    of: Subject
    fact: Fact
    holds: bool
    source: str
    age: float


@dataclass(frozen=True, slots=True)
class HandClosedEmpty:
    """`hand` (tool.hand) has closed and holds nothing. `touched`: the jaws met something that slipped; None: not known."""

    at: int
    of: Subject
    hand: str
    touched: bool | None
    source: str
    age: float


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """`value` of `outcome` for `of.part`; None: the station was asked and told nothing."""

    at: int
    of: Subject
    outcome: str
    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class DeviceAlarm:
    at: int
    of: Subject
    device: str
    is_active: bool
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class DeviceSilent:
    """`device` gave no fresh sample for `age` s (`is_silent`), or gives them again. Nothing is sent on a stale state."""

    at: int
    of: Subject
    device: str
    is_silent: bool
    age: float


@dataclass(frozen=True, slots=True)
class ZoneReported:
    """Whether a person is in `zone`; silence of the detector is reported as occupied."""

    at: int
    of: Subject
    zone: str
    is_occupied: bool
    source: str


@dataclass(frozen=True, slots=True)
class SupplyReported:
    """Parts do not come (starved) or cannot leave (blocked), or do again (`is_over`). Not the cell's own doing."""

    at: int
    of: Subject
    cause: Literal["starved", "blocked"]
    what: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class TrackingErrorSeen:
    """A joint of `robot` is `error` rad or m from its setpoint; `limit` is what was allowed."""

    at: int
    of: Subject
    robot: str
    error: float
    limit: float


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """A moment came that the state waited for; `timer` is its name there."""

    at: int
    of: Subject
    timer: str


Asked = Literal["start", "hold", "resume", "stop", "quick stop", "abort", "clear", "reset"]


@dataclass(frozen=True, slots=True)
class OperatorAsked:
    at: int
    of: Subject
    what: Asked
    who: str


Observation = (
    RunOpened
    | TimeMarked
    | PlanReleased
    | NoPlan
    | CommandReported
    | FactObserved
    | HandClosedEmpty
    | OutcomeTold
    | DeviceAlarm
    | DeviceSilent
    | ZoneReported
    | SupplyReported
    | TrackingErrorSeen
    | TimerExpired
    | OperatorAsked
)

# --- conclusions ---------------------------------------------------------------------------------------------------


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
class ClauseBroken:
    """A clause that the run did not keep: `kind` is never, within, ensure, …"""

    at: int
    of: Subject
    kind: str
    text: str
    because: tuple[Span, ...]


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
    | StepStarted
    | StepConfirmed
    | StepFailed
    | StepUnknown
    | BranchTaken
    | GoalReached
    | PartMoved
    | EventRaised
    | Retried
    | Skipped
    | HoldRaised
    | ClauseBroken
    | RunEnded
)

Event = Observation | Conclusion
