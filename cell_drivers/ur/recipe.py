"""What a data package holds: the fields of a recipe, in order, as bytes and as values. Pure.

Law: a package that is not of the recipe, a truth beyond 1 and a number that is none are `Malformed`, never values.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.rtde import DATA, TYPES, DataPackage, Value, Values, package_of


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which fields a data package has, in order: name and type of each. `id` is what the controller gave it."""

    id: int
    fields: tuple[tuple[str, str], ...]

    @property
    def layout(self) -> struct.Struct:
        return struct.Struct(">" + "".join(TYPES[kind] for _, kind in self.fields))

    def read(self, package: DataPackage) -> dict[str, Value]:
        """The fields by name. Raises Malformed for another recipe or size, a truth beyond 1, a number that is not finite."""
        layout = self.layout
        if package.recipe != self.id:
            raise Malformed("rtde", f"data of recipe {package.recipe}, agreed was {self.id}")
        if len(package.body) != layout.size:
            raise Malformed("rtde", f"data of {len(package.body)} bytes, agreed were {layout.size}")
        flat, found = iter(layout.unpack(package.body)), dict[str, Value]()
        for name, kind in self.fields:
            form = TYPES[kind]
            found[name] = tuple(next(flat) for _ in range(int(form[0]))) if len(form) == 2 else next(flat)
            _refuse_what_is_no_value(name, kind, found[name])
            if kind == "BOOL":
                found[name] = bool(found[name])
        return found

    def write(self, values: Values) -> bytes:
        """A whole data package. Raises KeyError for a field that is missing, struct.error for a value that does not fit."""
        flat = list[int | float]()
        for name, _ in self.fields:
            value = values[name]
            flat.extend(value if isinstance(value, tuple) else (value,))
        return package_of(DATA, bytes([self.id]) + self.layout.pack(*flat))


def _refuse_what_is_no_value(name: str, kind: str, value: Value) -> None:
    numbers = value if isinstance(value, tuple) else (value,)
    if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
        raise Malformed("rtde", f"{name} is not finite: {value!r}")
    if kind == "BOOL" and value not in (0, 1):
        raise Malformed("rtde", f"{name} is neither true nor false: {value!r}")
