"""The cell from above and from the side, in braille: what stands there is drawn once for each size, what moves on top of it.

A robot is drawn along its joints where it was measured last, or where the plan has it by now (positions.py): the map does for
looking, not for judging a distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.geometry import Array, corners
from cell.home import home_of
from cell.outline import Point, outline
from cell.trajectory import Path
from tui.operate.braille import BLANK, Braille
from tui.operate.ground import Ground
from tui.operate.lines import Line, Look, clean, fitted, line, runs, said
from tui.operate.positions import positions
from tui.operate.view import View

Plane = Literal["top", "side"]
_AXES: Mapping[Plane, tuple[int, int]] = {"top": (0, 1), "side": (0, 2)}
WAY_POINTS = 24
MARGIN = 0.12  # of the extent, on each side
ABOUT = """The cell from above (x to the right, y up) and from the side (x to the right, z up). Dotted: zones; ◆ marks one with
somebody in it. Robots are drawn along their joints, ✚ is the tool: as measured; without samples where the plan has them by
then, and at home where they have not moved. In manual mode ◌ and the dotted arm are where the way ends that is proved."""


@dataclass(frozen=True, slots=True)
class Label:
    row: int
    column: int
    text: str
    look: Look


@dataclass(frozen=True, slots=True)
class Standing:
    """What does not move: its dots, its labels, and how a point of the cell becomes a dot: `low` m at the lower left, `scale`
    dots a metre. `rows`: the lines of it, for those in which nothing else is."""

    dots: Braille
    labels: tuple[Label, ...]
    low: tuple[float, float]
    scale: float
    plane: Plane
    rows: tuple[Line, ...] = ()

    def dot(self, point: Sequence[float] | Array) -> Point:
        i, j = _AXES[self.plane]
        return (float(point[i]) - self.low[0]) * self.scale, self.dots.height - 1 - (float(point[j]) - self.low[1]) * self.scale


def top(view: View, width: int, height: int) -> Sequence[Line]:
    return _map(view, "top", width, height)


def side(view: View, width: int, height: int) -> Sequence[Line]:
    return _map(view, "side", width, height)


def scale_of(view: View, width: int, height: int, plane: Plane) -> str:
    """How many mm a dot is."""
    if view.ground is None or width < 4 or height < 2:
        return ""
    return f"{1000.0 / _standing(view.ground, plane, width, height).scale:.0f} mm/dot"


def _map(view: View, plane: Plane, width: int, height: int) -> Sequence[Line]:
    if view.ground is None:
        return [line(said(f"no map: {view.no_ground or 'the cell is being read'}", "dim"))]
    if width < 4 or height < 2:
        return []
    standing = _standing(view.ground, plane, width, height)
    moving = Braille(width, height)
    marks: list[Label] = []
    where = positions(view.scene, view.seen)
    for robot in view.ground.models:
        at = where.get(robot)
        q = np.array(home_of(view.ground.cell.robots[robot], view.ground.models[robot])) if at is None else at.q
        points = [standing.dot(point) for point in _joints(view.ground, robot, q)]
        moving.lines(points)
        moving.blob(points[0])
        marks.append(_label(standing, points[-1], "✚", "strong"))
    marks += _jogged_to(view, standing, moving)
    marks += _way_back(view, standing, moving)
    names = list(_beside((*standing.labels, *_occupied(view, standing)), marks, height))
    still = set(standing.labels) & set(names)
    changed = {label.row for label in {*standing.labels, *names, *marks} - still}
    return [
        _row(standing, moving, (*names, *marks), row) if row in changed or moving.has(row) else standing.rows[row]
        for row in range(height)
    ]


def _beside(names: Sequence[Label], marks: Sequence[Label], rows: int) -> Iterator[Label]:
    """A name that a mark would stand in the middle of goes a line up or down, and where there is no room it is left out: half a
    name is none."""
    taken = [*marks]
    for name in sorted(names, key=lambda name: any(_covers(mark, name) for mark in marks)):  # what can stay stays
        places = [replace(name, row=name.row + by) for by in (0, -1, 1) if 0 <= name.row + by < rows]
        free = next((place for place in places if not any(_covers(other, place) for other in taken)), None)
        if free is not None:
            taken.append(free)
            yield free


def _covers(a: Label, b: Label) -> bool:
    return a.row == b.row and a.column < b.column + len(b.text) and b.column < a.column + len(a.text)


def _occupied(view: View, standing: Standing) -> Iterator[Label]:
    ground = view.ground
    assert ground is not None
    for name, is_occupied in view.scene.run.belief.zones.items():
        zone = ground.cell.zones.get(name)
        if is_occupied and zone is not None:
            middle = [0.5 * (a + b) for a, b in zip(zone.low, zone.high, strict=True)]
            yield _label(standing, standing.dot(middle), f"◆{name}", "warn")


def _jogged_to(view: View, standing: Standing, moving: Braille) -> Iterator[Label]:
    """Where a robot would come to that is jogged on: dotted."""
    manual, ground = view.scene.run.manual, view.ground
    way = None if manual is None else manual.way
    if way is None or ground is None or way.found.jog.robot not in ground.models:
        return
    points = [standing.dot(point) for point in _joints(ground, way.found.jog.robot, np.array(way.found.end))]
    moving.lines(points, every=3)
    yield _label(standing, points[-1], "◌", "note")


def _label(standing: Standing, at: Point, text: str, look: Look) -> Label:
    text = fitted(text, max(1, standing.dots.columns // 3))
    column = min(max(0, round(at[0]) // 2 - len(text) // 2), max(0, standing.dots.columns - len(text)))
    return Label(min(max(0, round(at[1]) // 4), standing.dots.rows - 1), column, text, look)


def _meet(a: Label, b: Label) -> bool:
    """Whether one would be read into the other. Then the first has the place: in the other view there may be room."""
    return a.row == b.row and a.column <= b.column + len(b.text) and b.column <= a.column + len(a.text)


def _row(standing: Standing, moving: Braille, labels: Iterable[Label], row: int) -> Line:
    """Robots over things, labels over both."""
    below, above = standing.dots.text(row), moving.text(row)
    marks: list[tuple[str, Look]] = []
    for low, high in zip(below, above, strict=True):
        if high != " ":
            bits = (ord(high) - BLANK) | (0 if low == " " else ord(low) - BLANK)
            marks.append((chr(BLANK + bits), "strong"))
        else:
            marks.append((low, "frame"))
    for label in labels:
        if label.row == row:
            for k, character in enumerate(label.text[: len(marks) - label.column]):
                marks[label.column + k] = (character, label.look)
    return runs(marks)


def _way_back(view: View, standing: Standing, moving: Braille) -> Iterator[Label]:
    """The way by which a robot would come out, where somebody is asked about it: dotted, with its end marked."""
    found, ground = view.scene.way_back, view.ground
    if found is None or ground is None or found[0] not in ground.models:
        return
    path = Path.of(found[1].segments)
    q = path.at(np.linspace(0.0, path.length, WAY_POINTS)).q
    points = [standing.dot(_joints(ground, found[0], each)[-1]) for each in q]
    moving.lines(points, every=2)
    yield _label(standing, points[-1], "↩", "warn")


def _joints(ground: Ground, robot: str, q: Array) -> list[Array]:
    """From the base along the joints to the flange and the tool's first hand, in the world."""
    model, unit = ground.models[robot], ground.cell.robots[robot]
    base = unit.base.matrix
    frames = [base, *(base @ pose for pose in model.chain.link_poses(q)), base @ model.chain.flange_pose(q)]
    tool = ground.cell.tool_of(robot)
    if tool is not None and tool.hands:
        frames.append(frames[-1] @ tool.hands[0].T_flange_tcp.matrix)
    return [frame[:3, 3] for frame in frames]


