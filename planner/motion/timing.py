"""From a path to a motion: cut it where limits change, bound each piece, find the law, list contacts and zones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, Pose
from cell.motion_plan import Phase, Segment
from cell.trajectory import derivative_bounds, split
from planner.motion.arm import Arm
from planner.motion.curves import LEAST_LENGTH, between, length
from planner.motion.retime import JointLimits, Piece, retime
from planner.motion.tcp_speed import rate_bound

CURVED_PARTS = 4  # pieces that a segment of degree 5 is cut into


@dataclass(frozen=True, slots=True)
class SpeedCap:
    """For s in [`first`, `last`], no TCP faster than `speed` m/s; with `link_points`, no point of those bodies either."""

    first: float
    last: float
    speed: float
    points: tuple[tuple[int, Array, Array], ...] = ()


def law(arm: Arm, segments: Sequence[Segment], caps: Sequence[SpeedCap]) -> tuple[Phase, ...]:
    limits = JointLimits(arm.model.velocity, arm.model.acceleration, arm.model.jerk)
    return retime(pieces(arm, segments, caps), limits)


def pieces(arm: Arm, segments: Sequence[Segment], caps: Sequence[SpeedCap]) -> tuple[Piece, ...]:
    """The path cut at segment ends and cap ends, curved segments cut further, each piece with its bounds."""
    end = length(segments)
    marks = sorted({0.0, end, *(m for cap in caps for m in (cap.first, cap.last) if LEAST_LENGTH < m < end - LEAST_LENGTH)})
    tcps = [_tcp(arm, frame) for frame in arm.tcp_frames()]
    found: list[Piece] = []
    at = 0.0
    for first, last in itertools.pairwise(marks):
        for segment in between(segments, first, last):
            middle = at + segment.length / 2.0
            binding = [cap for cap in caps if cap.first <= middle <= cap.last]
            found.extend(_piece(arm, control, size, binding, tcps) for control, size in _cut(segment))
            at += segment.length
    return tuple(found)


def _cut(segment: Segment) -> list[tuple[Array, float]]:
    control = np.asarray(segment.control)
    if len(control) < 5:
        return [(control, segment.length)]
    parts = [control]
    while len(parts) < CURVED_PARTS:
        parts = [half for part in parts for half in split(part, 0.5)]
    return [(part, segment.length / len(parts)) for part in parts]


def _tcp(arm: Arm, T_flange_tcp: Pose) -> tuple[int, Array, Array]:
    """A TCP as a point on the last link: link, points (1, 3), radii."""
    point = (arm.model.T_last_flange @ T_flange_tcp).translation[None]
    n = arm.model.degrees_of_freedom
    return n, point, arm.model.chain.displacement_radii(n, point, arm.model.position)


def _piece(arm: Arm, control: Array, size: float, caps: Sequence[SpeedCap], tcps: Sequence[tuple[int, Array, Array]]) -> Piece:
    speed = np.inf
    if caps:
        tcp_rate = max(rate_bound(arm, control, size, *tcp) for tcp in tcps)
        for cap in caps:
            rate = max([tcp_rate, *(rate_bound(arm, control, size, *body) for body in cap.points)])
            speed = min(speed, cap.speed / rate if rate > 0.0 else np.inf)
    return Piece(size, derivative_bounds(control, size), speed)


def natural_length(arm: Arm, start: Array, end: Array, speed: float) -> float:
    """The length in s of a straight joint move: seconds at full joint speed, or at `speed` m/s of the TCPs."""
    joints = float((np.abs(end - start) / arm.model.velocity).max())
    q = start + np.linspace(0.0, 1.0, 9)[:, None] * (end - start)
    ways = [np.linalg.norm(np.diff(arm.T_world_tcp(q, f)[:, :3, 3], axis=0), axis=1) for f in arm.tcp_frames()]
    return max(joints, *(float(way.sum()) / speed for way in ways), LEAST_LENGTH * 10.0)
