"""How far points of the robot go for one unit of the path parameter: bounds that hold between samples.

At samples the speed |dx/ds| = |J(q) q'| is exact. Between them it changes by at most |d²x/ds²| times the distance, and
    |d²x/ds²| <= sum_i |q''_i| r_i + sum_i sum_k |q'_i| |q'_k| r_max(i,k),
because column i of the Jacobian is no longer than the displacement radius r_i of the point, and turning joint k turns or
carries column i by at most r of whichever joint lies further out. Over a convex body speed is largest at a corner, because
the velocity field of a rigid body is affine.
"""

from __future__ import annotations

import numpy as np

from cell.geometry import Array
from cell.trajectory import derivative_bounds
from planner.motion.arm import Arm

LOOSENESS = 0.01  # how much above the largest sample the bound may be, relative; sets the number of samples
MOST_SAMPLES = 129


def rate_bound(arm: Arm, control: Array, length: float, link: int, points: Array, radii: Array) -> float:
    """The largest |dx/ds| (m per unit of s) over a Bézier segment, of `points` (M, 3) fixed to `link`, in that link's frame,
    with `radii` (n,) that hold for all of them."""
    first, second, _ = derivative_bounds(control, length)
    outer = radii[np.maximum.outer(np.arange(len(radii)), np.arange(len(radii)))]
    change = float(second @ radii + first @ outer @ first)
    coarse = _samples(arm, control, length, link, points, 3)
    wanted = LOOSENESS * max(coarse.max(), 1e-9)
    count = int(np.clip(np.ceil(length * change / (2.0 * wanted)) + 1, 3, MOST_SAMPLES))
    rates = _samples(arm, control, length, link, points, count)
    return float(rates.max() + change * length / (count - 1) / 2.0)


def _samples(arm: Arm, control: Array, length: float, link: int, points: Array, count: int) -> Array:
    """|dx/ds| (count, M) at evenly spread samples, ends included."""
    u = np.linspace(0.0, 1.0, count)
    q, slope = _evaluated(control, u), _evaluated(np.diff(control, axis=0) * (len(control) - 1) / length, u)
    poses = arm.model.chain.link_poses(q)
    twist = np.zeros((count, 6))
    at = np.einsum("nij,mj->nmi", poses[:, link, :3, :3], points) + poses[:, link, None, :3, 3]
    for i, joint in enumerate(arm.model.chain.joints[:link]):
        axis = poses[:, i + 1, :3, :3] @ joint.axis
        if joint.kind.value == "revolute":
            twist[:, 3:] += axis * slope[:, i : i + 1]
            twist[:, :3] += np.cross(poses[:, i + 1, :3, 3], axis) * slope[:, i : i + 1]
        else:
            twist[:, :3] += axis * slope[:, i : i + 1]
    speed: Array = np.linalg.norm(twist[:, None, :3] + np.cross(twist[:, None, 3:], at), axis=-1)
    return speed


def _evaluated(control: Array, u: Array) -> Array:
    """The Bézier curve (d + 1, n) at u (N,), by de Casteljau for all of them at once."""
    points = np.broadcast_to(control[None], (len(u), *control.shape))
    w = u[:, None, None]
    while points.shape[1] > 1:
        points = (1.0 - w) * points[:, :-1] + w * points[:, 1:]
    return points[:, 0]
