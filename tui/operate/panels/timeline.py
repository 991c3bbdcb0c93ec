"""Time as columns: which stretch of it is seen, and blocks of it drawn into a row."""

from __future__ import annotations

from collections.abc import Iterable

from cell.dataclass import dataclass
from tui.operate.lines import Line, Look, Piece, runs

IDLE = "·"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end` s, drawn as `mark`; what comes later in a row is drawn over what comes before."""

    start: float
    end: float
    mark: str
    look: Look = "plain"


@dataclass(frozen=True, slots=True)
class Axis:
    """`columns` of `scale` s each, from `start` s on."""

    start: float
    scale: float
    columns: int

    def column(self, at: float) -> int:
        return int((at - self.start) / self.scale)

    def stretch(self, start: float, end: float) -> tuple[int, int]:
        """Columns [first, last) of what lies between; at least one where any of it is in sight."""
        first, last = self.column(start), self.column(end)
        last = max(last, first + 1)
        return max(0, first), min(self.columns, last)


def axis_for(width: int, now: float, end: float, window: float) -> Axis:
    """`window` s in `width` columns, with `now` in sight at a third; the whole where that is shorter. It moves by a tenth of
    itself at a time, so that most rows of most frames are those of before."""
    length = min(window, max(end, 1.0)) if end <= window else window
    scale = length / max(1, width)
    step = length / 10.0
    start = max(0.0, min(now - length / 3.0, end - length))
    return Axis(step * int(start / step), scale, width)


def row(axis: Axis, spans: Iterable[Span], idle: str = IDLE) -> Line:
    """Neighbours that look the same are one piece."""
    marks: list[tuple[str, Look]] = [(idle, "dim")] * axis.columns
    for span in spans:
        if span.end < axis.start or axis.column(span.start) >= axis.columns:
            continue
        first, last = axis.stretch(span.start, span.end)
        marks[first:last] = [(span.mark, span.look)] * max(0, last - first)
    return runs(marks)


def ruler(axis: Axis, now: float | None) -> Line:
    """Moments above their columns, and where now is, which stands in no moment's figures."""
    marks = [" "] * axis.columns
    at = -1 if now is None else axis.column(now)
    for column in range(0, axis.columns, 10):
        text = _moment(axis.start + column * axis.scale)
        if column + len(text) <= axis.columns and not column <= at < column + len(text):
            marks[column : column + len(text)] = text
    if 0 <= at < axis.columns:
        marks[at] = "┃"
    return (Piece("".join(marks), "dim"),)


def _moment(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
