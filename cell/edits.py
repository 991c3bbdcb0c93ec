"""Fixes put into a text. Pure: whoever has the file writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cell.diagnostic import Edit, Fix, Position


def compatible(fixes: Iterable[Fix], file: str) -> tuple[Fix, ...]:
    """Those that can be made in one go: in the order given, without any that touches another file or what an earlier one
    changes."""
    chosen: list[Fix] = []
    taken: list[Edit] = []
    for fix in fixes:
        inside = all(edit.span.file == file for edit in fix.edits)
        if inside and fix not in chosen and not any(_meet(edit, other) for edit in fix.edits for other in taken):
            chosen.append(fix)
            taken += fix.edits
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


def _meet(one: Edit, other: Edit) -> bool:
    """Two insertions at one place meet as well: nothing says which comes first."""
    a, b = one.span, other.span
    return (a.start < b.end and b.start < a.end) or a.start == b.start
