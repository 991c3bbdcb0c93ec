"""What `from` and `seat` say that cannot be: a part made of itself, a whole smaller or lighter than one of what it is made of, a
seat of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from cell.diagnostic import Diagnostic, error
from cell.equipment import PartKind
from cell.geometry import Array, Shape, corners
from cell.model import CellModel
from intentlang.declared import Declared, Given
from intentlang.words import quoted

ROUNDING = 1e-3
"""m and kg: less than this is no difference."""
_COUNTED = re.compile(r"_\d+$")
"""Behind the kind where several of one kind are joined: gear_2."""
Parts = Mapping[str, PartKind]


def assemblies(model: CellModel) -> list[Diagnostic]:
    parts = model.declared_parts
    ways = {name: way for name, part in parts.items() if (way := _way_back(part, parts)) is not None}
    circles = [_made_of_itself(way) for way in ways.values() if way[0].span == min(part.span for part in way)]
    return [*circles, *(problem for name, part in parts.items() if name not in ways for problem in _too_small(part, parts))]


def idle_seats(d: Declared) -> list[Diagnostic]:
    """Seats of a part that nothing takes up: it is neither made of what they are called by, nor has a slot of that name."""
    made_of, slots = _names(d, "from")[1:], _names(d, "slots")
    known = dict.fromkeys((*made_of, *slots))
    return [
        _idle_seat(d, given, tuple(known))
        for given in d.all("seat")
        if _COUNTED.sub("", given.key) not in known and given.key not in known
    ]


def _names(d: Declared, attribute: str) -> tuple[str, ...]:
    given = d.get(attribute)
    return () if given is None else tuple(name.text for name in given.match.names)


def _idle_seat(d: Declared, given: Given, known: tuple[str, ...]) -> Diagnostic:
    message = f"nothing of `{d.name.text}` takes up its seat `{given.key}`"
    help_ = (
        f"It has {quoted(known)}."
        if known
        else f"A seat stands in what is made of both, `part … {{ from [{d.name.text}, {given.key}] }}`, or in one with `slots`."
    )
    return error("E416", message, given.span, help=help_)


def _way_back(part: PartKind, parts: Parts) -> tuple[PartKind, ...] | None:
    """From the part along `from` to one that is made of it, itself first; None where there is no way."""
    ways: list[tuple[PartKind, ...]] = [(part,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in way[-1].made_from:
            if name == part.name:
                return way
            if name in parts and name not in seen:
                seen.add(name)
                ways.append((*way, parts[name]))
    return None


def _made_of_itself(way: tuple[PartKind, ...]) -> Diagnostic:
    names = [f"`{part.name}`" for part in (*way, way[0])]
    message = f"{names[0]} is made of itself: {' of '.join(names)}"
    return error("E413", message, *(part.span for part in way), help="Take one of them out of the `from` of another.")


def _too_small(whole: PartKind, parts: Parts) -> Iterator[Diagnostic]:
    """A joined part is one body that encloses all that it is made of; every motion is checked with it."""
    made_of = [parts[name] for name in dict.fromkeys(whole.made_from) if name in parts]
    larger = [p for p in made_of if bool(np.any(_extent(whole.shape) < _extent(p.shape) - ROUNDING))]
    if larger and not whole.has_assumed_shape:
        message = f"`{whole.name}` is smaller than `{larger[0].name}`, of which it is made"
        help_ = "Declare a shape that encloses all that it is made of, or none: then it follows from `from`."
        yield error("E414", message, whole.span, larger[0].span.labelled("made of this"), help=help_)
    heaviest = max(made_of, key=lambda p: p.mass, default=whole)
    if whole.mass < heaviest.mass - ROUNDING:
        message = f"`{whole.name}` weighs {whole.mass:g} kg, `{heaviest.name}`, of which it is made, {heaviest.mass:g} kg"
        help_ = "Declare the mass of the whole, or none: then it is the sum."
        yield error("E414", message, whole.span, heaviest.span.labelled("made of this"), help=help_)


def _extent(shape: Shape) -> Array:
    """(shorter side, longer side, height) in m, as it stands."""
    x, y, z = np.ptp(corners(shape, facets=256), axis=0)
    return np.array([min(x, y), max(x, y), z])
