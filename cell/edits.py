"""Fixes put into a text. Pure: whoever has the file writes it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from cell.diagnostic import Edit, Fix, Position


def compatible(fixes: Iterable[Fix], file: str) -> tuple[Fix, ...]:
    """Those that can be made in one go: in the order given, without any that touches another file or what an earlier one
    changes."""
    chosen: list[Fix] = []
    taken: list[tuple[Position, Position]] = []  # apart from one another, in order
    for fix in fixes:
        if all(edit.span.file == file and _is_free(edit, taken) for edit in fix.edits):
            chosen.append(fix)
            for edit in fix.edits:
                insort(taken, (edit.span.start, edit.span.end))
    return tuple(chosen)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """`text` with all `edits` made; their spans are those of `text` and do not meet. Raises ValueError for one outside it."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        first, last = _index(edit.span.start, starts, text), _index(edit.span.end, starts, text)
        text = text[:first] + edit.replacement + text[last:]
    return text


def _index(position: Position, starts: Sequence[int], text: str) -> int:
    if not 1 <= position.line < len(starts):
        raise ValueError(f"the text has no line {position.line}")
    index = starts[position.line - 1] + position.column - 1
    if index > min(starts[position.line] - 1, len(text)):
        raise ValueError(f"line {position.line} has no column {position.column}")
    return index


def _is_free(edit: Edit, taken: Sequence[tuple[Position, Position]]) -> bool:
    """Two insertions at one place meet as well: nothing says which comes first."""
    start, end = edit.span.start, edit.span.end
    at = bisect_left(taken, (start, start))
    is_behind = at == 0 or taken[at - 1][1] <= start
    return is_behind and (at == len(taken) or (taken[at][0] != start and end <= taken[at][0]))
