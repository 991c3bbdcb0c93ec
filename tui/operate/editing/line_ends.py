"""The line ends of a file, of which the editor knows one kind only: what was not edited keeps its own.

Law: a text that nobody has changed is saved to the last byte as it was, whatever ends its lines: LF, CR LF, CR, U+0085 or another
at which the editor begins a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher


def as_edited(text: str, newline: str) -> str:
    """`text` as the editor gives it back: each row ended by `newline`."""
    return "".join(content + (newline if end else "") for content, end in _rows(text))


def with_ends_of(kept: str, edited: str) -> str:
    """`edited` with the line ends that its rows have in `kept`. A row that is new has the one that most others have."""
    was, now = _rows(kept), _rows(edited)
    counted = Counter(end for _, end in was if end).most_common(1)
    usual = counted[0][0] if counted else None
    ends = [end if usual is None or not end else usual for _, end in now]
    for i, j, size in _same_rows(was, now):
        for k in range(size):
            if now[j + k][1] and was[i + k][1]:
                ends[j + k] = was[i + k][1]
    return "".join(content + end for (content, _), end in zip(now, ends, strict=True))


def _rows(text: str) -> list[tuple[str, str]]:
    """Each row with what ends it; nothing ends the last one where the text stops there."""
    rows = []
    for row in text.splitlines(keepends=True):
        content = row.splitlines()[0]
        rows.append((content, row[len(content) :]))
    return rows


def _same_rows(was: Sequence[tuple[str, str]], now: Sequence[tuple[str, str]]) -> list[tuple[int, int, int]]:
    """Where rows of both stand for each other, and how many: those that are equal, and as many in place of as many."""
    found = SequenceMatcher(None, [content for content, _ in was], [content for content, _ in now])
    return [(i, j, m - i) for _, i, m, j, n in found.get_opcodes() if m - i == n - j]
