"""Whether bodies keep apart, at single configurations and over whole stretches of them.

A stretch is a configuration with the most that each joint may differ from it, `spread`. No point of a body on link k moves
further than spread @ radii[:, k] (cell/kinematic_chain.py), and between two links of one chain only the joints between them
count, so distances at the one configuration settle the stretch: further than margin + motion is clear, within the margin is
blocked, between the two is not known. Boxes rule out most pairs, all at once; coal measures the rest, on exact convex shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array, Body, Box, ConvexHull, Cylinder, Shape, Sphere
from cell.robot import RobotModel
from planner.motion.arm import Arm
from planner.motion.bodies import Mover, Stander
from planner.motion.margins import NEVER_CLEARANCE, SELF_CLEARANCE
from planner.motion.never_meeting import never_meeting

CLEAR, UNKNOWN, BLOCKED = 0, 1, 2
UNCHECKED = -1.0  # in a table of margins: this pair may touch


@dataclass(frozen=True, slots=True)
class Blocker:
    """The pair that is nearer than its margin, and the distance in m (0 where they overlap)."""

    mover: str
    other: str
    distance: float


class Collider:
    """One set of movers against one set of standers. `margins` (M, S) in m say how far each pair has to stay apart, UNCHECKED
    for a pair that need not. Margins of self-collision pairs are SELF_CLEARANCE."""

    def __init__(self, arm: Arm, movers: Sequence[Mover], standers: Sequence[Stander]) -> None:
        import coal

        self._coal = coal
        self.arm, self.movers, self.standers = arm, tuple(movers), tuple(standers)
        boxes = [(m.points.min(axis=0), m.points.max(axis=0)) for m in movers]
        self._link = np.array([m.link for m in movers])
        self._center = np.array([(low + high) / 2.0 for low, high in boxes])
        self._half = np.array([(high - low) / 2.0 for low, high in boxes])
        self._radii = np.stack([m.radii for m in movers], axis=1)
        self._low = np.array([s.low for s in standers]).reshape(-1, 3)
        self._high = np.array([s.high for s in standers]).reshape(-1, 3)
        self._groups = _groups(standers)
        self._group_low = np.array([low for _, low, _ in self._groups]).reshape(-1, 3)
        self._group_high = np.array([high for _, _, high in self._groups]).reshape(-1, 3)
        self._shapes = [coal_shape(coal, m.shape) for m in movers]
        self._local = np.stack([m.T_link_body.matrix for m in movers])
        self._standing = [coal_shape(coal, s.shape) for s in standers]
        self._standing_at = [coal.Transform3s(s.T_world_body.rotation, s.T_world_body.translation) for s in standers]
        self._pairs = self_pairs(arm, movers, _never_meeting(coal, arm.model))
        self._pair_radii = np.array([_relative_radii(movers[a], movers[b]) for a, b in self._pairs]).T.reshape(
            self._radii.shape[0], -1
        )
        self._request, self._result = coal.DistanceRequest(), coal.DistanceResult()
        self._request.enable_signed_distance = False
        self._at, self._other_at = coal.Transform3s(), coal.Transform3s()

    def verdicts(self, q: Array, spread: Array, margins: Array) -> tuple[NDArray[np.int8], Blocker | None]:
        """CLEAR, UNKNOWN or BLOCKED for each of q (N, n) with `spread` (N, n); stops at the first BLOCKED and names it,
        those after it are then UNKNOWN. What is UNKNOWN by one pair is not measured by its other pairs, so with a spread
        UNKNOWN does not say that nothing blocks; without one there is no UNKNOWN before the first BLOCKED."""
        links = self.arm.T_world_links(q)[:, self._link]
        poses, at = links @ self._local, links[..., :3, :3]
        center = np.einsum("nmij,mj->nmi", at, self._center) + links[..., :3, 3]
        half = np.einsum("nmij,mj->nmi", np.abs(at), self._half)
        verdicts = np.full(len(q), CLEAR, dtype=np.int8)
        blocker = self._against_self(poses, center, half, spread, verdicts)
        return verdicts, blocker or self._against_world(poses, center, half, spread, margins, verdicts)

    def blocker(self, q: Array, margins: Array) -> Blocker | None:
        """What is within its margin at one of the configurations (n,) or (N, n)."""
        q = np.atleast_2d(q)
        return self.verdicts(q, np.zeros_like(q), margins)[1]

    def shortfall(self, q: Array, margins: Array, pair: Blocker) -> float | None:
        """By how much (m) the bodies of that name are too near at one configuration (n,): their margin less their distance, below
        0 by how deep they overlap. None where no such pair is checked."""
        links = self.arm.T_world_links(q[None])[0]
        deep = self._coal.DistanceRequest()
        short: list[float] = []
        for m, mover in enumerate(self.movers):
            for s, other in enumerate(self.standers):
                if (mover.name, other.name) != (pair.mover, pair.other) or margins[m, s] < 0.0:
                    continue
                pose = links[mover.link] @ self._local[m]
                at = self._coal.Transform3s(pose[:3, :3], pose[:3, 3])
                result = self._coal.DistanceResult()
                standing = (self._standing[s], self._standing_at[s])
                short.append(float(margins[m, s] - self._coal.distance(self._shapes[m], at, *standing, deep, result)))
        return max(short, default=None)

    def is_outside(self, q: Array, spread: Array, column: int, clearance: float) -> NDArray[np.bool_]:
        """Whether (N,) every mover but the base keeps `clearance` from one stander at q (N, n) and all within `spread`."""
        links = self.arm.T_world_links(q)[:, self._link]
        poses, at = links @ self._local, links[..., :3, :3]
        center = np.einsum("nmij,mj->nmi", at, self._center) + links[..., :3, 3]
        half = np.einsum("nmij,mj->nmi", np.abs(at), self._half)
        wanted = clearance + spread @ self._radii
        gap = np.maximum(np.maximum(self._low[column] - center - half, center - half - self._high[column]), 0.0)
        outside = np.ones(len(q), dtype=np.bool_)
        for n, m in zip(*np.nonzero(((gap**2).sum(axis=-1) <= wanted**2) & (self._link > 0)), strict=True):
            if outside[n]:
                distance = self._distance(m, poses[n, m], self._standing[column], self._standing_at[column])
                outside[n] = distance > wanted[n, m]
        return outside

    def box_gap(self, q: Array, low: Array, high: Array) -> Array:
        """The least distance (N,) of the boxes around what moves at q (N, n) from one box of the world; 0 where they overlap."""
        links = self.arm.T_world_links(q)[:, self._link]
        at = links[..., :3, :3]
        center = np.einsum("nmij,mj->nmi", at, self._center) + links[..., :3, 3]
        half = np.einsum("nmij,mj->nmi", np.abs(at), self._half)
        apart = np.maximum(np.maximum(low - center - half, center - half - high), 0.0)
        gap: Array = np.linalg.norm(apart[:, self._link > 0], axis=-1).min(axis=1)
        return gap

    def _against_world(
        self, poses: Array, center: Array, half: Array, spread: Array, margins: Array, verdicts: NDArray[np.int8]
    ) -> Blocker | None:
        if not self.standers:
            return None
        motion = spread @ self._radii
        n, m, s, wanted = self._near(center - half, center + half, margins, motion)
        for row in range(len(n)):
            if verdicts[n[row]] != CLEAR:
                continue
            mover, other = m[row], s[row]
            distance = self._distance(mover, poses[n[row], mover], self._standing[other], self._standing_at[other])
            if distance <= margins[mover, other]:
                verdicts[n[row]], verdicts[n[row] + 1 :] = BLOCKED, UNKNOWN
                return Blocker(self.movers[mover].name, self.standers[other].name, max(distance, 0.0))
            if distance <= wanted[row]:
                verdicts[n[row]] = UNKNOWN
        return None

    def _near(
        self, low: Array, high: Array, margins: Array, motion: Array
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], Array]:
        """Rows (n, m, s) whose boxes are nearer than margin + motion, the nearest of each n first, and that sum. Standers of
        one owner are first looked at as one box."""
        most = np.stack([margins[:, columns].max(axis=1) for columns, _, _ in self._groups], axis=1)
        group_gap = np.maximum(self._group_low - high[:, :, None], low[:, :, None] - self._group_high)
        wide = (np.maximum(group_gap, 0.0) ** 2).sum(axis=-1) <= (most + motion[:, :, None]) ** 2
        wide &= most >= 0.0
        found = []
        for group in np.flatnonzero(wide.any(axis=(0, 1))):
            columns = self._groups[group][0]
            n, m = np.nonzero(wide[:, :, group])
            gaps = np.maximum(np.maximum(self._low[columns] - high[n, m, None], low[n, m, None] - self._high[columns]), 0.0)
            margin = margins[m[:, None], columns]
            wanted = margin + motion[n, m, None]
            distance = np.sqrt((gaps**2).sum(axis=-1))
            rows, s = np.nonzero((distance <= wanted) & (margin >= 0.0))
            found.append((n[rows], m[rows], columns[s], wanted[rows, s], (distance - wanted)[rows, s]))
        if not found:
            nothing = np.zeros(0, dtype=np.intp)
            return nothing, nothing, nothing, np.zeros(0)
        n, m, s, wanted, excess = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((excess, n))
        return n[order], m[order], s[order], wanted[order]

    def _against_self(
        self, poses: Array, center: Array, half: Array, spread: Array, verdicts: NDArray[np.int8]
    ) -> Blocker | None:
        a, b = self._pairs[:, 0], self._pairs[:, 1]
        wanted = SELF_CLEARANCE + spread @ self._pair_radii
        gap = np.maximum(np.abs(center[:, a] - center[:, b]) - half[:, a] - half[:, b], 0.0)
        for n, p in zip(*np.nonzero((gap**2).sum(axis=-1) <= wanted**2), strict=True):
            if verdicts[n] != CLEAR:
                continue
            first, second = self._pairs[p]
            other = poses[n, second]
            self._other_at.setTransform(other[:3, :3], other[:3, 3])
            distance = self._distance(first, poses[n, first], self._shapes[second], self._other_at)
            if distance <= SELF_CLEARANCE:
                verdicts[n], verdicts[n + 1 :] = BLOCKED, UNKNOWN
                return Blocker(self.movers[first].name, self.movers[second].name, max(distance, 0.0))
            if distance <= wanted[n, p]:
                verdicts[n] = UNKNOWN
        return None

    def _distance(self, mover: int, pose: Array, other: Any, other_at: Any) -> float:
        self._at.setTransform(pose[:3, :3], pose[:3, 3])
        self._result.clear()
        return float(self._coal.distance(self._shapes[mover], self._at, other, other_at, self._request, self._result))


_never: dict[str, frozenset[tuple[int, int, int, int]]] = {}  # a pure function's results, by the model's hash


def _never_meeting(coal: Any, model: RobotModel) -> frozenset[tuple[int, int, int, int]]:
    if model.content_hash not in _never:
        _never[model.content_hash] = never_meeting(coal, model, NEVER_CLEARANCE)
    return _never[model.content_hash]


def shape_distance(a: Body, b: Body) -> float:
    """The distance (m) of two bodies in one frame, not above 0 where they overlap."""
    import coal

    at = [coal.Transform3s(np.array(body.pose.rotation), np.array(body.pose.translation)) for body in (a, b)]
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    return float(coal.distance(coal_shape(coal, a.shape), at[0], coal_shape(coal, b.shape), at[1], request, result))


def self_pairs(arm: Arm, movers: Sequence[Mover], never: frozenset[tuple[int, int, int, int]] = frozenset()) -> NDArray[np.intp]:
    """Pairs (P, 2) of movers to be checked against each other: the model's pairs of links, but those hulls that `never` meet;
    tool and held parts against every link but the last, on which they are fixed."""
    n = arm.model.degrees_of_freedom
    links = set(arm.model.self_collision_pairs)
    pairs = [
        (i, k)
        for i, a in enumerate(movers)
        for k, b in enumerate(movers)
        if (a.kind == "link" and b.kind == "link" and (a.link, b.link) in links and (a.link, a.hull, b.link, b.hull) not in never)
        or (a.kind == "link" and b.kind != "link" and a.link < n)
    ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _groups(standers: Sequence[Stander]) -> list[tuple[NDArray[np.intp], Array, Array]]:
    """Columns of standers that lie together, with the box around them: by kind and by the name before a bracket."""
    columns: dict[tuple[str, str], list[int]] = {}
    for column, body in enumerate(standers):
        columns.setdefault((body.what, body.owner.partition("[")[0]), []).append(column)
    return [
        (np.array(c), np.min([standers[k].low for k in c], axis=0), np.max([standers[k].high for k in c], axis=0))
        for c in columns.values()
    ]


def _relative_radii(a: Mover, b: Mover) -> Array:
    """Radii (n,) for the motion of `b` seen from `a`'s link: only the joints between their links count."""
    between = (np.arange(len(b.radii)) >= a.link) & (np.arange(len(b.radii)) < b.link)
    radii: Array = np.where(between, b.radii, 0.0)
    return radii


def coal_shape(coal: Any, shape: Shape) -> Any:
    match shape:
        case Box(size):
            return coal.Box(*size)
        case Cylinder(radius, length):
            return coal.Cylinder(radius, length)
        case Sphere(radius):
            return coal.Sphere(radius)
        case ConvexHull(vertices):
            points = coal.StdVec_Vec3s()
            for vertex in vertices:
                points.append(np.array(vertex))
            return coal.Convex.convexHull(points, True, None)
