"""Lines drawn into braille: two dots across and four down in each character, so a dot is about as wide as it is high."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from cell.outline import Point

BLANK: Final = 0x2800
_BITS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_LONGEST: Final = 4_000
"""Dots of a line; no terminal is wider."""


class Braille:
    """`columns` by `rows` characters; dots count from the upper left corner. What lies outside is not drawn."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells = bytearray(columns * rows)

    @property
    def width(self) -> int:
        return 2 * self.columns

    @property
    def height(self) -> int:
        return 4 * self.rows

    def copy(self) -> Braille:
        new = Braille(0, 0)
        new.columns, new.rows, new._cells = self.columns, self.rows, bytearray(self._cells)
        return new

    def dot(self, x: int, y: int) -> None:
        if 0 <= x < self.width and 0 <= y < self.height:
            self._cells[(y >> 2) * self.columns + (x >> 1)] |= _BITS[y & 3][x & 1]

    def line(self, a: Point, b: Point, every: int = 1) -> None:
        """From `a` to `b`; with `every` 3 only each third dot."""
        count = min(_LONGEST, int(max(abs(b[0] - a[0]), abs(b[1] - a[1]))) + 1)
        for k in range(0, count + 1, every):
            self.dot(round(a[0] + (b[0] - a[0]) * k / count), round(a[1] + (b[1] - a[1]) * k / count))

    def lines(self, points: Sequence[Point], every: int = 1) -> None:
        for a, b in pairwise(points):
            self.line(a, b, every)

    def outline(self, points: Sequence[Point], every: int = 1) -> None:
        if points:
            self.lines([*points, points[0]], every)

    def blob(self, at: Point, radius: int = 1) -> None:
        for dx in range(-radius, radius + 1):
            for dy in range(-radius, radius + 1):
                self.dot(round(at[0]) + dx, round(at[1]) + dy)

    def has(self, row: int) -> bool:
        """Whether anything is in it."""
        return any(self._cells[row * self.columns : (row + 1) * self.columns])

    def text(self, row: int) -> str:
        cells = self._cells[row * self.columns : (row + 1) * self.columns]
        return "".join(chr(BLANK + cell) if cell else " " for cell in cells)
