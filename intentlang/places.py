"""Where parts can lie in a piece of equipment. A place's frame is where the part's lower face comes to rest, z up.

One function a layout; a kind without one has one place on its upper face, or as many as its `capacity`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cell.equipment import PartKind, Place
from cell.geometry import Box, Pose, Shape, corners, height
from cell.outfeeds import EMPTIED, LEAVES
from cell.quantities import Quantity
from cell.vocabulary import Layout
from intentlang import patterns, solids
from intentlang.declared import Declared, numbers

GAP = 0.02
"""m, between the places of a shelf or of a station with several, where nothing says otherwise."""

Parts = Mapping[str, PartKind]


def shape_with_default(declared: Declared) -> Shape | None:
    """A tray without a shape is a plate under its grid; every other kind without one has no body of its own."""
    shape = solids.shape_of(declared.get("shape"))
    if shape is None and declared.kind.layout == "grid":
        (columns, rows), (dx, dy) = _grid(declared)
        return Box((columns * dx, rows * dy, solids.DEFAULT_PLATE))
    return shape


def places_of(declared: Declared, parts: Parts, others: Mapping[str, Declared]) -> tuple[Place, ...]:
    """`others` are all clean declarations by name: a pallet looks its pattern up there."""
    if not declared.kind.is_place:
        return ()
    shape = shape_with_default(declared)
    top = solids.pose(declared) @ _up(height(shape) if shape is not None else 0.0)
    if declared.kind.layout == "layers":
        return _pallet(declared, top, parts, others)
    return _LAYOUTS.get(declared.kind.layout, _row)(declared, top, parts)


def accepted(declared: Declared, parts: Parts) -> tuple[str, ...]:
    """What it says it holds or delivers, and what may turn out to be that; every part of the cell where it says nothing."""
    named = (*declared.words("holds"), *declared.words("delivers"), *_group(declared)[1])
    unknown = (part.name for part in parts.values() if set(part.may_be) & set(named))
    return tuple(dict.fromkeys((*named, *unknown))) or tuple(name for name, part in parts.items() if not part.is_made)


def contents(declared: Declared) -> tuple[tuple[str, int], ...]:
    """What lies there at the start. Every place of a tray with `each` holds one of each part of its group."""
    written = tuple((g.key, _count(g.values[1])) for g in declared.all("contains"))
    members = _group(declared)[1]
    if written or not members:
        return written
    (columns, rows), _ = _grid(declared)
    return tuple((part, columns * rows) for part in members)


def _count(value: object) -> int:
    assert isinstance(value, Quantity)
    return round(value.value)


def _up(z: float) -> Pose:
    return Pose.from_xyz_rpy((0.0, 0.0, z))


def _grid(declared: Declared) -> tuple[tuple[int, int], tuple[float, float]]:
    grid, pitch = declared.get("grid"), declared.get("pitch")
    sizes = numbers(grid.values[0]) if grid else (1.0, 1.0)
    steps = numbers(pitch.values[0]) if pitch else (0.1, 0.1)
    return (int(sizes[0]), int(sizes[1])), (steps[0], steps[1])


def _group(declared: Declared) -> tuple[str, tuple[str, ...]]:
    """`each kit [housing, gear]`: the name of the group and its parts."""
    names = declared.words("each")
    return (names[0], names[1:]) if names else ("", ())


def _tray(declared: Declared, top: Pose, parts: Parts) -> tuple[Place, ...]:
    """`infeed[1]` … row by row from the lowest x and y, centred. A group's parts stand side by side along x in their pocket."""
    name = declared.name.text
    (columns, rows), (dx, dy) = _grid(declared)
    members = _group(declared)[1]
    places: list[Place] = []
    for index in range(columns * rows):
        row, column = divmod(index, columns)
        spot = Pose.from_xyz_rpy(((column - (columns - 1) / 2) * dx, (row - (rows - 1) / 2) * dy, 0.0))
        frame = top @ spot
        if not members:
            places.append(Place(f"{name}[{index + 1}]", name, frame, accepted(declared, parts), 1))
        for member, x in zip(members, _spread([_width(parts, m) for m in members]), strict=True):
            aside = frame @ Pose.from_xyz_rpy((x, 0.0, 0.0))
            places.append(Place(f"{name}[{index + 1}].{member}", name, aside, (member,), 1))
    return tuple(places)


