"""The way back out for a robot that was stopped on its way into a contact or out of one.

The path is the one that it was on, which is proved already: back along it where it was on its way in, on along it where it was on
its way out; so out of contact first, straight along the normal of the place. It begins exactly where the robot is measured, at
reduced speed, from rest to rest. Nothing here is taken on trust: the proof judges it like any other motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cell.geometry import Array, frozen
from cell.motion_plan import ContactAllowance, Motion, Segment
from cell.retreat import SPEED
from cell.steps import AtHub, AtMeasured, Carried, MotionNeed, Touch
from cell.trajectory import Path, elevated
from planner.motion.access import check_of
from planner.motion.curves import LEAST_LENGTH, between, length, reversed_path
from planner.motion.solve import Solver
from planner.motion.timing import SpeedCap

NEAR = 1e-3  # rad or m by which each joint may be off the path that it was stopped on
LOOKS = 4001  # points of the path that are looked at first
SHORTEST = 1e-4  # of s: whoever has come less far stands where the motion ends


def retreat(solver: Solver, motion: Motion, q: Array, carried: tuple[Carried, ...]) -> Motion | None:
    """From `q` (n,) on the path of `motion` to the hub at its outer end; None where it stands beside that path, or the path has
    no outer end. `carried` is what the robot holds now."""
    need, touch = motion.need, motion.need.touch
    if not isinstance(touch, Touch) or len(motion.contacts) != 1:
        return None
    is_inward = touch.end == "end"
    outer = need.start if is_inward else need.end
    s = _nearest(motion.segments, q)
    if s is None or not isinstance(outer, AtHub):
        return None
    end, contact = length(motion.segments), motion.contacts[0]
    path = reversed_path(between(motion.segments, 0.0, s)) if is_inward else between(motion.segments, s, end)
    if length(path) < SHORTEST:
        return None
    deep = s - contact.first if is_inward else contact.last - s
    out = replace(touch, end="start") if deep > LEAST_LENGTH else None
    limit = SPEED if need.speed_limit is None else min(SPEED, need.speed_limit)
    start = AtMeasured(tuple(float(x) for x in q))
    wanted = MotionNeed(need.robot, start, outer, carried, out, limit, need.avoid, need.tool, need.force_limit)
    check = check_of(solver.bench, out if out is not None else touch, carried, need.avoid)
    path = _begun_at(path, q)
    if out is None:
        return solver.timed(wanted, path, check)
    allowed = ContactAllowance(out, 0.0, deep, contact.speed, contact.force)
    return solver.timed(wanted, path, check, (allowed,), (SpeedCap(0.0, deep, contact.speed),))


def _nearest(segments: Sequence[Segment], q: Array) -> float | None:
    """The path parameter at which it stands; None where no point of the path is near."""
    path = Path.of(segments)
    at = np.linspace(0.0, path.length, LOOKS)
    for _ in range(3):
        off = np.abs(path.at(at).q - q).max(axis=1)
        k = int(off.argmin())
        near, far = at[max(k - 1, 0)], at[min(k + 1, len(at) - 1)]
        best, best_off = float(at[k]), float(off[k])
        at = np.linspace(near, far, 201)
    return best if best_off <= NEAR else None


def _begun_at(path: Sequence[Segment], q: Array) -> tuple[Segment, ...]:
    """The path, bent so that it begins at q: the first segment alone is moved, and joins the next as it did."""
    first, *others = path
    control = elevated(first.control)
    moved = control.copy()
    moved[:3] += q - control[0]
    moved[0] = q
    return (Segment(frozen(moved), first.length), *others)
