"""One stretch of the recording in which nothing but the robots changes: which bodies may come near each other at all, and when.

All boxes are compared at once; only the pairs and states whose boxes, widened by how far they may move, do meet are looked at one
by one (nearness.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cell.geometry import Array
from tests.judge.arm import Arm
from tests.judge.bodies import Moving
from tests.judge.nearness import Counted, Distances, Looking, Near, Placed, Window, placed, steps
from tests.judge.polyline import Polyline
from tests.judge.solids import Standing

AT_ONCE = 512  # states compared in one go: bounds the memory


class Crowd:
    """Standing bodies, with their boxes stacked."""

    def __init__(self, bodies: Sequence[Standing]) -> None:
        self.bodies = tuple(bodies)
        self.low = np.array([b.low for b in bodies]).reshape(-1, 3)
        self.high = np.array([b.high for b in bodies]).reshape(-1, 3)


@dataclass(slots=True)
class Stretch:
    arms: Mapping[str, Arm]
    line: Polyline
    moving: Sequence[Moving]
    counted: Counted
    _placed: dict[str, Placed] = field(init=False)
    _row: dict[str, int] = field(init=False)
    _low: Array = field(init=False)
    _high: Array = field(init=False)
    _solver: Distances = field(init=False)

    def __post_init__(self) -> None:
        sweeps = {robot: self.arms[robot].sweep(q) for robot, q in self.line.q.items()}
        bodies = [placed(m, sweeps[m.robot]) for m in self.moving]
        half = steps(self.line, "half")
        reach = np.stack([b.reach + b.furthest(half[b.moving.robot])[:, None] for b in bodies])
        centre = np.stack([b.centre for b in bodies])
        self._low, self._high = centre - reach, centre + reach
        self._placed = {b.moving.name: b for b in bodies}
        self._row = {m.name: k for k, m in enumerate(self.moving)}
        self._solver = Distances(self.counted)

    def meetings(self, crowd: Crowd) -> Iterator[tuple[Moving, Standing, np.ndarray]]:
        """Every moving body with every standing one that it may come near, and the states (sorted) at which it may."""
        if not crowd.bodies:
            return
        found: dict[tuple[int, int], list[np.ndarray]] = {}
        for first in range(0, len(self.line), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            meets = np.ones((len(self.moving), len(self.line.at[rows]), len(crowd.bodies)), dtype=bool)
            for axis in range(3):
                meets &= self._low[:, rows, None, axis] <= crowd.high[:, axis]
                meets &= crowd.low[:, axis] <= self._high[:, rows, None, axis]
            for g, e in np.argwhere(meets.any(axis=1)):
                found.setdefault((int(g), int(e)), []).append(first + np.flatnonzero(meets[g, :, e]))
        for (g, e), states in sorted(found.items()):
            yield self.moving[g], crowd.bodies[e], np.concatenate(states)

    def approaches(self, pairs: Sequence[tuple[Moving, Moving]]) -> Iterator[tuple[Moving, Moving, np.ndarray]]:
        """The same for pairs of moving bodies."""
        if not pairs:
            return
        a, b = (np.array([self._row[pair[k].name] for pair in pairs]) for k in (0, 1))
        for first in range(0, len(self.line), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            meets = np.ones((len(pairs), len(self.line.at[rows])), dtype=bool)
            for axis in range(3):
                meets &= self._low[a, rows, axis] <= self._high[b, rows, axis]
                meets &= self._low[b, rows, axis] <= self._high[a, rows, axis]
            for p in np.flatnonzero(meets.any(axis=1)):
                yield *pairs[p], first + np.flatnonzero(meets[p])

    def near(self, moving: Moving, other: Moving | Standing, states: np.ndarray, windows: Sequence[Window] = ()) -> Near:
        """Where the two may touch, among `states`. `windows` (ns) are when they may."""
        b = other if isinstance(other, Standing) else self._placed[other.name]
        return Looking(self.arms, self.counted, windows, self._solver).near(self.line, self._placed[moving.name], b, states)

    def fixed_gap(self, moving: Moving, other: Moving) -> float:
        """The distance of two bodies on the same flange: the same at every state."""
        return self._solver.at(self._placed[moving.name], self._placed[other.name], 0)
