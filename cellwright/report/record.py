"""What a report is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cell.diagnostic import Span
from cell.events import Event
from cell.model import CellModel
from cell.released_plan import Proof
from cell.robot import RobotModel
from cell.run import RunSummary
from cellwright.report.keyframes import Track

if TYPE_CHECKING:
    from cellwright.report.gathered import Gathered

Said = Callable[[Event], str | None]
"""What happened, as a sentence; None for what belongs to every step of every run."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The cell as it was planned with, and its robots' models by name."""

    cell: CellModel
    robots: Mapping[str, RobotModel]


@dataclass(frozen=True, slots=True)
class Record:
    """`seen` is what happened, None before a run. `ground` None: `no_ground` says why nothing can be drawn of the cell. `texts`:
    by name each source that is still what was planned with, for the lines of intent. `tracks`: by robot where it was, as
    recorded. `proof` where one is at hand: a journal keeps how much was proved and under which assumptions. `damage`: what a bad
    disk did to the journal."""

    seen: Gathered | None
    summary: RunSummary
    ground: Ground | None = None
    no_ground: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    tracks: Mapping[str, Track] = field(default_factory=dict)
    proof: Proof | None = None
    damage: str = ""

    def line(self, span: Span | None) -> tuple[str, str]:
        """Where it is written, and what stands there: "" for what is not known."""
        if span is None:
            return "", ""
        place = f"{span.file}:{span.start.line}"
        lines = self.texts.get(span.file, "").splitlines()
        return place, lines[span.start.line - 1].strip() if 0 < span.start.line <= len(lines) else ""
