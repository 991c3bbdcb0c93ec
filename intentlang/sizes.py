"""How much one cell may hold, found from the numbers as written: before a place or a part is made of any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

from cell.diagnostic import Diagnostic, Span, error
from cell.quantities import Quantity
from intentlang.declared import Declared, Given, numbers

MOST_PLACES = 10_000
"""In all of a cell: ten times what a plan is made for. They take some 60 MB, and seconds to check."""
MOST_PARTS = 10_000
MOST_HANDS = 12
"""Of a tool. Tilted by 45 deg about one axis more would stand in each other's way."""

Size = tuple[float, Span]


def oversized(things: Sequence[Declared]) -> tuple[tuple[Diagnostic, ...], frozenset[str]]:
    """The first thing that is too much of each, with the names of all that must not be built because of it."""
    others = {d.name.text: d for d in things}
    found: list[Diagnostic] = []
    left_out: set[str] = set()
    for what, most, sizes in (
        ("places", MOST_PLACES, lambda d: _places(d, others)),
        ("parts", MOST_PARTS, _parts),
    ):
        problem, names = _over(things, what, most, sizes)
        found += problem
        left_out |= names
    for d in things:
        hands = d.get("hands")
        if hands is not None and (d.number("hands") or 0) > MOST_HANDS:
            message = f"`{d.name.text}` has {_told(d.number('hands') or 0)} hands; at most {MOST_HANDS} are planned with"
            found.append(error("E113", message, hands.span, help=f"Write at most {MOST_HANDS}."))
            left_out.add(d.name.text)
    return tuple(found), frozenset(left_out)


def _over(
    things: Sequence[Declared], what: str, most: int, sizes: Callable[[Declared], Iterator[Size]]
) -> tuple[list[Diagnostic], set[str]]:
    """Counts through the cell; what comes when it is full is left out, and the first of it is told."""
    total, found, left_out = 0.0, list[Diagnostic](), set[str]()
    for d in things:
        own = list(sizes(d))
        number = sum(size for size, _ in own)
        if total + number <= most:
            total += number
            continue
        left_out.add(d.name.text)
        if not found:
            span = max(own, key=lambda size: size[0])[1]
            message = f"`{d.name.text}` brings the cell to {_told(total + number)} {what}; at most {most} are planned with"
            found.append(error("E113", message, span, help=f"Describe only the {what} that this work needs."))
    return found, left_out


def _places(d: Declared, others: Mapping[str, Declared]) -> Iterator[Size]:
    capacity, grid, layers = d.get("capacity"), d.get("grid"), d.get("layers")
    if not d.kind.is_place:
        return
    if d.kind.layout == "grid" and grid is not None:
        yield prod(numbers(grid.values[0])) * max(1, len(d.words("each")) - 1), grid.span
    elif d.kind.layout == "layers" and layers is not None:
        pattern = others.get(d.word("pattern") or "")
        layer = None if pattern is None else pattern.get("layer")
        yield (d.number("layers") or 0) * (1 + (prod(numbers(layer.values[0])) if layer is not None else 1)), layers.span
    elif d.kind.layout == "pile" and capacity is None:
        yield from _parts(d)
    elif d.kind.layout not in ("heap", "bins") and capacity is not None:
        yield d.number("capacity") or 0, capacity.span


def _parts(d: Declared) -> Iterator[Size]:
    for given in (*d.all("contains"), *d.all("buffer")):
        yield max(0.0, _count(given)), given.span


def _count(given: Given) -> float:
    return sum(value.value for value in given.values if isinstance(value, Quantity))


def _told(number: float) -> str:
    return str(int(number)) if number < 1e12 else f"{number:.0e}"
