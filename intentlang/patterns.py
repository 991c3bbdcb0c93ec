"""The places of a pallet: its pattern, laid on its upper face, layer on layer.

A pallet that takes a part as large as a layer has one such sheet under each layer: `left.layers[1]` is the place of the sheet,
`left.layers[1].spots[1]` … those of the parts upon it, row by row from the lowest x and y. Every place names what it lies on, so
that nothing is put down on air nor drawn out from under something.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from cell.dataclass import dataclass
from cell.equipment import PartKind, Place
from cell.geometry import Box, Pose
from intentlang.declared import Declared, numbers

GAP = 0.01
"""m, between the parts of a layer where the pattern says nothing."""
OVERHANG = 0.02
"""m, by which a layer may stand out over each edge of its pallet."""


@dataclass(frozen=True, slots=True)
class Layer:
    """`grid` parts along x and y, each turned by `turn` rad, `gap` m apart. Every second layer is turned by half a turn when
    it is `alternate`."""

    grid: tuple[int, int]
    turn: float
    gap: float
    alternate: bool

    def pitch(self, part: Box) -> tuple[float, float]:
        """From part to part, m."""
        x, y = self.footprint(part)
        return x + self.gap, y + self.gap

    def footprint(self, part: Box) -> tuple[float, float]:
        """What one turned part covers, m."""
        (x, y, _), c, s = part.size, abs(math.cos(self.turn)), abs(math.sin(self.turn))
        return x * c + y * s, x * s + y * c

    def extent(self, part: Box) -> tuple[float, float]:
        (dx, dy), (columns, rows) = self.pitch(part), self.grid
        return columns * dx - self.gap, rows * dy - self.gap

    def spots(self, part: Box, number: int) -> Iterator[Pose]:
        """Where the parts of layer `number` lie, seen from the middle of the layer."""
        (dx, dy), (columns, rows) = self.pitch(part), self.grid
        half = Pose.about_z(math.pi if self.alternate and number % 2 == 0 else 0.0)
        for index in range(columns * rows):
            row, column = divmod(index, columns)
            at = Pose.from_xyz_rpy(((column - (columns - 1) / 2) * dx, (row - (rows - 1) / 2) * dy, 0.0))
            yield half @ at @ Pose.about_z(self.turn)


def layer_of(pattern: Declared) -> Layer:
    grid, turn, gap, alternate = (pattern.get(name) for name in ("layer", "turn", "gap", "alternate"))
    columns, rows = numbers(grid.values[0]) if grid else (1.0, 1.0)
    return Layer(
        (int(columns), int(rows)),
        numbers(turn.values)[0] if turn else 0.0,
        numbers(gap.values)[0] if gap else GAP,
        alternate is not None and pattern.word("alternate") == "yes",
    )


def laid(name: str, layer: Layer, count: int, top: Pose, floor: Box, kinds: Mapping[str, PartKind]) -> tuple[Place, ...]:
    """The places of `count` layers on a pallet of shape `floor`; none where it is not certain which part makes a layer."""
    boxes = {kind: part.shape for kind, part in kinds.items() if isinstance(part.shape, Box)}
    laid_out = {kind: box for kind, box in boxes.items() if _fits(layer.extent(box), floor)}
    sheets = {kind: box for kind, box in boxes.items() if kind not in laid_out and _fits(box.size[:2], floor)}
    if len({box.size for box in laid_out.values()}) != 1 or len({box.size for box in sheets.values()}) > 1:
        return ()
    part = next(iter(laid_out.values()))
    thickness = next((box.size[2] for box in sheets.values()), 0.0)
    places: list[Place] = []
    below: tuple[str, ...] = ()
    for number in range(1, count + 1):
        at = f"{name}.layers[{number}]"
        base = top @ Pose.from_xyz_rpy((0.0, 0.0, (number - 1) * (part.size[2] + thickness)))
        if sheets:
            places.append(Place(at, name, base, tuple(sheets), 1, below))
            below = (at,)
        upper = base @ Pose.from_xyz_rpy((0.0, 0.0, thickness))
        spots = tuple(
            Place(f"{at}.spots[{i}]", name, upper @ spot, tuple(laid_out), 1, below)
            for i, spot in enumerate(layer.spots(part, number), start=1)
        )
        places += spots
        below = tuple(spot.name for spot in spots)
    return tuple(places)


def _fits(extent: tuple[float, ...], floor: Box) -> bool:
    return all(a <= b + 2 * OVERHANG for a, b in zip(extent, floor.size[:2], strict=True))
