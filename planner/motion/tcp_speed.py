"""How far points of the robot go for one unit of the path parameter: bounds that hold between samples.

At samples the speed |dx/ds| = |J(q) q'| is exact. Between them it changes by at most |d²x/ds²| times the distance, and
    |d²x/ds²| <= sum_i |q''_i| r_i + sum_i sum_k |q'_i| |q'_k| r_max(i,k),
because column i of the Jacobian is no longer than the displacement radius r_i of the point, and turning joint k turns or
carries column i by at most r of whichever joint lies further out. Over a convex body speed is largest at a corner, because
the velocity field of a rigid body is affine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from cell.geometry import Array
from cell.kinematic_chain import JointKind
from cell.trajectory import derivative_bounds, elevated
from planner.motion.arm import Arm

SAMPLES = (9, 33, 129, 513)  # tried in turn until the bound is no more than LOOSENESS above the largest sample
LOOSENESS = 0.01


def rate_bounds(arm: Arm, controls: Sequence[Array], lengths: Array, link: int, points: Array, radii: Array) -> Array:
    """The largest |dx/ds| (m per unit of s) over each of P Bézier segments, (P,): of `points` (M, 3) fixed to `link`, in that
    link's frame, with `radii` (n,) that hold for all of them."""
    change = np.array([_change(c, float(size), radii) for c, size in zip(controls, lengths, strict=True)])
    raised = np.stack([elevated(control) for control in controls])
    bounds = np.zeros(len(raised))
    left = np.arange(len(raised))
    for count in SAMPLES:
        rates = _samples(arm, raised[left], lengths[left], link, points, count).max(axis=(1, 2))
        looseness = change[left] * lengths[left] / (count - 1) / 2.0
        bounds[left] = rates + looseness
        left = left[looseness > LOOSENESS * np.maximum(rates, 1e-9)]
        if len(left) == 0:
            break
    return bounds


def _change(control: Array, length: float, radii: Array) -> float:
    first, second, _ = derivative_bounds(control, length)
    outer = radii[np.maximum.outer(np.arange(len(radii)), np.arange(len(radii)))]
    return float(second @ radii + first @ outer @ first)


def _samples(arm: Arm, controls: Array, lengths: Array, link: int, points: Array, count: int) -> Array:
    """|dx/ds| (P, count, M) at evenly spread samples of segments of degree 5, ends included."""
    u = np.linspace(0.0, 1.0, count)
    n = controls.shape[2]
    q = np.einsum("ud,pdj->puj", _bernstein(5, u), controls).reshape(-1, n)
    hodograph = 5.0 * np.diff(controls, axis=1) / lengths[:, None, None]
    slope = np.einsum("ud,pdj->puj", _bernstein(4, u), hodograph).reshape(-1, n)
    poses = arm.model.chain.link_poses(q)
    twist = np.zeros((len(q), 6))
    for i, joint in enumerate(arm.model.chain.joints[:link]):
        axis = poses[:, i + 1, :3, :3] @ joint.axis
        if joint.kind is JointKind.REVOLUTE:
            twist[:, 3:] += axis * slope[:, i : i + 1]
            twist[:, :3] += np.cross(poses[:, i + 1, :3, 3], axis) * slope[:, i : i + 1]
        else:
            twist[:, :3] += axis * slope[:, i : i + 1]
    at = np.einsum("nij,mj->nmi", poses[:, link, :3, :3], points) + poses[:, link, None, :3, 3]
    speed: Array = np.linalg.norm(twist[:, None, :3] + np.cross(twist[:, None, 3:], at), axis=-1)
    return speed.reshape(len(controls), count, -1)


@cache
def _bernstein_row(degree: int) -> tuple[int, ...]:
    return tuple(math.comb(degree, k) for k in range(degree + 1))


def _bernstein(degree: int, u: Array) -> Array:
    k = np.arange(degree + 1)
    basis: Array = np.array(_bernstein_row(degree)) * u[:, None] ** k * (1.0 - u[:, None]) ** (degree - k)
    return basis
