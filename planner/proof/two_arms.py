"""Two moving arms kept apart whatever the timing: every point of one path against every point of the other.

A cell is a stretch of the one path and a stretch of the other. It is checked at the middles of both: no point of a body is
further from there than the bound of separation.py for its own arm, so two bodies that are further apart than both bounds
together, plus the clearance, are apart on the whole cell. Else the stretch on which the body moves more is halved, for that
pair of bodies alone. An arm at rest is a path of one point. Boxes first: most pairs never come near one another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cell.dataclass import dataclass
from cell.geometry import Array
from cell.steps import Carried
from cell.trajectory import Path
from planner.proof.arm import Arm, link_bodies
from planner.proof.bernstein import halves
from planner.proof.gap import Gauge
from planner.proof.separation import Frame, Pair, middle_and_excursion

Ints = NDArray[np.int64]

_FINEST = 5e-6  # m: a pair that this little motion does not settle is not proved apart
_COARSE = 0.3  # m: cells on which the two move further are not worth a distance
_MOST_DISTANCES = 200_000  # then the pair is given up: the answer may not depend on the machine


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """An arm with what its hands hold, anywhere on a path: `control` (K, n, 6) are its Bézier curves, `edges` (K + 1,) the path
    parameters between them."""

    arm: Arm
    carried: tuple[Carried, ...]
    control: Array
    edges: Array

    @classmethod
    def along(cls, arm: Arm, carried: tuple[Carried, ...], path: Path) -> Course:
        return cls(arm, carried, np.swapaxes(path.control, 1, 2), path.starts)

    @classmethod
    def at_rest(cls, arm: Arm, carried: tuple[Carried, ...], q: Array) -> Course:
        return cls(arm, carried, np.repeat(np.asarray(q)[None, :, None], 6, axis=2), np.zeros(2))


@dataclass(frozen=True, slots=True)
class Near:
    """`first` and `second` are only `distance` m apart at the path parameters `s`, or not proved to be further apart."""

    first: str
    second: str
    s: tuple[float, float]
    distance: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Neither proved nor refuted within the budget."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Proved. `closest` m is the least distance that was measured, inf where boxes alone settled all."""

    closest: float


