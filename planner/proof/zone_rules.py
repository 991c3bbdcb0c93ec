"""Zones along one motion: never in a keep-out zone nor in one that its need avoids, and elsewhere only where it says so.

Links, tool and load are held against each zone as if it were a body, outside the intervals that the motion lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from cell.motion_plan import Motion
from cell.trajectory import Path
from planner.proof.arm import LinkBody
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.point_speed import Points, bound_speed
from planner.proof.separation import Meets, Pair, check_apart
from planner.proof.surroundings import CLEARANCE, Surroundings
from planner.proof.time_law import JointMotion, Pieces

_SPEED_TOLERANCE = 1.0 + 1e-6


def check_zones(motion: Motion, path: Path, bodies: Sequence[LinkBody], around: Surroundings) -> tuple[Finding, ...]:
    if wrong := _visit_refusals(motion, path, around):
        return wrong
    avoided = {z.name for z in around.zones if z.keep_out} | set(motion.need.avoid)
    pairs = [
        Pair(
            k,
            j,
            True,
            CLEARANCE if z.name in avoided else 0.0,
            tuple((v.first, v.last) for v in motion.visits if v.zone == z.name),
        )
        for k, b in enumerate(bodies)
        if b.link > 0
        for j, z in enumerate(around.zones)
    ]
    found = check_apart(around.arm, path, bodies, [z.body for z in around.zones], pairs)
    if isinstance(found, Meets):
        pair = pairs[found.pair]
        zone = around.zones[pair.other].name
        why = "must stay out of" if zone in avoided else "does not list a visit there to"
        return (
            Refusal("E687", f"{bodies[pair.mover].name} is in zone {zone} at {found.s:.6g} of the path; the motion {why} it"),
        )
    return (Slack("zones", found.closest - CLEARANCE, "m"),)


def check_zone_speeds(
    motion: Motion, path: Path, pieces: Pieces, joints: JointMotion, bodies: Sequence[LinkBody], around: Surroundings
) -> tuple[Finding, ...]:
    """Inside a zone with a speed limit no point of the arm is faster than that."""
    limits, found = {z.name: z.speed_limit for z in around.zones}, []
    for visit in motion.visits:
        limit = limits[visit.zone]
        if limit is None:
            continue
        for link in sorted({b.link for b in bodies} - {0}):
            points = Points(link, np.concatenate([b.corners for b in bodies if b.link == link]))
            bound = bound_speed(
                around.arm.model, path, pieces, joints, points, limit * _SPEED_TOLERANCE, (visit.first, visit.last)
            )
            if bound.at is not None:
                message = f"link {link} moves at {bound.speed:.4f} m/s in zone {visit.zone}, where {limit:.4g} m/s is allowed"
                found.append(Refusal("E687", message))
    return tuple(found)


def _visit_refusals(motion: Motion, path: Path, around: Surroundings) -> tuple[Refusal, ...]:
    known, found = {z.name: z for z in around.zones}, []
    for name in motion.need.avoid:
        if name not in known:
            found.append(Refusal("E687", f"the motion avoids {name}, which is no zone of the cell"))
    for visit, other in combinations(motion.visits, 2):
        if visit.zone == other.zone and visit.first <= other.last and other.first <= visit.last:
            found.append(Refusal("E687", f"the motion lists two visits of {visit.zone} at once"))
    for visit in motion.visits:
        if visit.zone not in known:
            found.append(Refusal("E687", f"the motion visits {visit.zone}, which is no zone of the cell"))
        elif known[visit.zone].keep_out or visit.zone in motion.need.avoid:
            found.append(Refusal("E687", f"the motion visits zone {visit.zone}, which it must stay out of"))
        elif not 0.0 <= visit.first <= visit.last <= path.length:
            found.append(
                Refusal("E687", f"the visit of {visit.zone} is from {visit.first:.6g} to {visit.last:.6g} of {path.length:.6g}")
            )
    return tuple(found)
