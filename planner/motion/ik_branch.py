"""Which of several solutions: whole turns within the joint limits, nearness, and the same branch as a neighbour.

A branch is left only through a singularity, so two configurations are of one branch when the Jacobian keeps its rank on the
straight joint line between them. Source: Wenger, "A new general formalism for the kinematic analysis of all nonredundant
manipulators", ICRA 1992 (aspects of the joint space are bounded by singularities for noncuspidal arms, the common ones).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array
from cell.kinematic_chain import JointKind
from cell.robot import RobotModel

LIMIT_DISTANCE = 0.02  # rad or m that a resting configuration keeps from its position limits


def nearest_turns(model: RobotModel, q: Array, reference: Array) -> Array:
    """`q` (K, n) with whole turns added to revolute joints, as near to `reference` (n,) as position limits (with
    LIMIT_DISTANCE) permit; solutions with a joint outside in every turn are left out."""
    moved, inside = _turned(model, q, reference)
    kept: Array = moved[inside]
    return kept


def has_turn_within(model: RobotModel, q: Array) -> NDArray[np.bool_]:
    """Whether (K,) whole turns can bring every joint of `q` (K, n) to within its limits, as `nearest_turns` asks for."""
    return _turned(model, q, np.zeros(model.degrees_of_freedom))[1]


def _turned(model: RobotModel, q: Array, reference: Array) -> tuple[Array, NDArray[np.bool_]]:
    turns = np.array([joint.kind is JointKind.REVOLUTE for joint in model.chain.joints])
    low, high = model.position[:, 0] + LIMIT_DISTANCE, model.position[:, 1] - LIMIT_DISTANCE
    period = math.tau
    wanted = np.round((reference - q) / period)
    least, most = np.ceil((low - q) / period - 1e-12), np.floor((high - q) / period + 1e-12)
    count = np.where(turns, np.clip(wanted, least, np.maximum(most, least)), 0.0)
    moved = q + period * count
    inside: NDArray[np.bool_] = np.all((moved >= low) & (moved <= high), axis=1)
    return moved, inside


def least_singular(model: RobotModel, q: Array) -> Array:
    """Smallest singular value (N,) of the flange's Jacobian at `q` (N, n), rotations counted with 0.3 m a radian so that
    both halves are lengths: 0 at a singularity."""
    jacobian = model.chain.jacobian(q) * np.array([1.0, 1.0, 1.0, 0.3, 0.3, 0.3])[:, None]
    smallest: Array = np.linalg.svd(jacobian, compute_uv=False)[..., min(6, model.degrees_of_freedom) - 1]
    return smallest


def is_same_branch(model: RobotModel, a: Array, b: Array, samples: int = 25) -> NDArray[np.bool_]:
    """Whether the Jacobian keeps its rank on the straight way from `a` (n,) to each of b (K, n). For six joints its
    determinant keeps its sign and stays above a hundredth of its largest value on the way, which two crossings at once
    (shoulder and wrist) do not pass either."""
    line = (a + np.linspace(0.0, 1.0, samples)[:, None, None] * (b - a)).reshape(-1, model.degrees_of_freedom)
    if model.degrees_of_freedom == 6:
        size = np.linalg.det(model.chain.jacobian(line)).reshape(samples, -1)
        size *= np.sign(size[0])
        return np.asarray(size.min(axis=0) > 0.01 * np.abs(size).max(axis=0))
    return np.asarray(np.all(least_singular(model, line).reshape(samples, -1) > 1e-3, axis=0))


def is_same_side(model: RobotModel, a: Array, b: Array) -> NDArray[np.bool_]:
    """A quick first answer to `is_same_branch`: for six joints whether the determinant has one sign at both ends."""
    if model.degrees_of_freedom != 6:
        return np.ones(len(b), dtype=np.bool_)
    sign = np.sign(np.linalg.det(model.chain.jacobian(np.vstack([a, b]))))
    return np.asarray(sign[1:] == sign[0])
