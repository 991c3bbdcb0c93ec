"""What a stage says to a person: a diagnostic with a code, a sentence, every span involved and a fix where one is certain.

A user's mistake and an infeasible plan are outcomes, never exceptions. Exceptions are for our own defects and for the world.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Generic, Literal, TypeVar

from cell.dataclass import dataclass
from cell.ordered import Ordered

T = TypeVar("T", covariant=True)

OUTSIDE: Final = "--set"
"""The `file` of a span in what the user gave on the command line. It is none: no editor opens it and no fix is made in it."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Position(Ordered):
    """A place in a text. Lines and columns count from 1; a column counts characters, not bytes."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span(Ordered):
    """A stretch of one file, `end` exclusive. `file` is the path as the user named it."""

    file: str
    start: Position
    end: Position
    label: str = ""

    def labelled(self, label: str) -> Span:
        return Span(self.file, self.start, self.end, label)


@dataclass(frozen=True, slots=True)
class Edit:
    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that a machine may make. `is_certain` is False where a person has to choose."""

    title: str
    edits: tuple[Edit, ...]
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. The first span is where a reader looks first; `help` says what would help, in one sentence."""

    code: str
    severity: Severity
    message: str
    spans: tuple[Span, ...] = ()
    help: str = ""
    fix: Fix | None = None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class CodePage:
    """What `explain CODE` prints: what the finding means, why it is one, an example, what to do. `text` is Markdown."""

    title: str
    text: str


Kind = Literal["proved impossible", "gave up", "unsupported"]
"""Of which kind it is that there is no plan: shown for every schedule; looked for in vain within a budget; not covered yet."""


@dataclass(frozen=True, slots=True)
class Core:
    """Clauses that cannot all be kept in this cell: `clauses` of the text in reading order, `facts` the declarations of the cell
    that stand against them. `code` is the finding that it explains. `is_smallest`: each clause was taken away by itself, and
    then there was no such conflict; False where the budget of planning again ran out before. `needed`: lines of the conflict
    without which something else is in the way, so that taking them away is no mend; both together are the smallest set."""

    code: str
    clauses: tuple[Span, ...]
    facts: tuple[Span, ...]
    is_smallest: bool
    needed: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why there is no plan. `cores` only where that is proved; `budget` says where it is not within which bounds was looked."""

    kind: Kind
    cores: tuple[Core, ...] = ()
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """A value or none, plus what is to be said about it. A value together with warnings is usable. `why` where planning has come
    to none."""

    value: T | None
    diagnostics: tuple[Diagnostic, ...] = ()
    why: WhyNot | None = None

    @property
    def is_ok(self) -> bool:
        return self.value is not None and not any(d.is_error for d in self.diagnostics)

    def expect(self) -> T:
        """The value. Only for callers that have looked at `is_ok`; raises ValueError with the diagnostics otherwise."""
        if self.value is None:
            raise ValueError("; ".join(f"{d.code} {d.message}" for d in self.diagnostics) or "outcome without a value")
        return self.value


def error(code: str, message: str, *spans: Span, help: str = "", fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, spans, help, fix)


def warning(code: str, message: str, *spans: Span, help: str = "", fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.WARNING, message, spans, help, fix)