@lru_cache(maxsize=8)
def _standing(ground: Ground, plane: Plane, width: int, height: int) -> Standing:
    i, j = _AXES[plane]
    low, high = _extent(ground, i, j)
    dots = Braille(width, height)
    scale = min((dots.width - 1) / (high[0] - low[0]), (dots.height - 1) / (high[1] - low[1]))
    found = Standing(dots, (), (low[0] - _spare(dots.width, scale, low[0], high[0]), low[1]), scale, plane)
    labels: list[Label] = []
    for zone in ground.cell.zones.values():
        dots.outline([found.dot(point) for point in _ring(zone.low, zone.high, i, j)], every=3)
    for thing in ground.cell.equipment.values():
        points = [tuple(point) for body in thing.bodies for point in _outline(body.pose.apply(corners(body.shape)), i, j)]
        hull = outline([found.dot(_lifted(point, i, j)) for point in points])
        dots.outline(hull)
        if hull:
            middle = (sum(x for x, _ in hull) / len(hull), sum(y for _, y in hull) / len(hull))
            label = _label(found, middle, clean(thing.name), "dim")
            if not any(_meet(label, other) for other in labels):
                labels.append(label)
    found = replace(found, labels=tuple(labels))
    nothing = Braille(width, height)
    return replace(found, rows=tuple(_row(found, nothing, labels, row) for row in range(height)))


def _spare(dots: int, scale: float, low: float, high: float) -> float:
    """What is left over on the left, so that the cell is in the middle."""
    return 0.5 * ((dots - 1) / scale - (high - low))


def _extent(ground: Ground, i: int, j: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Of all bodies and places, and of the robots with some of what they reach. A zone may be much larger: it is drawn as far
    as there is room."""
    points = [body.pose.apply(corners(body.shape)) for thing in ground.cell.equipment.values() for body in thing.bodies]
    points += [place.frame.translation[None, :] for place in ground.cell.places.values()]
    for name, model in ground.models.items():
        base, reach = ground.cell.robots[name].base.translation, model.reach
        points.append(base + reach * np.array([[-0.4, -0.4, 0.0], [0.4, 0.4, 0.7]]))
    all_ = np.concatenate([np.zeros((1, 3)), *points])
    low, high = all_.min(axis=0), all_.max(axis=0)
    spare = MARGIN * np.maximum(high - low, 0.1)
    low, high = low - spare, high + spare
    return (float(low[i]), float(low[j])), (float(high[i]), float(high[j]))


def _outline(points: Array, i: int, j: int) -> list[Point]:
    return outline([(float(p[i]), float(p[j])) for p in points])


def _lifted(point: Sequence[float], i: int, j: int) -> Array:
    found = np.zeros(3)
    found[i], found[j] = point
    return found


def _ring(low: Sequence[float], high: Sequence[float], i: int, j: int) -> list[Array]:
    a, b = (low[i], low[j]), (high[i], high[j])
    return [_lifted(point, i, j) for point in (a, (b[0], a[1]), b, (a[0], b[1]))]
