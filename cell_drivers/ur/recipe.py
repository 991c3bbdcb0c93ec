"""What a data package holds: the fields of a recipe, in order, as bytes and as values. Pure.

Law: a package that is not of the recipe, a truth beyond 1 and a number that is none are `Malformed`, never values.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import cache

from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.rtde import DATA, TYPES, DataPackage, Value, Values, package_of


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which fields a data package has, in order: name and type of each. `id` is what the controller gave it."""

    id: int
    fields: tuple[tuple[str, str], ...]

    @property
    def layout(self) -> struct.Struct:
        return _layout(self.fields)

    def read(self, package: DataPackage) -> dict[str, Value]:
        """The fields by name. Raises Malformed for another recipe or size, a truth beyond 1, a number that is not finite."""
        layout = self.layout
        if package.recipe != self.id:
            raise Malformed("rtde", f"data of recipe {package.recipe}, agreed was {self.id}")
        if len(package.body) != layout.size:
            raise Malformed("rtde", f"data of {len(package.body)} bytes, agreed were {layout.size}")
        flat, found, at = layout.unpack(package.body), dict[str, Value](), 0
        for (name, kind), count in zip(self.fields, _counts(self.fields), strict=True):
            found[name] = flat[at : at + count] if count > 1 else _truth(name, flat[at]) if kind == "BOOL" else flat[at]
            at += count
        if not all(map(math.isfinite, flat)):
            raise Malformed("rtde", f"{_not_finite(found)} is not finite")
        return found

    def write(self, values: Values) -> bytes:
        """A whole data package. Raises KeyError for a field that is missing, struct.error for a value that does not fit."""
        flat = list[int | float]()
        for name, _ in self.fields:
            value = values[name]
            flat.extend(value if isinstance(value, tuple) else (value,))
        return package_of(DATA, bytes([self.id]) + self.layout.pack(*flat))


@cache
def _layout(fields: tuple[tuple[str, str], ...]) -> struct.Struct:
    return struct.Struct(">" + "".join(TYPES[kind] for _, kind in fields))


@cache
def _counts(fields: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    return tuple(int(TYPES[kind][:-1] or 1) for _, kind in fields)


def _truth(name: str, value: int) -> bool:
    if value > 1:
        raise Malformed("rtde", f"{name} is neither true nor false: {value}")
    return value == 1


def _not_finite(found: Values) -> str:
    """The first field with a number that is none."""
    numbers = ((name, value if isinstance(value, tuple) else (value,)) for name, value in found.items())
    return next(name for name, value in numbers if not all(map(math.isfinite, value)))
