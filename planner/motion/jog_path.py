"""The path of a jog: one joint alone, or the TCP straight along an axis, or about one, as a smooth curve in joint space.

It goes as far as the joints and the arm's reach let it, and says why no further. Nothing is looked at that stands around.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, Pose
from cell.jog import AXES, LONGEST, Jog
from cell.motion_plan import Segment
from planner.motion.arm import Arm
from planner.motion.cartesian_path import SINGULAR
from planner.motion.curves import clamped_spline, line
from planner.motion.ik_branch import least_singular
from planner.motion.inverse_kinematics import InverseKinematics

REACH = 0.5  # m along an axis
TURN = 0.8  # rad about one, or of a joint
KNOT, KNOT_TURN = 0.02, 0.04  # m, rad: from knot to knot of a line, at most
JUMP = 0.2  # rad or m of a joint from knot to knot: more is another branch, or beside a singularity
NEAR_LIMIT = 1e-4  # rad or m that is left to a joint's limit
LEAST = 1e-3  # m or rad: a way that is shorter is none


@dataclass(frozen=True, slots=True, eq=False)
class JogPath:
    """`segments` by s, which is the way along the axis in m or rad. `ends_because`: why it goes no further, "" where it only
    ends. There are no segments where there is no way at all."""

    segments: tuple[Segment, ...]
    ends_because: str


def jog_path(arm: Arm, kinematics: InverseKinematics, q: Array, jog: Jog) -> JogPath:
    """From `q` (n,)."""
    return _of_joint(arm, q, jog) if jog.joint is not None else _of_tcp(arm, kinematics, q, jog)


def _of_joint(arm: Arm, q: Array, jog: Jog) -> JogPath:
    joint = jog.joint
    assert joint is not None
    kind = arm.model.chain.joints[joint].kind.value
    low, high = arm.model.position[joint]
    left = float(high - q[joint] if jog.is_forward else q[joint] - low) - NEAR_LIMIT
    wanted = TURN if kind == "revolute" else REACH
    way, why = (left, f"joint {joint + 1} comes to its limit") if left < wanted else (wanted, "")
    if way < LEAST:
        return JogPath((), f"joint {joint + 1} is at its limit")
    end = q.copy()
    end[joint] += jog.sign * way
    return JogPath((line(q, end, way),), why)


def twist_of(arm: Arm, T_world_tcp: Array, jog: Jog) -> Array:
    """(6,) in the world: how the TCP moves, and how it turns about itself, for one m or rad of the way."""
    frame = arm.unit.base.rotation if jog.frame == "base" else T_world_tcp[:3, :3]
    number = AXES.index(jog.axis)
    twist = np.zeros(6)
    twist[3 * (number // 3) : 3 * (number // 3) + 3] = jog.sign * frame[:, number % 3]
    return twist


def _of_tcp(arm: Arm, kinematics: InverseKinematics, q: Array, jog: Jog) -> JogPath:
    T_flange_tcp = arm.tcp_frames()[0]
    start = np.array(arm.T_world_tcp(q, T_flange_tcp))
    twist = twist_of(arm, start, jog)
    is_turn = bool(twist[3:].any())
    reach, step = (TURN, KNOT_TURN) if is_turn else (min(REACH, jog.speed * LONGEST), KNOT)
    x = np.linspace(0.0, reach, math.ceil(reach / step) + 1)
    knots, why = _followed(arm, kinematics, q, start, twist, x)
    if len(knots) < 2:
        return JogPath((), why)
    x = x[: len(knots)]
    slopes = _slopes(arm, np.stack([knots[0], knots[-1]]), T_flange_tcp, twist)
    return JogPath(clamped_spline(np.stack(knots), x, slopes[0], slopes[1]), why)


def _followed(arm: Arm, kinematics: InverseKinematics, q: Array, start: Array, twist: Array, x: Array) -> tuple[list[Array], str]:
    """Joint positions at the distances `x`, solved one from the other, as far as the arm can follow."""
    T_flange_tcp = arm.tcp_frames()[0]
    if float(least_singular(arm.model, q[None]).min()) < SINGULAR:
        return [], "the arm is stretched or folded: jog a joint"
    knots = [q]
    for distance in x[1:]:
        wanted = arm.base_flange(moved(start, distance * twist), T_flange_tcp)
        found, is_exact = kinematics.refined(knots[-1][None], wanted, steps=8)
        following = found[0]
        if not is_exact[0]:
            return knots, "the arm reaches no further"
        if float(np.abs(following - knots[-1]).max()) > JUMP or float(least_singular(arm.model, found).min()) < SINGULAR:
            return knots, "the arm comes near to where its joints would race"
        outside = (following < arm.model.position[:, 0] + NEAR_LIMIT) | (following > arm.model.position[:, 1] - NEAR_LIMIT)
        if outside.any():
            return knots, f"joint {int(np.flatnonzero(outside)[0]) + 1} comes to its limit"
        knots.append(following)
    return knots, ""


def moved(T_world_tcp: Array, twist: Array) -> Array:
    """(4, 4): the TCP gone along `twist` (6,), turned about itself."""
    angle = float(np.linalg.norm(twist[3:]))
    pose = T_world_tcp.copy()
    pose[:3, 3] += twist[:3]
    if angle > 0.0:
        x, y, z = twist[3:] / angle
        cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        pose[:3, :3] = (np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross) @ pose[:3, :3]
    return pose


def _slopes(arm: Arm, q: Array, T_flange_tcp: Pose, twist: Array) -> Array:
    """dq/dx (K, n) at q (K, n)."""
    turned = arm.unit.base.rotation.T
    in_base = np.concatenate([turned @ twist[:3], turned @ twist[3:]])
    slopes: Array = np.linalg.pinv(arm.model.chain.jacobian(q, T_flange_tcp)) @ in_base
    return slopes
