"""Curves in joint space, as Bézier segments that join with equal position, slope and curvature (C2).

The path parameter s of every motion is scaled so that rate 1 is about the fastest that joint velocities and the TCP's speed
permit: lengths are "seconds at full speed", so that neighbouring segments meet with slopes of one size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, frozen
from cell.motion_plan import Segment
from cell.trajectory import split

LEAST_LENGTH = 1e-6  # of a segment; shorter stretches are left out


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A point of a path: position, slope and curvature by s, each (n,)."""

    q: Array
    slope: Array
    curvature: Array


def line(start: Array, end: Array, length: float) -> Segment:
    return Segment(frozen([start, end]), length)


def quintic(start: Spot, end: Spot, length: float) -> Segment:
    """The curve of degree 5 between two spots; C2 with whatever joins there. Control points from Farin, section 5.3."""
    c1 = start.q + start.slope * (length / 5.0)
    c2 = 2.0 * c1 - start.q + start.curvature * (length**2 / 20.0)
    c4 = end.q - end.slope * (length / 5.0)
    c3 = 2.0 * c4 - end.q + end.curvature * (length**2 / 20.0)
    return Segment(frozen([start.q, c1, c2, c3, c4, end.q]), length)


def reversed_path(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    return tuple(Segment(frozen(segment.control[::-1]), segment.length) for segment in reversed(segments))


def length(segments: Iterable[Segment]) -> float:
    return sum(segment.length for segment in segments)


def between(segments: Sequence[Segment], first: float, last: float) -> tuple[Segment, ...]:
    """The stretch [first, last] of a path, in s."""
    kept, at = [], 0.0
    for segment in segments:
        low, high = max(first - at, 0.0), min(last - at, segment.length)
        if high - low > LEAST_LENGTH:
            control = np.asarray(segment.control)
            if high < segment.length:
                control = split(control, high / segment.length)[0]
            if low > 0.0:
                control = split(control, low / high)[1]
            kept.append(Segment(frozen(control), high - low))
        at += segment.length
    return tuple(kept)


def spot(segments: Sequence[Segment], s: float) -> Spot:
    """The spot at s, with slope and curvature of the segment that ends or begins there."""
    at = 0.0
    for segment in segments:
        if s <= at + segment.length or segment is segments[-1]:
            u = min(max((s - at) / segment.length, 0.0), 1.0)
            control = np.asarray(segment.control)
            derivatives = [control]
            for _ in range(2):
                degree = len(derivatives[-1]) - 1
                derivatives.append(
                    degree * np.diff(derivatives[-1], axis=0) / segment.length if degree else np.zeros_like(control[:1])
                )
            return Spot(*(split(points, u)[0][-1] if len(points) > 1 else points[0] for points in derivatives))
        at += segment.length
    raise ValueError("a path has at least one segment")


def clamped_spline(q: Array, x: Array, first_slope: Array, last_slope: Array) -> tuple[Segment, ...]:
    """The C2 cubic through q (K, n) at x (K,) with given slopes at the ends, one segment a gap, lengths in x.
    Source: de Boor, "A Practical Guide to Splines", chapter IV (complete cubic spline interpolation)."""
    h = np.diff(x)
    chord = np.diff(q, axis=0) / h[:, None]
    system, right = np.eye(len(x)), np.zeros_like(q)
    right[0], right[-1] = first_slope, last_slope
    for k in range(1, len(x) - 1):
        system[k, k - 1 : k + 2] = h[k], 2.0 * (h[k - 1] + h[k]), h[k - 1]
        right[k] = 3.0 * (h[k] * chord[k - 1] + h[k - 1] * chord[k])
    slopes = np.linalg.solve(system, right)
    return tuple(
        Segment(frozen([q[k], q[k] + slopes[k] * h[k] / 3.0, q[k + 1] - slopes[k + 1] * h[k] / 3.0, q[k + 1]]), float(h[k]))
        for k in range(len(h))
    )


def stretched(segments: Sequence[Segment], factor: float) -> tuple[Segment, ...]:
    """The same curve with every length times `factor`."""
    return tuple(Segment(segment.control, segment.length * factor) for segment in segments)
