"""Which zones a path may touch, and where along it: a superset, for what is not listed has to be proved outside.

A stretch is outside when every moving body keeps VISIT_CLEARANCE from the zone plus all that it can move on the stretch; a
stretch that is not shown outside is halved, down to a small part of the path, and then counts as inside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Segment, ZoneVisit
from cell.trajectory import elevated
from planner.motion.certify import halves
from planner.motion.collision import Collider
from planner.motion.curves import length
from planner.motion.margins import VISIT_CLEARANCE

SMALLEST = 1.0 / 256.0  # of the path: stretches are not halved below this


def zone_visits(collider: Collider, segments: Sequence[Segment], avoided: Sequence[str]) -> tuple[ZoneVisit, ...]:
    """One visit for each stretch of the path on which the robot, its tool or its load may be inside a zone, for every zone
    that is not `avoided`; neighbouring stretches are one."""
    columns = [k for k, body in enumerate(collider.standers) if body.what == "zone" and body.owner not in avoided]
    return tuple(
        ZoneVisit(collider.standers[column].owner, first, last)
        for column in columns
        for first, last in _merged(_inside(collider, segments, column))
    )


def _inside(collider: Collider, segments: Sequence[Segment], column: int) -> list[tuple[float, float]]:
    smallest = SMALLEST * length(segments)
    ends = np.cumsum([segment.length for segment in segments])
    curves = np.stack([elevated(segment.control) for segment in segments])
    spans = np.stack([ends - [segment.length for segment in segments], ends], axis=1)
    inside: list[tuple[float, float]] = []
    while len(curves):
        first, second = halves(curves)
        middle = second[:, 0]
        spread = np.abs(curves - middle[:, None]).max(axis=1)
        near = ~collider.is_outside(middle, spread, column, VISIT_CLEARANCE)
        small = near & (spans[:, 1] - spans[:, 0] <= smallest)
        inside.extend((float(a), float(b)) for a, b in spans[small])
        rest = near & ~small
        centre = spans[rest].mean(axis=1)
        curves = np.concatenate([first[rest], second[rest]])
        spans = np.concatenate([np.stack([spans[rest, 0], centre], axis=1), np.stack([centre, spans[rest, 1]], axis=1)])
    return inside


def _merged(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for first, last in sorted(stretches):
        if merged and first <= merged[-1][1] + 1e-9:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def bodies_of(collider: Collider) -> tuple[tuple[int, Array, Array], ...]:
    """Every moving body as (link, corners in its frame, radii), for a bound on how fast any point of it moves."""
    return tuple((m.link, m.points, m.radii) for m in collider.movers if m.link > 0)
