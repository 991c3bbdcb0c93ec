"""A field that is an array when somebody first asks for it; until then it is the rows of numbers that were read.

A plan has hundreds of arrays, and whoever only shows how far a run is computes with none of them: they need not be made for it,
nor numpy be loaded.

Law: rows are looked at when they are read, so that what is made of them later can always be made. Whoever asks for the field, by
name, by match or to copy it, has a read-only array.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from cell.geometry import Array, frozen

T = TypeVar("T")

if TYPE_CHECKING:
    LaterArray = Array
else:

    class LaterArray:
        """What the annotation of such a field says where it is read (cell/codec_reading.py)."""


def made_later(name: str) -> Callable[[type[T]], type[T]]:
    """For a class with slots: its field `name` is such a one."""

    def made(cls: type[T]) -> type[T]:
        setattr(cls, name, _WhenAsked(getattr(cls, name)))
        return cls

    return made


def rows(plain: Any) -> list[list[float]]:
    """`plain`, where it is rows of equally many finite numbers, one row or more. Raises ValueError."""
    if not isinstance(plain, list) or not plain or not all(isinstance(row, list) for row in plain):
        raise ValueError("expected rows of numbers")
    if any(len(row) != len(plain[0]) for row in plain):
        raise ValueError("expected rows of one length")
    if not {type(number) for number in chain.from_iterable(plain)} <= {float, int}:
        raise ValueError("expected numbers")
    try:
        if not all(map(math.isfinite, chain.from_iterable(plain))):
            raise ValueError("expected finite numbers")
    except OverflowError:  # JSON has whole numbers without end
        raise ValueError("expected finite numbers") from None
    return plain


class _WhenAsked:
    """In the place of the slot. Two threads may both make the array; the one is as good as the other."""

    __slots__ = ("_slot",)

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def __get__(self, one: object | None, kind: type) -> Any:
        if one is None:
            return self
        found = self._slot.__get__(one, kind)
        if type(found) is list:
            found = frozen(found)
            self._slot.__set__(one, found)
        return found

    def __set__(self, one: object, value: object) -> None:
        self._slot.__set__(one, value)

    def __delete__(self, one: object) -> None:
        self._slot.__delete__(one)
