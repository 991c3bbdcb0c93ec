"""What the screens ask of the process that checks and plans a draft, and what it says. Both ends are one program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cell.diagnostic import Diagnostic

if TYPE_CHECKING:
    from cellwright.plan_difference import Difference


@dataclass(frozen=True, slots=True)
class Draft:
    """The text as it stands in the editor, its how manieth it is, and what stood in the file when the run began; None where that
    is not known. `is_planned`: what a plan from it would do otherwise is asked too."""

    number: int
    text: str
    before: str | None
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """`problem`: why nothing could be checked."""

    number: int
    diagnostics: tuple[Diagnostic, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Getting:
    """How far the work on it is."""

    stage: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A plan from the draft, proved, against the one that the run began with; `difference` None where there is none, as the
    diagnostics or `problem` say. `makespan`s s."""

    number: int
    diagnostics: tuple[Diagnostic, ...]
    difference: Difference | None = None
    makespan: float = 0.0
    makespan_before: float = 0.0
    problem: str = ""


Said = Checked | Getting | Tried
