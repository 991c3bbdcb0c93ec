"""A terminal that is too small says so, and what it needs; the state and STOP stay in sight all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.operate.lines import Line, wrapped

WIDTH: Final = 80
HEIGHT: Final = 24


def is_too_small(width: int, height: int) -> bool:
    return width < WIDTH or height < HEIGHT


def small_lines(columns: int, rows: int, width: int) -> Sequence[Line]:
    needs = f"The screens need {WIDTH} columns and {HEIGHT} rows; this terminal has {columns} and {rows}."
    text = f"{needs} Make it larger. The keys work."
    return wrapped(text, width)