def check_two(sides: tuple[Side, Side], clearance: float) -> Clear | Near | GivenUp:
    """Every body of one arm against every body of the other, but for what neither moves."""
    cells = _first_cells(*sides)
    closest, measured = float("inf"), 0
    while len(cells.a):
        moved = sides[0].moved(cells.a, cells.p), sides[1].moved(cells.b, cells.q)
        needed = moved[0] + moved[1] + clearance
        near = _box_gap(*sides, cells) <= needed
        cells, needed, moved = cells.only(near), needed[near], (moved[0][near], moved[1][near])
        worth = np.flatnonzero(needed <= _COARSE)
        measured += len(worth)
        if measured > _MOST_DISTANCES:
            return GivenUp(sides[0].names[cells.p[0]], sides[1].names[cells.q[0]])
        rest = np.ones(len(needed), dtype=bool)
        for k in worth:
            bound, estimate = _measure(*sides, cells, int(k))
            closest = min(closest, estimate)
            if bound > needed[k]:
                rest[k] = False
            elif estimate <= clearance or needed[k] - clearance < _FINEST:
                return _near(*sides, cells, int(k), min(estimate, bound))
        cells = _halved(*sides, cells.only(rest), moved[0][rest] >= moved[1][rest])
    return Clear(closest)


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Stretch `a` of the one path and `b` of the other, body `p` of the one arm and `q` of the other; each (N,)."""

    a: Ints
    b: Ints
    p: Ints
    q: Ints

    def only(self, chosen: NDArray[np.bool_]) -> _Cells:
        return _Cells(self.a[chosen], self.b[chosen], self.p[chosen], self.q[chosen])


class Rig:
    """An arm with what its hands hold, ready to be measured along any course: dear to make, and the same for many."""

    def __init__(self, arm: Arm, carried: tuple[Carried, ...]) -> None:
        bodies = link_bodies(arm, carried)
        self.gauge = Gauge([b.body.shape for b in bodies])
        self.names = [f"{arm.robot}/{b.name}" for b in bodies]
        self.links = np.array([b.link for b in bodies], dtype=np.int64)
        self.frame = Frame(arm, bodies, [], [Pair(k, 0, True, 0.0) for k in range(len(bodies))])


class Side:
    """A course as far as it has been halved: a tree of stretches, each looked at once for all cells and partners."""

    def __init__(self, course: Course, rig: Rig) -> None:
        self.gauge, self.names, self.links, self._frame = rig.gauge, rig.names, rig.links, rig.frame
        self.roots = len(course.control)
        self.control, self.begin, self.end = course.control, course.edges[:-1], course.edges[1:]
        self._here, self._moved = self._seen(self.control)
        self._left = np.full(len(self.control), -1, dtype=np.int64)

    def moved(self, stretch: Ints, body: Ints) -> Array:
        bound: Array = self._moved[stretch, body]
        return bound

    def box(self, stretch: Ints, body: Ints) -> tuple[Array, Array]:
        """Centres and half extents (N, 3) at the middles."""
        return self._here.middle[stretch, body], self._here.half[stretch, body]

    def pose(self, stretch: int, body: int) -> tuple[Array, Array]:
        return self._here.rotation[stretch, body], self._here.centre[stretch, body]

    def halves_of(self, stretch: Ints) -> tuple[Ints, Ints]:
        """The two halves of each stretch, made where they are asked for the first time."""
        whole = np.unique(stretch[self._left[stretch] < 0])
        if len(whole):
            self._halve(whole)
        left = self._left[stretch]
        return left, left + 1

    def _halve(self, whole: Ints) -> None:
        pieces = np.stack(halves(self.control[whole]), axis=1).reshape(-1, *self.control.shape[1:])
        middle = 0.5 * (self.begin[whole] + self.end[whole])
        here, moved = self._seen(pieces)
        self._left[whole] = len(self.control) + 2 * np.arange(len(whole))
        self._left = np.concatenate([self._left, np.full(len(pieces), -1, dtype=np.int64)])
        self.control = np.concatenate([self.control, pieces])
        self.begin = np.concatenate([self.begin, np.stack([self.begin[whole], middle], axis=1).reshape(-1)])
        self.end = np.concatenate([self.end, np.stack([middle, self.end[whole]], axis=1).reshape(-1)])
        self._here, self._moved = self._here.joined(here), np.concatenate([self._moved, moved])

    def _seen(self, control: Array) -> tuple[_Seen, Array]:
        q, excursion = middle_and_excursion(control)
        here = self._frame.at(q)
        moved = self._frame.displacement(here, excursion, np.arange(len(self.links)))
        return _Seen(here.rotation, here.centre, self._frame.box_centre(here), here.half), moved


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """`rotation` (S, B, 3, 3), `centre` (S, B, 3) of every body, `middle` and `half` (S, B, 3) of its box."""

    rotation: Array
    centre: Array
    middle: Array
    half: Array

    def joined(self, other: _Seen) -> _Seen:
        return _Seen(
            np.concatenate([self.rotation, other.rotation]),
            np.concatenate([self.centre, other.centre]),
            np.concatenate([self.middle, other.middle]),
            np.concatenate([self.half, other.half]),
        )


def _first_cells(one: Side, other: Side) -> _Cells:
    a, b, p, q = np.meshgrid(
        np.arange(one.roots), np.arange(other.roots), np.arange(len(one.links)), np.arange(len(other.links)),
        indexing="ij",
    )  # fmt: skip
    cells = _Cells(a.reshape(-1), b.reshape(-1), p.reshape(-1), q.reshape(-1))
    return cells.only((one.links[cells.p] > 0) | (other.links[cells.q] > 0))


def _box_gap(one: Side, other: Side, cells: _Cells) -> Array:
    """The distance of the boxes at the middles, 0 where they overlap."""
    (c, h), (d, k) = one.box(cells.a, cells.p), other.box(cells.b, cells.q)
    gap: Array = np.linalg.norm(np.maximum(np.abs(c - d) - h - k, 0.0), axis=1)
    return gap


def _measure(one: Side, other: Side, cells: _Cells, k: int) -> tuple[float, float]:
    a, b, p, q = int(cells.a[k]), int(cells.b[k]), int(cells.p[k]), int(cells.q[k])
    return one.gauge.measure_to(p, one.pose(a, p), other.gauge, q, other.pose(b, q))


def _near(one: Side, other: Side, cells: _Cells, k: int, distance: float) -> Near:
    a, b = int(cells.a[k]), int(cells.b[k])
    s = 0.5 * float(one.begin[a] + one.end[a]), 0.5 * float(other.begin[b] + other.end[b])
    return Near(one.names[int(cells.p[k])], other.names[int(cells.q[k])], s, distance)


def _halved(one: Side, other: Side, cells: _Cells, is_first: NDArray[np.bool_]) -> _Cells:
    """`is_first`: the stretch of the one arm is halved, else that of the other."""
    first, second = cells.only(is_first), cells.only(~is_first)
    (left, right), (near, far) = one.halves_of(first.a), other.halves_of(second.b)
    return _Cells(
        np.concatenate([left, right, second.a, second.a]),
        np.concatenate([first.b, first.b, near, far]),
        np.concatenate([first.p, first.p, second.p, second.p]),
        np.concatenate([first.q, first.q, second.q, second.q]),
    )
