"""How fast points of the arm move, bounded between samples: the TCP under a speed limit, every body in a reduced-speed zone.

Between two instants h apart, a velocity v(t) stays within h²/8 max|v''| of the straight line between its ends, and a norm is
convex, so |v| <= max of the two end speeds + h²/8 M. For a point at most r_k from joint axis k, every partial derivative of its
position by joints up to third order is at most r of the last of these joints (each is a chain of cross products with unit
axes), so with |q̇|, |q̈|, |q⃛| bounded on a piece
    |v''| <= M = sum_i r_i |q⃛_i| + 3 sum_ij r_max(i,j) |q̈_i||q̇_j| + sum_ijk r_max(i,j,k) |q̇_i||q̇_j||q̇_k|.
Stretches of time whose bound is above the limit are halved until it is below, or a speed at their ends is above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cell.dataclass import dataclass
from cell.geometry import Array
from cell.robot import RobotModel
from cell.trajectory import Path
from planner.proof.bernstein import value
from planner.proof.time_law import JointMotion, Pieces, positions_at

_HALVINGS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """`local` (M, 3) points fixed to link `link`, in that link's frame."""

    link: int
    local: Array


@dataclass(frozen=True, slots=True)
class SpeedBound:
    """`speed` m/s is proved for all times when `at` is None; else it is the speed at time `at` s, above the limit."""

    speed: float
    at: float | None


def bound_speed(
    model: RobotModel,
    path: Path,
    pieces: Pieces,
    joints: JointMotion,
    points: Points,
    limit: float,
    within: tuple[float, float] | None = None,
) -> SpeedBound:
    """The speed of `points` against `limit` m/s; only for path parameters in `within` where that is given."""
    first, last = within if within is not None else (-np.inf, np.inf)
    chosen = np.flatnonzero((pieces.s[:, 0] <= last) & (pieces.s[:, -1] >= first))
    low, high, proved = np.zeros(len(chosen)), np.ones(len(chosen)), 0.0
    bend = _bend(model, joints, points)
    for _ in range(_HALVINGS):
        ends = [_speed(model, path, pieces, joints, points, chosen, x) for x in (low, high)]
        for x, speed in zip((low, high), ends, strict=True):
            s = value(pieces.s[chosen], x)
            if np.any(broken := (speed > limit) & (s >= first) & (s <= last)):
                return _broken(pieces, chosen, x, np.where(broken, speed, 0.0))
        bound = np.maximum(*ends) + bend[chosen] * (pieces.duration[chosen] * (high - low)) ** 2 / 8.0
        is_open = bound > limit
        proved = max(proved, float(bound[~is_open].max(initial=0.0)))
        middle, chosen = 0.5 * (low + high)[is_open], np.concatenate([chosen[is_open]] * 2)
        low, high = np.concatenate([low[is_open], middle]), np.concatenate([middle, high[is_open]])
        # s does not fall, so a stretch whose ends lie on one side of `within` has nothing in it.
        kept = (value(pieces.s[chosen], low) <= last) & (value(pieces.s[chosen], high) >= first)
        chosen, low, high = chosen[kept], low[kept], high[kept]
        if not len(chosen):
            return SpeedBound(proved, None)
    return _broken(pieces, chosen, low, np.full(len(chosen), limit))


def highest_speed(model: RobotModel, path: Path, pieces: Pieces, joints: JointMotion, points: Points) -> float:
    """A speed in m/s that the points never exceed, at most a twentieth above one that they have somewhere (or 1 mm/s)."""
    limit = 0.001
    while True:
        found = bound_speed(model, path, pieces, joints, points, limit)
        if found.at is None:
            return found.speed
        limit = 1.05 * max(found.speed, limit)


def _broken(pieces: Pieces, chosen: NDArray[np.int64], x: Array, speed: Array) -> SpeedBound:
    k = int(np.argmax(speed))
    return SpeedBound(float(speed[k]), float(pieces.start[chosen[k]] + x[k] * pieces.duration[chosen[k]]))


def _bend(model: RobotModel, joints: JointMotion, points: Points) -> Array:
    """M (P,) of the first lines."""
    r = model.chain.displacement_radii(points.link, points.local, model.position)
    v, a, j = (np.abs(f).max(axis=-1) for f in (joints.velocity, joints.acceleration, joints.jerk))
    k = np.arange(len(r))
    two = r[np.maximum(k[:, None], k)]
    three = r[np.maximum(np.maximum(k[:, None], k)[:, :, None], k)]
    # Joints beyond the link have r = 0 and move nothing, so they drop out of every product.
    moves = (r > 0.0).astype(np.float64)
    v, a, j = v * moves, a * moves, j * moves
    bend: Array = j @ r + 3.0 * np.einsum("pi,ij,pj->p", a, two, v) + np.einsum("pi,pj,pk,ijk->p", v, v, v, three)
    return bend


def _speed(
    model: RobotModel, path: Path, pieces: Pieces, joints: JointMotion, points: Points, chosen: NDArray[np.int64], x: Array
) -> Array:
    """The largest speed (N,) of any of the points at `x` of the pieces `chosen`."""
    q = positions_at(path, pieces, chosen, x)
    qd = value(joints.velocity[chosen], x[:, None])
    poses = model.chain.link_poses(q)
    world = np.einsum("nij,mj->nmi", poses[:, points.link, :3, :3], points.local) + poses[:, points.link, None, :3, 3]
    velocity = np.zeros_like(world)
    for i in range(points.link):
        joint = model.chain.joints[i]
        axis = poses[:, i + 1, :3, :3] @ joint.axis
        if joint.kind.value == "revolute":
            velocity += qd[:, i, None, None] * np.cross(axis[:, None, :], world - poses[:, i + 1, None, :3, 3])
        else:
            velocity += (qd[:, i, None] * axis)[:, None, :]
    fastest: Array = np.linalg.norm(velocity, axis=-1).max(axis=1)
    return fastest
