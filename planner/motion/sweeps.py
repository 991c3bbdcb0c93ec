"""A path as a tree of ever shorter stretches: where every body is at the middle of each, and how far it gets from there.

Node 0 is the whole path, nodes 2k + 1 and 2k + 2 the halves of node k. On a stretch joint i differs from its middle by at most
Δq_i, the furthest control point (a Bézier curve lies in the hull of its control points). Take the joints there one by one, from
the base on: while joint i moves, those beyond it still stand as at the middle, so each point of a body is as far from axis i as
it was at the middle. So no point is further from where it was than sum_i |Δq_i| r_i, with r_i the largest of these distances (1
for a joint that slides), and never more than over all configurations (cell/kinematic_chain.py). Source: Schwarzer, Saha,
Latombe, IEEE T-RO 21(3), 2005. A robot at rest is a path of one node on which nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cell.geometry import Array
from cell.kinematic_chain import JointKind
from planner.motion.arm import Arm
from planner.motion.bodies import Mover
from planner.motion.certify import halves

FIRST_LEVEL = 4  # halvings that every path is given at once
DEEPEST = 11  # halvings after which a stretch is not halved again


class Moved:
    """What moves along paths: a robot's bodies with what they carry, as arrays over bodies."""

    def __init__(self, arm: Arm, bodies: Sequence[Mover]) -> None:
        self.arm, self.bodies = arm, tuple(bodies)
        boxes = [(m.points.min(axis=0), m.points.max(axis=0)) for m in bodies]
        self._link = np.array([m.link for m in bodies])
        self._center = np.array([(low + high) / 2.0 for low, high in boxes])
        self._half = np.array([(high - low) / 2.0 for low, high in boxes])
        self._size = np.linalg.norm(self._half, axis=1)
        self._local = np.stack([m.T_link_body.matrix for m in bodies])
        self._radii = np.stack([m.radii for m in bodies], axis=1)
        joints = arm.model.chain.joints
        self._axes = np.stack([joint.axis for joint in joints])
        self._turns = np.array([joint.kind is JointKind.REVOLUTE for joint in joints])
        self.is_base = self._link == 0

    def at(self, q: Array, spread: Array) -> tuple[Array, Array, Array, Array]:
        """At q (N, n), with joints that differ from it by at most `spread` (N, n): poses (N, M, 4, 4); how far a point of a body
        moves at most, (N, M); the boxes that hold it all the time, (N, M, 3) twice."""
        links = self.arm.T_world_links(q)
        of_body = links[:, self._link]
        center = np.einsum("nmij,mj->nmi", of_body[..., :3, :3], self._center) + of_body[..., :3, 3]
        half = np.einsum("nmij,mj->nmi", np.abs(of_body[..., :3, :3]), self._half)
        motion = self._motion(links, center, spread)
        reach = half + motion[..., None]
        return of_body @ self._local, motion, center - reach, center + reach

    def _motion(self, links: Array, center: Array, spread: Array) -> Array:
        axis = np.einsum("nkij,kj->nki", links[:, 1:, :3, :3], self._axes)
        away = np.cross(center[:, None] - links[:, 1:, None, :3, 3], axis[:, :, None])
        near = np.linalg.norm(away, axis=-1) + self._size
        radii = np.where(self._turns[:, None], np.minimum(self._radii, near), self._radii)
        motion: Array = np.einsum("nk,nkm->nm", spread, radii)
        return motion


class Sweep:
    """`poses`, `motion`, `low` and `high` are as in `Moved.at`, over the nodes; they grow as the tree is made deeper."""

    def __init__(self, moved: Moved, curves: Array) -> None:
        """`curves` (K, 6, n): Bézier segments, one after the other; a single one for a robot at rest."""
        self.moved = moved
        self._curves = curves if len(curves) == 1 and not np.ptp(curves, axis=1).any() else _even(curves)
        self.levels = int(math.log2(len(self._curves))) + 1
        layers = [self._layer(level) for level in range(self.levels)]
        self.poses, self.motion, self.low, self.high = (np.concatenate(arrays) for arrays in zip(*layers, strict=True))
        for node in range(len(self.low) // 2 - 1, -1, -1):  # what holds both halves holds the whole, and is often smaller
            children = slice(2 * node + 1, 2 * node + 3)
            self.low[node] = np.maximum(self.low[node], self.low[children].min(axis=0))
            self.high[node] = np.minimum(self.high[node], self.high[children].max(axis=0))

    def deepen(self) -> None:
        """One more level: every stretch of the last one is halved."""
        first, second = halves(self._curves)
        self._curves = np.stack([first, second], axis=1).reshape(-1, *first.shape[1:])
        self.levels += 1
        layer = self._layer(self.levels - 1)
        grown = (self.poses, self.motion, self.low, self.high)
        self.poses, self.motion, self.low, self.high = (np.concatenate(pair) for pair in zip(grown, layer, strict=True))

    def _layer(self, level: int) -> tuple[Array, Array, Array, Array]:
        """The nodes of a level, as runs of the curves that there are."""
        count = 2**level
        runs = self._curves.reshape(count, -1, *self._curves.shape[1:])
        middle = runs[:, runs.shape[1] // 2, 0] if runs.shape[1] > 1 else halves(runs[:, 0])[1][:, 0]
        spread = np.abs(runs - middle[:, None, None]).max(axis=(1, 2))
        return self.moved.at(middle, spread)


def _even(curves: Array) -> Array:
    """The same path as 2^k segments, at least 2^FIRST_LEVEL: those that turn joints furthest are halved."""
    parts = list(curves)
    extents = [_extent(part) for part in parts]
    wanted = 2 ** max(FIRST_LEVEL, math.ceil(math.log2(len(parts))))
    while len(parts) < wanted:
        k = int(np.argmax(extents))
        first, second = halves(parts[k][None])
        parts[k : k + 1] = [first[0], second[0]]
        extents[k : k + 1] = [_extent(first[0]), _extent(second[0])]
    return np.stack(parts)


def _extent(curve: Array) -> float:
    return float(np.abs(np.diff(curve, axis=0)).sum())
