"""What happens in a run: the closed union that the journal keeps and the run's state is folded from.

An *observation* comes from outside: a driver, a clock, a planner, an operator. A *conclusion* is what the controller made of
one; the fold makes it again from the observation, so a replay may check it, and a conclusion by itself changes nothing. Both
are written in one go, before any command goes out (but a stop).

`at` is monotonic nanoseconds of the run's clock; `of` names run, plan, step, goal, part and motion where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cell.attended import Attended
from cell.commands import Subject
from cell.conclusions import (
    BranchTaken as BranchTaken,
)
from cell.conclusions import (
    CarriedOn as CarriedOn,
)
from cell.conclusions import (
    ClauseBroken as ClauseBroken,
)
from cell.conclusions import (
    CommandSent as CommandSent,
)
from cell.conclusions import (
    Conclusion as Conclusion,
)
from cell.conclusions import (
    DemandBound as DemandBound,
)
from cell.conclusions import (
    EventRaised as EventRaised,
)
from cell.conclusions import (
    GoalReached as GoalReached,
)
from cell.conclusions import (
    HoldRaised as HoldRaised,
)
from cell.conclusions import (
    JogEnded as JogEnded,
)
from cell.conclusions import (
    JogRefused as JogRefused,
)
from cell.conclusions import (
    JogRequested as JogRequested,
)
from cell.conclusions import (
    ModeChanged as ModeChanged,
)
from cell.conclusions import (
    OrderDone as OrderDone,
)
from cell.conclusions import (
    PartMoved as PartMoved,
)
from cell.conclusions import (
    PlanRequested as PlanRequested,
)
from cell.conclusions import (
    QuestionAsked as QuestionAsked,
)
from cell.conclusions import (
    Replanned as Replanned,
)
from cell.conclusions import (
    Retimed as Retimed,
)
from cell.conclusions import (
    Retried as Retried,
)
from cell.conclusions import (
    RunEnded as RunEnded,
)
from cell.conclusions import (
    Skipped as Skipped,
)
from cell.conclusions import (
    Source as Source,
)
from cell.conclusions import (
    SpeedAsked as SpeedAsked,
)
from cell.conclusions import (
    StateChanged as StateChanged,
)
from cell.conclusions import (
    StepConfirmed as StepConfirmed,
)
from cell.conclusions import (
    StepFailed as StepFailed,
)
from cell.conclusions import (
    StepStarted as StepStarted,
)
from cell.conclusions import (
    StepUnknown as StepUnknown,
)
from cell.diagnostic import Diagnostic, WhyNot
from cell.jog import Jog
from cell.latencies import Counts
from cell.motion_plan import MotionPlan
from cell.orders import Order
from cell.run import RunContext
from cell.state import CellState
from cell.steps import Fact

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
class RunResumed:
    """Another controller goes on with the run; the one before left it without an end. `utc`, `boot` and `clock` as in RunOpened,
    of this controller. `shift` ns makes a moment of the clock before one of this clock; `opened` is in this clock when the run
    was. What devices show is to be seen anew, and nothing moves until an operator resumes."""

    at: int
    of: Subject
    utc: str
    boot: str
    clock: Literal["virtual", "real"]
    shift: int
    opened: int


@dataclass(frozen=True, slots=True)
class TimeMarked:
    """Once a minute: which UTC goes with `at`, so that records of other machines can be laid beside this one."""

    at: int
    of: Subject
    utc: str


@dataclass(frozen=True, slots=True)
class PlanReleased:
    """The `number`-th plan of the run, 1 for the first. In a journal row `plan` is None: it stands beside the journal under its
    id, and reading the row puts it back. `fastest` as in Proof."""

    at: int
    of: Subject
    number: int
    plan: MotionPlan | None
    obligations: int
    assumptions: tuple[str, ...]
    fastest: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoPlan:
    at: int
    of: Subject
    number: int
    diagnostics: tuple[Diagnostic, ...]
    why: WhyNot | None = None


CommandStatus = Literal["running", "done", "aborted", "refused", "not begun", "unknown"]
NOT_SENT = "not sent"
NOT_STOPPED = "not stopped"


@dataclass(frozen=True, slots=True)
class CommandReported:
    """What a device says of a command. `progress` is the path parameter's share in [0, 1] where there is one. `not begun`: it
    never got the command, or has done nothing of it; `code` is NOT_SENT where the controller took it back before it went out,
    NOT_STOPPED where a stop did not reach the device that `text` names.
    `unknown`: it cannot say; it is never guessed."""

    at: int
    of: Subject
    command: str
    status: CommandStatus
    code: str = ""
    text: str = ""
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class JournalReported:
    """The journal cannot be written as it should, and `why`; "" when it can again. Nothing but a stop goes out meanwhile."""

    at: int
    of: Subject
    why: str


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
class QuantityMeasured:
    """`source` has measured `value` of `quantity` (SI) in the step of `of`."""

    at: int
    of: Subject
    quantity: str
    value: float
    source: str


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
class LinkReported:
    """The link to `device` is down, and `why`; or up again. What ran there when it went down is unknown."""

    at: int
    of: Subject
    device: str
    is_up: bool
    why: str


@dataclass(frozen=True, slots=True)
class LinkMeasured:
    """How the link to `device` was in the last `seconds`: of `asked` answers, and states that were due, `lost` did not come and
    `late` came later than `within` s, the longest after `longest` s. `times`: how many came how late (cell/latencies.py)."""

    at: int
    of: Subject
    device: str
    seconds: float
    asked: int
    lost: int
    late: int
    within: float
    longest: float
    times: Counts


@dataclass(frozen=True, slots=True)
class ZoneReported:
    """Whether a person is in `zone`; silence of the detector is reported as occupied."""

    at: int
    of: Subject
    zone: str
    is_occupied: bool
    source: str


@dataclass(frozen=True, slots=True)
class SeparationSeen:
    """The nearest person is `distance` m from the robots, as `source` measures it for `zone` (None: it does not know), and
    `needed` m have to be between them at the speed that the plan has (None: nobody knows how fast they go). `is_short`: there
    are not."""

    at: int
    of: Subject
    zone: str
    distance: float | None
    needed: float | None
    is_short: bool
    source: str


@dataclass(frozen=True, slots=True)
class CountReported:
    """How many parts wait at `thing`, as its signal `source` says."""

    at: int
    of: Subject
    thing: str
    count: float
    source: str


@dataclass(frozen=True, slots=True)
class SupplyReported:
    """Parts do not come (starved) or cannot leave (blocked), or do again (`is_over`). Not the cell's own doing. `source`: the
    signal that counts what waits there; the device itself, whose command came to its end or did not; "" where nobody said."""

    at: int
    of: Subject
    cause: Literal["starved", "blocked"]
    what: str
    is_over: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class TrackingErrorSeen:
    """A joint of `robot` is `error` rad or m from its setpoint; `limit` is what was allowed."""

    at: int
    of: Subject
    robot: str
    error: float
    limit: float


@dataclass(frozen=True, slots=True)
class NoProgressSeen:
    """`robot` says that it runs, and has stood at path parameter `s` for `seconds`."""

    at: int
    of: Subject
    robot: str
    s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class JointSpeedSeen:
    """`joint` of `robot` goes at `speed` rad/s or m/s; `limit` is what its driver declares as the most."""

    at: int
    of: Subject
    robot: str
    joint: str
    speed: float
    limit: float


@dataclass(frozen=True, slots=True)
class ForceSeen:
    """`robot` meets `force` N at its TCP, `limit` at most is allowed where it is, at path parameter `s` (None: not known)."""

    at: int
    of: Subject
    robot: str
    force: float
    limit: float
    s: float | None


@dataclass(frozen=True, slots=True)
class TooFastSeen:
    """`robot` was asked for the share `asked` of its planned speed, and goes at `share` of it."""

    at: int
    of: Subject
    robot: str
    share: float
    asked: float


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """A moment came that the state waited for; `timer` is its name there."""

    at: int
    of: Subject
    timer: str


@dataclass(frozen=True, slots=True)
class OrderArrived:
    at: int
    of: Subject
    order: Order


@dataclass(frozen=True, slots=True)
class OrderWithdrawn:
    """Nobody wants the order of that id any more."""

    at: int
    of: Subject
    order: str


Asked = Literal["start", "hold", "resume", "stop", "quick stop", "abort", "clear", "reset", "finish", "manual", "production"]
"""finish: no more orders come; what has come is made, and then the run completes. manual, production: the mode of the cell."""


@dataclass(frozen=True, slots=True)
class OperatorAsked:
    at: int
    of: Subject
    what: Asked
    who: str


@dataclass(frozen=True, slots=True)
class Answered:
    """`who` has answered the question of that id (QuestionAsked) with one of its answers."""

    at: int
    of: Subject
    question: str
    answer: str
    who: str


@dataclass(frozen=True, slots=True)
class JogAsked:
    """`who`, at the terminal of that number, holds a key for it (`is_held`), or wants to see where it would go."""

    at: int
    of: Subject
    jog: Jog
    who: str
    terminal: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class JogLeft:
    """The key is held no more, or nobody knows that it is."""

    at: int
    of: Subject
    terminal: int
    why: str


@dataclass(frozen=True, slots=True)
class WayFound:
    """The way that `request` asked for is proved: the plan `of.plan`, its one motion `of.motion`. It leads from `start` to `end`
    (rad or m) in `duration` s, `reach` m or rad along the axis, and ends `room` m from the nearest body (None: there is none).
    `zones`: all that it comes into; `ends_in`: those that it ends in; `ends_because`: why it goes no further, "" where it only
    ends."""

    at: int
    of: Subject
    request: str
    jog: Jog
    start: tuple[float, ...]
    end: tuple[float, ...]
    reach: float
    duration: float
    room: float | None
    zones: tuple[str, ...]
    ends_in: tuple[str, ...]
    ends_because: str


@dataclass(frozen=True, slots=True)
class NoWay:
    """There is no way for what `request` asked for, and why."""

    at: int
    of: Subject
    request: str
    jog: Jog
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class StillMoves:
    """`robot`, which no step moves, is seen to move or to carry out a command while the run waits to see it stand."""

    at: int
    of: Subject
    robot: str


Observation = (
    RunOpened
    | RunResumed
    | TimeMarked
    | PlanReleased
    | NoPlan
    | CommandReported
    | JournalReported
    | FactObserved
    | HandClosedEmpty
    | OutcomeTold
    | QuantityMeasured
    | DeviceAlarm
    | DeviceSilent
    | LinkReported
    | LinkMeasured
    | ZoneReported
    | SeparationSeen
    | CountReported
    | SupplyReported
    | TrackingErrorSeen
    | NoProgressSeen
    | JointSpeedSeen
    | ForceSeen
    | TooFastSeen
    | StillMoves
    | TimerExpired
    | OrderArrived
    | OrderWithdrawn
    | OperatorAsked
    | Answered
    | JogAsked
    | JogLeft
    | WayFound
    | NoWay
    | Attended
)

# Conclusions stand in cell/conclusions.py and are named here too, so that whoever deals with events imports from one place.
Event = Observation | Conclusion
