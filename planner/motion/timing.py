"""From a path to a motion: cut it where limits change, bound each piece, find the law, list contacts and zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Phase, Segment
from cell.trajectory import derivative_bounds, split
from planner.motion.arm import Arm
from planner.motion.curves import LEAST_LENGTH, between, length
from planner.motion.retime import JointLimits, Piece, retime
from planner.motion.tcp_speed import rate_bounds

CURVED_PARTS = 4  # pieces that a segment of degree 5 is cut into


@dataclass(frozen=True, slots=True)
class SpeedCap:
    """For s in [`first`, `last`], no TCP faster than `speed` m/s; with `link_points`, no point of those bodies either."""

    first: float
    last: float
    speed: float
    points: tuple[tuple[int, Array, Array], ...] = ()


Rests = Mapping[float, float]
"""Path parameters inside a path at which it stands still, and for how long, in s; 0: it only stops."""


def law(
    arm: Arm, segments: Sequence[Segment], caps: Sequence[SpeedCap], rests: Rests = MappingProxyType({})
) -> tuple[Phase, ...]:
    limits = JointLimits(arm.model.velocity, arm.model.acceleration, arm.model.jerk)
    return retime(pieces(arm, segments, caps, rests), limits)


def pieces(
    arm: Arm, segments: Sequence[Segment], caps: Sequence[SpeedCap], rests: Rests = MappingProxyType({})
) -> tuple[Piece, ...]:
    """The path cut at segment ends, cap ends and rests, curved segments cut further, each piece with its bounds."""
    end = length(segments)
    inner = (m for m in (*rests, *(m for cap in caps for m in (cap.first, cap.last))))
    marks = sorted({0.0, end, *(m for m in inner if LEAST_LENGTH < m < end - LEAST_LENGTH)})
    parts = [part for first, last in pairwise(marks) for segment in between(segments, first, last) for part in _cut(segment)]
    controls, lengths = [control for control, _ in parts], np.array([size for _, size in parts])
    speeds = _speeds(arm, controls, lengths, caps)
    ends = np.cumsum(lengths)
    stops = {int(np.abs(ends - s).argmin()): seconds for s, seconds in rests.items()}
    return tuple(
        Piece(float(size), derivative_bounds(control, float(size)), float(speed), stops.get(k))
        for k, (control, size, speed) in enumerate(zip(controls, lengths, speeds, strict=True))
    )


def _speeds(arm: Arm, controls: Sequence[Array], lengths: Array, caps: Sequence[SpeedCap]) -> Array:
    """The largest rate of s that the caps permit on each piece, (P,); infinite where none binds."""
    speeds = np.full(len(controls), np.inf)
    if not caps:
        return speeds
    middles = np.cumsum(lengths) - lengths / 2.0
    tcp_rates = rate_bounds(arm, controls, lengths, *_tcps(arm))
    for cap in caps:
        bound = np.flatnonzero((cap.first <= middles) & (middles <= cap.last))
        rates = tcp_rates[bound]
        for body in cap.points if len(bound) else ():
            rates = np.maximum(rates, rate_bounds(arm, [controls[int(k)] for k in bound], lengths[bound], *body))
        speeds[bound] = np.minimum(speeds[bound], cap.speed / np.maximum(rates, 1e-12))
    return speeds


def _cut(segment: Segment) -> list[tuple[Array, float]]:
    control = np.asarray(segment.control)
    if len(control) < 5:
        return [(control, segment.length)]
    parts = [control]
    while len(parts) < CURVED_PARTS:
        parts = [half for part in parts for half in split(part, 0.5)]
    return [(part, segment.length / len(parts)) for part in parts]


def _tcps(arm: Arm) -> tuple[int, Array, Array]:
    """Every TCP as a point on the last link: link, points (M, 3), radii that hold for all."""
    points = np.stack([(arm.model.T_last_flange @ frame).translation for frame in arm.tcp_frames()])
    n = arm.model.degrees_of_freedom
    return n, points, arm.model.chain.displacement_radii(n, points, arm.model.position)


def natural_length(arm: Arm, start: Array, end: Array, speed: float) -> float:
    """The length in s of a straight joint move: seconds at full joint speed, or at `speed` m/s of the TCPs."""
    joints = float((np.abs(end - start) / arm.model.velocity).max())
    q = start + np.linspace(0.0, 1.0, 9)[:, None] * (end - start)
    ways = [np.linalg.norm(np.diff(arm.T_world_tcp(q, f)[:, :3, 3], axis=0), axis=1) for f in arm.tcp_frames()]
    return max(joints, *(float(way.sum()) / speed for way in ways), LEAST_LENGTH * 10.0)
