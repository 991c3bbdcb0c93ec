"""What devices say of their commands, of the parts, of themselves and of the way to them, as events of a run."""

from __future__ import annotations

from typing import Literal

from cell.commands import Subject
from cell.dataclass import dataclass
from cell.latencies import Counts
from cell.steps import Fact

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
