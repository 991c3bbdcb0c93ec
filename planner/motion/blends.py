"""Rounding corners: a polyline in joint space, and the straight line of a place at its end, as one smooth path.

Each corner is cut by a quintic that meets both sides with their slope and curvature. What a blend cuts off is decided by
fractions of the sides, the same for all corners, so that whoever checks the result can ask again for less.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Segment
from planner.motion.arm import Arm
from planner.motion.curves import LEAST_LENGTH, between, length, line, quintic, spot
from planner.motion.margins import DEFAULT_SPEED
from planner.motion.timing import law, natural_length


@dataclass(frozen=True, slots=True)
class Rounding:
    """`share` of a side that a corner may take (of half a side between two corners), and `ratio`, the most that the longer
    side of a corner may be of the shorter one."""

    share: float
    ratio: float


Clear = Callable[[tuple[Segment, ...]], bool]

WIDE = (Rounding(1.0, 3.0), Rounding(1.0, 1.5), Rounding(0.5, 1.5))
NARROW = (Rounding(0.25, 1.5), Rounding(0.1, 1.2), Rounding(0.03, 1.0), Rounding(0.008, 1.0))


def rounded(
    arm: Arm, waypoints: Sequence[Array], tail: Sequence[Segment], tail_free: float, rounding: Rounding, speed: float
) -> tuple[Segment, ...]:
    """One C2 path along the `waypoints` (each (n,)) and then the `tail`, which starts at the last of them; the last corner
    may take `tail_free` of the tail's length. A waypoint equal to its neighbour is left out."""
    points = [waypoints[0], *(q for p, q in itertools.pairwise(waypoints) if np.abs(q - p).max() > 1e-9)]
    if len(points) == 1:
        return tuple(tail)
    sides = [(line(a, b, natural_length(arm, a, b, speed)),) for a, b in itertools.pairwise(points)]
    free = [length(side) for side in sides]
    whole = [*sides, tuple(tail)] if tail else sides
    if tail:
        free.append(tail_free)
    cuts = _cuts(free, rounding)
    return _assembled(whole, cuts)


def _cuts(free: Sequence[float], rounding: Rounding) -> list[tuple[float, float]]:
    """For each corner how much of the side before and of the side after it is cut off."""
    cuts = []
    for k in range(len(free) - 1):
        before = free[k] * rounding.share * (1.0 if k == 0 else 0.5)
        is_end = k + 1 == len(free) - 1
        after = free[k + 1] * rounding.share * (1.0 if is_end else 0.5)
        cuts.append((min(before, rounding.ratio * after), min(after, rounding.ratio * before)))
    return cuts


def _assembled(sides: Sequence[Sequence[Segment]], cuts: Sequence[tuple[float, float]]) -> tuple[Segment, ...]:
    path: list[Segment] = []
    for k, side in enumerate(sides):
        first = cuts[k - 1][1] if k > 0 else 0.0
        last = length(side) - (cuts[k][0] if k < len(cuts) else 0.0)
        if k > 0:
            before = sides[k - 1]
            start = spot(before, length(before) - cuts[k - 1][0])
            path.append(quintic(start, spot(side, first), sum(cuts[k - 1])))
        if last - first > LEAST_LENGTH:
            path.extend(between(side, first, last))
    return tuple(path)


def smoothed(
    arm: Arm, waypoints: Sequence[Array], tail: Sequence[Segment], tail_free: float, is_clear: Clear
) -> tuple[Segment, ...] | None:
    """Of the paths with wide corners that are clear the quickest, else the first clear one with narrow corners, else None."""
    speed = arm.unit.max_speed or DEFAULT_SPEED
    best: tuple[float, tuple[Segment, ...]] | None = None
    for rounding in WIDE if len(waypoints) > 2 or tail else WIDE[:1]:
        path = rounded(arm, waypoints, tail, tail_free, rounding, speed)
        if is_clear(path):
            time = sum(phase.duration for phase in law(arm, path, ()))
            best = (time, path) if best is None or time < best[0] else best
    if best is not None:
        return best[1]
    narrow = (rounded(arm, waypoints, tail, tail_free, rounding, speed) for rounding in NARROW)
    return next((path for path in narrow if is_clear(path)), None)
