"""The straight way into and out of a place: a TCP line along the place's z, as a smooth curve in joint space.

Knots on the line are solved one from the other, so the arm stays in its branch; a C2 spline goes through them. What the
spline deviates from the line is measured between the knots and bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array, Pose
from cell.motion_plan import Segment
from cell.trajectory import Path
from planner.motion.arm import Arm
from planner.motion.curves import clamped_spline, stretched
from planner.motion.ik_branch import least_singular
from planner.motion.inverse_kinematics import InverseKinematics
from planner.motion.margins import DEFAULT_SPEED, LINE_KNOTS, LINE_TOLERANCE

SINGULAR = 0.02  # least singular value (m/rad) on a line; below it joints would race


@dataclass(frozen=True, slots=True, eq=False)
class AccessLine:
    """`segments` from contact outwards, by s; `speed` in m/s turns s into the TCP's distance from contact. `reach` in m."""

    segments: tuple[Segment, ...]
    speed: float
    reach: float


def access_lines(
    arm: Arm, kinematics: InverseKinematics, q_contacts: Array, T_flange_tcp: Pose, away: Array, reach: float
) -> list[AccessLine | None]:
    """For each of q_contacts (K, n) the line from there along the unit vector `away` (3,) of the world, `reach` m long; None
    where the arm cannot follow it: out of reach or limits, or too near a singularity."""
    x = np.linspace(0.0, reach, LINE_KNOTS)
    knots, is_followed = _followed(arm, kinematics, q_contacts, T_flange_tcp, away, x)
    return [_line(arm, knots[k], T_flange_tcp, away, x) if is_followed[k] else None for k in range(len(q_contacts))]


def _line(arm: Arm, knots: Array, T_flange_tcp: Pose, away: Array, x: Array) -> AccessLine | None:
    if least_singular(arm.model, knots).min() < SINGULAR or not arm.model.within_limits(knots).all():
        return None
    slopes, reach = _slopes(arm, knots[[0, -1]], T_flange_tcp, away), float(x[-1])
    spline = clamped_spline(knots, x, slopes[0], slopes[1])
    if _deviation(arm, spline, T_flange_tcp, away) > LINE_TOLERANCE:
        return None
    rate = np.abs(Path.of(spline).at(np.linspace(0.0, reach, 33)).dq) / arm.model.velocity
    speed = min(arm.unit.max_speed or DEFAULT_SPEED, 1.0 / float(rate.max()))
    return AccessLine(stretched(spline, 1.0 / speed), speed, reach)


def _followed(
    arm: Arm, kinematics: InverseKinematics, q: Array, T_flange_tcp: Pose, away: Array, x: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Knots (K, X, n) at the distances `x` from each of q (K, n), solved one from the other, and which (K,) were reached."""
    start = np.array(arm.T_world_tcp(q, T_flange_tcp))
    knots, is_followed = [q], np.ones(len(q), dtype=np.bool_)
    for distance in x[1:]:
        wanted = start.copy()
        wanted[:, :3, 3] += distance * away
        found, is_exact = kinematics.refined(knots[-1], arm.base_flange(wanted, T_flange_tcp), steps=8)
        is_followed &= is_exact & (np.abs(found - knots[-1]).max(axis=1) < 0.5)
        knots.append(np.where(is_followed[:, None], found, knots[-1]))
    return np.stack(knots, axis=1), is_followed


def _slopes(arm: Arm, q: Array, T_flange_tcp: Pose, away: Array) -> Array:
    """dq/dx (K, n) of the TCP's straight motion along `away`, at q (K, n)."""
    twist = np.concatenate([arm.unit.base.rotation.T @ away, np.zeros(3)])
    slopes: Array = np.linalg.pinv(arm.model.chain.jacobian(q, T_flange_tcp)) @ twist
    return slopes


def _deviation(arm: Arm, spline: tuple[Segment, ...], T_flange_tcp: Pose, away: Array) -> float:
    """The largest distance (m) of the TCP from the line and of its orientation's corner at 0.1 m, measured at eight points a
    segment; a cubic between two knots has one swing, so that finds it."""
    s = np.linspace(0.0, sum(segment.length for segment in spline), 8 * len(spline) + 1)
    poses = arm.T_world_tcp(Path.of(spline).at(s).q, T_flange_tcp)
    offset = poses[:, :3, 3] - poses[0, :3, 3]
    beside = offset - np.outer(offset @ away, away)
    turned = 0.1 * np.abs(poses[:, :3, :3] - poses[0, :3, :3]).max(axis=(1, 2))
    return float(max(np.linalg.norm(beside, axis=1).max(), turned.max()))
