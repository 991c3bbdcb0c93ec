"""Values of one class that stand in an order: by their fields, the first that differs decides.

As `order=True` of the standard library has it, but made once for all of them: the library compiles four functions for each class.
"""

from __future__ import annotations

from typing import Any


class Ordered:
    """For frozen dataclasses with slots. Two classes are in no order, whatever their fields are."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        return _values(self) < _values(other) if other.__class__ is self.__class__ else NotImplemented

    def __le__(self, other: object) -> bool:
        return _values(self) <= _values(other) if other.__class__ is self.__class__ else NotImplemented

    def __gt__(self, other: object) -> bool:
        return _values(self) > _values(other) if other.__class__ is self.__class__ else NotImplemented

    def __ge__(self, other: object) -> bool:
        return _values(self) >= _values(other) if other.__class__ is self.__class__ else NotImplemented


def _values(one: Any) -> tuple[Any, ...]:
    return tuple([getattr(one, name) for name in one.__slots__])
