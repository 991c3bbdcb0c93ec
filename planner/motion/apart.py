"""Whether two robots on two paths keep apart whatever the timing: any point of the one path against any of the other.

Two-parameter bisection, body by body. A body of the one on a stretch of its path, against a body of the other on a stretch of its
own: they are apart on all of both stretches when the boxes around all they sweep are, or when their distance at the two middles
is more than what both can move (planner/motion/sweeps.py). Else the stretch on which more moves is halved. All that is open is
looked at together, level by level. A distance within the clearance is a counterexample and ends the work.

The budget is counted, so the answer is the same on every machine: True is certain, False means that it was not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array
from planner.motion.collision import coal_shape
from planner.motion.sweeps import DEEPEST, FIRST_LEVEL, Moved, Sweep

RULES = "pairs 2"  # raise it when the search for a pair changes
PAIR_CLEARANCE = 0.005  # m; every motion keeps 10 mm from the others at home, and the proof asks for more than 1 mm
MOST_BOXES = 400_000  # pairs of boxes that are compared for one pair of paths
MOST_MEASURED = 6_000  # distances that are measured for one pair of paths
SUSPECTS = 8  # of them, on each level, where a counterexample is likely
HOPE = 3.0  # a distance is measured where bodies are apart by more than this times what they can move

Ints = NDArray[np.intp]


def as_mapping() -> Mapping[str, object]:
    """Every number that a verdict depends on, for the key."""
    own = {name: value for name, value in globals().items() if name.isupper()}
    return {**own, "FIRST_LEVEL": FIRST_LEVEL, "DEEPEST": DEEPEST}


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is open: body `a` of the one on its node `i`, against body `b` of the other on its node `k`; all (N,)."""

    i: Ints
    a: Ints
    k: Ints
    b: Ints

    def where(self, chosen: NDArray[np.bool_] | Ints) -> Rows:
        return Rows(self.i[chosen], self.a[chosen], self.k[chosen], self.b[chosen])

    def __len__(self) -> int:
        return len(self.i)


class Pairing:
    """The bodies of two robots, ready to be measured against each other."""

    def __init__(self, one: Moved, other: Moved) -> None:
        import coal

        self._coal = coal
        self._shapes = [[coal_shape(coal, m.shape) for m in moved.bodies] for moved in (one, other)]
        a, b = np.nonzero(~(one.is_base[:, None] & other.is_base[None]))  # what stands cannot run into what stands
        self.first = Rows(np.zeros_like(a), a, np.zeros_like(b), b)
        self._request, self._result = coal.DistanceRequest(), coal.DistanceResult()
        self._request.enable_signed_distance = False
        self._at = coal.Transform3s(), coal.Transform3s()

    def are_apart(self, one: Sweep, other: Sweep) -> bool:
        rows = _near(one, other, self.first)
        boxes = measured = 0
        while len(rows):
            moved = one.motion[rows.i, rows.a] + other.motion[rows.k, rows.b]
            hopeful = np.flatnonzero(_middles(one, other, rows) > HOPE * moved + PAIR_CLEARANCE)
            chosen = np.concatenate([_overlapping(one, other, rows, moved), hopeful])
            boxes, measured = boxes + len(rows), measured + len(chosen)
            if boxes > MOST_BOXES or measured > MOST_MEASURED:
                return False
            is_open = np.ones(len(rows), dtype=np.bool_)
            for row in chosen:
                distance = self._distance(one, other, rows, row)
                if distance <= PAIR_CLEARANCE:
                    return False
                is_open[row] = distance <= moved[row] + PAIR_CLEARANCE
            halved = _halved(one, other, rows.where(is_open))
            if halved is None:
                return False
            rows = _near(one, other, halved)
        return True

    def _distance(self, one: Sweep, other: Sweep, rows: Rows, row: int) -> float:
        a, b = rows.a[row], rows.b[row]
        for at, pose in zip(self._at, (one.poses[rows.i[row], a], other.poses[rows.k[row], b]), strict=True):
            at.setTransform(pose[:3, :3], pose[:3, 3])
        self._result.clear()
        shapes: list[list[Any]] = self._shapes
        return float(self._coal.distance(shapes[0][a], self._at[0], shapes[1][b], self._at[1], self._request, self._result))


def _box_gaps(one: Sweep, other: Sweep, rows: Rows) -> Array:
    """Along each axis, (N, 3), how far the boxes are apart; negative by how far they overlap."""
    gaps: Array = np.maximum(
        one.low[rows.i, rows.a] - other.high[rows.k, rows.b], other.low[rows.k, rows.b] - one.high[rows.i, rows.a]
    )
    return gaps


def _overlapping(one: Sweep, other: Sweep, rows: Rows, moved: Array) -> Ints:
    """The rows whose boxes overlap most at the middles: a counterexample, if there is one, is likely there."""
    overlap = (_box_gaps(one, other, rows) + moved[:, None]).max(axis=1)
    most = min(np.partition(overlap, SUSPECTS)[SUSPECTS] if len(rows) > SUSPECTS else np.inf, PAIR_CLEARANCE)
    return np.flatnonzero(overlap <= most)[:SUSPECTS]


def _near(one: Sweep, other: Sweep, rows: Rows) -> Rows:
    gaps = np.maximum(_box_gaps(one, other, rows), 0.0)
    return rows.where((gaps**2).sum(axis=1) <= PAIR_CLEARANCE**2)


def _middles(one: Sweep, other: Sweep, rows: Rows) -> Array:
    """The distance of two points of the bodies, at the middles: their boxes' centres. What is measured is hardly more."""
    a, b = ((s.low[n, m] + s.high[n, m]) / 2.0 for s, n, m in ((one, rows.i, rows.a), (other, rows.k, rows.b)))
    distance: Array = np.linalg.norm(a - b, axis=1)
    return distance


def _halved(one: Sweep, other: Sweep, rows: Rows) -> Rows | None:
    """Each row twice, with the halves of the stretch on which more moves; None where that is too short already."""
    moved, others = one.motion[rows.i, rows.a], other.motion[rows.k, rows.b]
    first = moved >= others
    if np.any(np.maximum(moved, others) == 0.0):
        return None
    for sweep, nodes in ((one, rows.i[first]), (other, rows.k[~first])):
        while len(nodes) and 2 * int(nodes.max()) + 2 >= len(sweep.motion):
            if sweep.levels > DEEPEST:
                return None
            sweep.deepen()
    i = np.where(first[:, None], 2 * rows.i[:, None] + [1, 2], rows.i[:, None]).ravel()
    k = np.where(first[:, None], rows.k[:, None], 2 * rows.k[:, None] + [1, 2]).ravel()
    return Rows(i, np.repeat(rows.a, 2), k, np.repeat(rows.b, 2))