def _heap(declared: Declared, top: Pose, parts: Parts) -> tuple[Place, ...]:
    name = declared.name.text
    is_emptied = any(declared.get(word) is not None for word in (LEAVES, EMPTIED))
    return (Place(name, name, top, accepted(declared, parts), None if is_emptied else _capacity(declared)),)


def _capacity(declared: Declared) -> int | None:
    value = declared.number("capacity")
    return None if value is None else int(value)


def _stack(declared: Declared, top: Pose, parts: Parts) -> tuple[Place, ...]:
    """`sheets[1]` lies lowest. As many as `capacity`, or as lie there at the start, at least one."""
    name, kinds = declared.name.text, accepted(declared, parts)
    count = _capacity(declared) or max(1, sum(n for _, n in contents(declared)))
    step = height(parts[kinds[0]].shape) if kinds and kinds[0] in parts else 0.0
    return tuple(
        Place(f"{name}[{i + 1}]", name, top @ _up(i * step), kinds, 1, (f"{name}[{i}]",) if i else ()) for i in range(count)
    )


def _shelf(declared: Declared, top: Pose, parts: Parts) -> tuple[Place, ...]:
    """`left_bins.bracket`: one bin a part kind, side by side along x, each holding what `contains` says."""
    name, held = declared.name.text, dict(contents(declared))
    kinds = accepted(declared, parts)
    widths = [_width(parts, kind) + GAP for kind in kinds]
    x = -sum(widths) / 2
    places = []
    for kind, width in zip(kinds, widths, strict=True):
        frame = top @ Pose.from_xyz_rpy((x + width / 2, 0.0, 0.0))
        places.append(Place(f"{name}.{kind}", name, frame, (kind,), held.get(kind) or None))
        x += width
    return tuple(places)


def _spread(widths: Sequence[float]) -> list[float]:
    """The middles of things of these widths, side by side with a gap between them, about 0."""
    x = -(sum(widths) + GAP * (len(widths) - 1)) / 2
    middles = []
    for width in widths:
        middles.append(x + width / 2)
        x += width + GAP
    return middles


def _width(parts: Parts, kind: str) -> float:
    points = corners(parts[kind].shape) if kind in parts else None
    return 0.1 if points is None else float(points[:, 0].max() - points[:, 0].min())


def _row(declared: Declared, top: Pose, parts: Parts) -> tuple[Place, ...]:
    """`capacity` places along x: the thing's own name when there is one, `bench[1]` … when there are more."""
    name, kinds = declared.name.text, accepted(declared, parts)
    count = _capacity(declared) or 1
    if count == 1:
        return (Place(name, name, top, kinds, 1),)
    shape = shape_with_default(declared)
    widest = max((_width(parts, kind) for kind in kinds), default=0.1)
    step = shape.size[0] / count if isinstance(shape, Box) else widest + GAP
    middle = (count - 1) / 2
    return tuple(
        Place(f"{name}[{i + 1}]", name, top @ Pose.from_xyz_rpy(((i - middle) * step, 0.0, 0.0)), kinds, 1) for i in range(count)
    )


def _pallet(declared: Declared, top: Pose, parts: Parts, others: Mapping[str, Declared]) -> tuple[Place, ...]:
    """None without a pattern, a number of layers or a shape to lay them on."""
    pattern, layers = others.get(declared.word("pattern") or ""), declared.number("layers")
    floor = shape_with_default(declared)
    if pattern is None or layers is None or not isinstance(floor, Box):
        return ()
    kinds = {name: parts[name] for name in accepted(declared, parts) if name in parts}
    return patterns.laid(declared.name.text, patterns.layer_of(pattern), int(layers), top, floor, kinds)


_LAYOUTS: Mapping[Layout, Callable[[Declared, Pose, Parts], tuple[Place, ...]]] = {
    "grid": _tray,
    "heap": _heap,
    "pile": _stack,
    "bins": _shelf,
}
