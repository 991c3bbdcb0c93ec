"""A way through free space: the straight joint line where it is clear, else around, by two trees that grow to each other.

Source: Kuffner, LaValle, "RRT-Connect: an efficient approach to single-query path planning", ICRA 2000. Growing checks
configurations a step apart; what is found is then proved edge by edge (planner/motion/certify.py) and, where an edge fails,
the two trees go on. Shortcuts are proved before they are taken. Counted iterations and a seed that is handed in: the same
request gives the same path on every machine, in every process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cell.geometry import Array
from planner.motion.certify import certified
from planner.motion.collision import BLOCKED, Collider
from planner.motion.margins import PATH_ITERATIONS, SHORTCUT_ITERATIONS

STEP = 0.10  # m: no point of the robot moves further between two configurations that growing looks at
STRIDE = 6  # such steps that a tree grows at most at once towards a random configuration


@dataclass(frozen=True, slots=True)
class GaveUp:
    """No path within the budget: nothing is known of whether there is one."""

    iterations: int


def free_path(
    collider: Collider, margins: Array, start: Array, end: Array, seed: int, iterations: int = PATH_ITERATIONS
) -> tuple[Array, ...] | GaveUp:
    """Waypoints from `start` to `end` (n,), each straight line between two proved clear. Both ends have to be clear."""
    if certified(collider, [np.stack([start, end])], margins) is None:
        return start, end
    search = _Search(collider, margins, np.random.default_rng(seed))
    path = search.connect(start, end, iterations)
    return GaveUp(iterations) if path is None else search.shortened(path)


class _Search:
    def __init__(self, collider: Collider, margins: Array, rng: np.random.Generator) -> None:
        self.collider, self.margins, self.rng = collider, margins, rng
        model = collider.arm.model
        self.low, self.high = model.position[:, 0], model.position[:, 1]
        self.weight = model.radii.max(axis=1)  # m per rad: how far the robot's furthest point can move by each joint
        self.refuted: set[tuple[bytes, bytes]] = set()

    def connect(self, start: Array, end: Array, iterations: int) -> list[Array] | None:
        trees = [_Tree(start), _Tree(end)]
        low, high = self._range(start, end)
        for iteration in range(iterations):
            a, b = trees[iteration % 2], trees[1 - iteration % 2]
            grown = self._grow(a, self.rng.uniform(low, high), STRIDE)
            if grown is None:
                continue
            met = self._grow(b, a.q[grown], None)
            if met is None or np.abs(b.q[met] - a.q[grown]).max() > 1e-9:
                continue
            path = [*a.branch(grown)[::-1], *b.branch(met)[1:]]
            path = path if a is trees[0] else path[::-1]
            broken = self._first_refuted(path)
            if broken is None:
                return path
            self.refuted.add(broken)
            for tree in trees:
                tree.cut(broken)
        return None

    def _range(self, start: Array, end: Array) -> tuple[Array, Array]:
        """Where to draw from: half a turn around both ends, within the limits, so that arms with two turns a joint do not
        search through both."""
        return (
            np.maximum(self.low, np.minimum(start, end) - np.pi),
            np.minimum(self.high, np.maximum(start, end) + np.pi),
        )

    def _grow(self, tree: _Tree, target: Array, stride: int | None) -> int | None:
        """The last node on the way from the nearest node towards `target` that is clear; None where not one step is."""
        nearest = tree.nearest(target, self.weight)
        origin = tree.q[nearest]
        way = target - origin
        steps = max(1, int(np.ceil(float((np.abs(way) * self.weight).sum()) / STEP)))
        count = steps if stride is None else min(steps, stride)
        line = origin + (np.arange(1, count + 1) / steps)[:, None] * way
        verdicts, blocker = self.collider.verdicts(line, np.zeros_like(line), self.margins)
        good = count if blocker is None else int(np.argmax(verdicts == BLOCKED))
        if good == 0 or (origin.tobytes(), line[good - 1].tobytes()) in self.refuted:
            return None
        last = target if good == steps else line[good - 1]
        if (origin.tobytes(), last.tobytes()) in self.refuted:
            return None
        return tree.add(last, nearest)

    def _first_refuted(self, path: Sequence[Array]) -> tuple[bytes, bytes] | None:
        for a, b in pairwise(path):
            if certified(self.collider, [np.stack([a, b])], self.margins) is not None:
                return a.tobytes(), b.tobytes()
        return None

    def shortened(self, path: list[Array]) -> tuple[Array, ...]:
        """Waypoints left out where the straight line is clear, first by halves, then between random points of the path."""
        path = self._greedy(path)
        for _ in range(SHORTCUT_ITERATIONS if len(path) > 2 else 0):
            i, k = sorted(self.rng.integers(0, len(path) - 1, 2))
            s, t = self.rng.uniform(0.0, 1.0, 2)
            if k - i < 1:
                continue
            a, b = path[i] + s * (path[i + 1] - path[i]), path[k] + t * (path[k + 1] - path[k])
            before = self._length([path[i], *path[i + 1 : k + 1], path[k + 1]])
            shorter = [path[i], a, b, path[k + 1]]
            if self._length(shorter) < 0.98 * before and certified(self.collider, [np.stack([a, b])], self.margins) is None:
                path = self._greedy([*path[: i + 1], a, b, *path[k + 1 :]])
        return tuple(path)

    def _greedy(self, path: list[Array]) -> list[Array]:
        kept, at = [path[0]], 0
        while at < len(path) - 1:
            to = len(path) - 1
            while to > at + 1 and certified(self.collider, [np.stack([path[at], path[to]])], self.margins) is not None:
                to = at + max(1, (to - at) // 2)
            kept.append(path[to])
            at = to
        return kept

    def _length(self, path: Sequence[Array]) -> float:
        return sum(float((np.abs(b - a) / self.collider.arm.model.velocity).max()) for a, b in pairwise(path))


class _Tree:
    """Nodes (k, n) and the parent of each; the root is its own."""

    def __init__(self, root: Array) -> None:
        self._q = np.empty((64, len(root)))
        self._q[0] = root
        self.parent = [0]

    @property
    def q(self) -> Array:
        return self._q[: len(self.parent)]

    def nearest(self, target: Array, weight: Array) -> int:
        distance = ((np.abs(self.q - target)) * weight).sum(axis=1)
        return int(distance.argmin())

    def add(self, q: Array, parent: int) -> int:
        if len(self.parent) == len(self._q):
            self._q = np.concatenate([self._q, np.empty_like(self._q)])
        self._q[len(self.parent)] = q
        self.parent.append(parent)
        return len(self.parent) - 1

    def branch(self, node: int) -> list[Array]:
        """From the node to the root."""
        nodes = [self._q[node].copy()]
        while self.parent[node] != node:
            node = self.parent[node]
            nodes.append(self._q[node].copy())
        return nodes

    def cut(self, edge: tuple[bytes, bytes]) -> None:
        """The nodes beyond a refuted edge leave the tree."""
        alive = [True] * len(self.parent)
        for node in range(1, len(self.parent)):
            parent = self.parent[node]
            ends = self._q[parent].tobytes(), self._q[node].tobytes()
            alive[node] = alive[parent] and ends != edge and ends[::-1] != edge
        index = np.cumsum(alive) - 1
        self._q[: sum(alive)] = self._q[: len(self.parent)][alive]
        self.parent = [int(index[p]) for p, keep in zip(self.parent, alive, strict=True) if keep]
