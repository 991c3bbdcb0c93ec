"""How a run itself goes, as events of it: opened, gone on with, planned, its clock, its journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from cell.commands import Subject
from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, WhyNot
from cell.motion_plan import MotionPlan
from cell.run import RunContext
from cell.state import CellState


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


@dataclass(frozen=True, slots=True)
class JournalReported:
    """The journal cannot be written as it should, and `why`; "" when it can again. Nothing but a stop goes out meanwhile."""

    at: int
    of: Subject
    why: str


@dataclass(frozen=True, slots=True)
class LookMissed:
    """Nobody has looked at anything for so many `seconds`: the controller's process was stopped, swapped out or starved, or the
    machine asleep."""

    at: int
    of: Subject
    seconds: float


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """A moment came that the state waited for; `timer` is its name there."""

    at: int
    of: Subject
    timer: str
