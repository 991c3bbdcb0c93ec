"""What a panel shows, before any terminal: lines of pieces, each with what it means, and none wider than it may be.

Law: a text from outside (a name, a reason, a path) goes through `clean`, so nothing in it is taken for markup, moves the cursor
or turns the direction of reading; what does not fit ends in an ellipsis, so nobody takes a part for the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from rich.cells import cell_len, set_cell_size

from cell.dataclass import dataclass
from tui.speech import printable

ELLIPSIS = "…"
LONGEST = 2_000
"""Characters of a text that are looked at; no line of a terminal is longer."""

Look = Literal["plain", "dim", "strong", "bad", "warn", "note", "good", "cursor", "frame", "stop"]


@dataclass(frozen=True, slots=True)
class Piece:
    """`deed`: what a finger or a mouse on it asks for, "" for nothing."""

    text: str
    look: Look = "plain"
    deed: str = ""


Line = tuple[Piece, ...]


def clean(text: str) -> str:
    """As it may stand on a screen. Of a text beyond all measure the rest is left out, and said so."""
    return printable(text) if len(text) <= LONGEST else printable(text[: LONGEST - 1]) + ELLIPSIS


def fitted(text: str, width: int) -> str:
    """`text` in at most `width` columns."""
    text = clean(text)
    if cell_len(text) <= width:
        return text
    return "" if width < 1 else set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def padded(text: str, width: int) -> str:
    """In exactly `width` columns, where that is positive."""
    return set_cell_size(fitted(text, width), max(0, width))


def line(*pieces: str | Piece) -> Line:
    return tuple(piece if isinstance(piece, Piece) else Piece(clean(piece)) for piece in pieces)


def said(text: str, look: Look = "plain") -> Piece:
    return Piece(clean(text), look)


def runs(marks: Iterable[tuple[str, Look]]) -> Line:
    """Single characters as a line: neighbours that look the same are one piece."""
    pieces: list[Piece] = []
    for mark, look in marks:
        if pieces and pieces[-1].look == look:
            pieces[-1] = Piece(pieces[-1].text + mark, look)
        else:
            pieces.append(Piece(mark, look))
    return tuple(pieces)


def text_of(line: Line) -> str:
    return "".join(piece.text for piece in line)


def width_of(line: Line) -> int:
    return sum(cell_len(piece.text) for piece in line)


def piece_at(line: Line, column: int) -> Piece | None:
    """What stands in that column, from 0; None beside the text."""
    for piece in line:
        if 0 <= column < cell_len(piece.text):
            return piece
        column -= cell_len(piece.text)
    return None


def cut(line: Line, width: int) -> Line:
    """The line in at most `width` columns; where something is left out, the last thing is an ellipsis."""
    if width_of(line) <= width:
        return line
    kept: list[Piece] = []
    left = width
    for piece in line:
        if cell_len(piece.text) < left:
            kept.append(piece)
            left -= cell_len(piece.text)
            continue
        kept.append(replace(piece, text=set_cell_size(piece.text, left - 1).rstrip() + ELLIPSIS if left > 0 else ""))
        break
    return tuple(kept)


def apart(left: Line, right: Line, width: int) -> Line:
    """`left` at the left edge, cut where need be, and `right` at the right one, whole."""
    room = width - width_of(right)
    left = cut(left, room - 1)
    return (*left, Piece(" " * max(0, room - width_of(left))), *right)


def wrapped(text: str, width: int, look: Look = "plain") -> list[Line]:
    """By words; a word longer than a line is cut in pieces. Nothing is left out. In one column, in which not every character
    has room, no word is cut."""
    lines, row = [], ""
    for word in clean(text).split():
        while cell_len(word) > width > 1:
            if row:
                lines.append(row)
                row = ""
            head = set_cell_size(word, width).rstrip()
            lines.append(head)
            word = word[len(head) :]
        if row and cell_len(row) + 1 + cell_len(word) > width:
            lines.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    return [(Piece(row, look),) for row in [*lines, *([row] if row else [])]]


def window(lines: Sequence[Line], height: int, cursor: int | None = None) -> tuple[int, int]:
    """Which stretch of `lines` is to be seen in `height` rows, so that the row `cursor` is."""
    if len(lines) <= height or height < 1:
        return 0, min(len(lines), max(0, height))
    first = 0 if cursor is None else min(max(0, cursor - height // 2), len(lines) - height)
    return first, first + height
