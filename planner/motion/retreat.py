"""The way back out for a robot that was stopped in a contact, or on its way into one or out of one.

The path is the one that it was on, which is proved already: back along it where it was on its way in, on along it where it was on
its way out; so out of contact first, straight along the normal of the place or the axis of the pocket. A tool that was stopped on
a path of a part comes straight off it, along the normal of where it stands, and then by a way that is looked for. It begins
exactly where the robot is measured, at reduced speed, from rest to rest. Nothing here is taken on trust: the proof judges it like
any other motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, frozen
from cell.motion_plan import ContactAllowance, Motion, Segment
from cell.paths import runs_of
from cell.retreat import BARELY, SPEED, left
from cell.steps import Along, AtHub, AtMeasured, Carried, MotionNeed
from cell.trajectory import Path, elevated
from planner.motion.access import Access, check_of
from planner.motion.curves import LEAST_LENGTH, between, length, reversed_path
from planner.motion.solve import Solver
from planner.motion.timing import SpeedCap
from planner.motion.trace import way_to_contact
from planner.motion.workbench import Workbench

NEAR = 1e-3  # rad or m by which each joint may be off the path that it was stopped on
LOOKS = 4001  # points of a path that are looked at first
SHORTEST = 1e-4  # of s: whoever has come less far stands where the motion ends


@dataclass(frozen=True, slots=True)
class NoWayOut:
    """`why`, in words that follow the robot's name."""

    why: str


@dataclass(frozen=True, slots=True, eq=False)
class _Out:
    """A path to the outer end of the motion, whose first `deep` of s may be in contact; not positive: it is out of contact."""

    path: tuple[Segment, ...]
    deep: float


def retreat(solver: Solver, motion: Motion, q: Array, carried: tuple[Carried, ...]) -> Motion | NoWayOut:
    """From `q` (n,), where it was stopped on `motion`, to the hub at its outer end. `carried` is what the robot holds now."""
    need, touch = motion.need, motion.need.touch
    if touch is None or len(motion.contacts) != 1:
        return NoWayOut("was stopped on a free way, where a plan has to begin")
    outer = need.end if not isinstance(touch, Along) and touch.end == "start" else need.start
    s, off = _nearest(motion.segments, q)
    if off > NEAR:
        return NoWayOut(f"stands {off:.3g} rad or m beside the way that it was on, and {NEAR:g} is the most")
    if not isinstance(outer, AtHub):
        return NoWayOut("was on a way that does not begin or end before a thing")
    contact = motion.contacts[0]
    out: _Out | NoWayOut
    if isinstance(touch, Along) and _is_on_it(contact, s):
        out = _off_the_path(solver, need, touch, q, carried)
    else:
        out = _by_itself(motion, contact, s)
    if isinstance(out, NoWayOut):
        return out
    if length(out.path) < SHORTEST:
        return NoWayOut("stands where its motion begins or ends")
    limit = SPEED if need.speed_limit is None else min(SPEED, need.speed_limit)
    is_deep = out.deep > LEAST_LENGTH
    touching = left(touch) if is_deep or not isinstance(touch, Along) else None
    start = AtMeasured(tuple(float(x) for x in q))
    wanted = MotionNeed(need.robot, start, outer, carried, touching, limit, need.avoid, need.tool, need.force_limit)
    check = check_of(solver.bench, touching if touching is not None else touch, carried, need.avoid)
    path = _begun_at(out.path, q)
    if touching is None:
        return solver.timed(wanted, path, check)
    force = 0.0 if isinstance(touching, Along) else contact.force
    allowed = ContactAllowance(touching, 0.0, out.deep if is_deep else 0.5 * BARELY, contact.speed, force)
    slow = (SpeedCap(0.0, out.deep, contact.speed),) if is_deep else ()
    return solver.timed(wanted, path, check, (allowed,), slow)


def _is_on_it(contact: ContactAllowance, s: float) -> bool:
    """Whether it stands on a path of a part, between its ends: neither before it on the way in nor behind it on the way out."""
    return contact.between is not None and contact.between[0] < s < contact.between[1]


def _by_itself(motion: Motion, contact: ContactAllowance, s: float) -> _Out:
    """Back along the motion, or on along it."""
    touch, end = contact.touch, length(motion.segments)
    is_inward = s <= (contact.between or (0.0, 0.0))[0] if isinstance(touch, Along) else touch.end == "end"
    if is_inward:
        return _Out(reversed_path(between(motion.segments, 0.0, s)), s - contact.first)
    return _Out(between(motion.segments, s, end), contact.last - s)


def _off_the_path(solver: Solver, need: MotionNeed, touch: Along, q: Array, carried: tuple[Carried, ...]) -> _Out | NoWayOut:
    """Straight off it, and then by a way that is looked for."""
    bench = solver.bench
    hub = solver.hubs.get(bench.cell.equipment_of(touch.place))
    if hub is None:
        return NoWayOut(f"has no configuration before {bench.cell.equipment_of(touch.place)}")
    check = check_of(bench, touch, carried, need.avoid)
    found = way_to_contact(bench, hub, touch, q, _normal_at(bench, touch, q), check, solver.seed)
    if not isinstance(found, Access):
        blocker = "" if found is None else f": {found.mover} comes too near to {found.other}"
        return NoWayOut(f"has no straight way off {touch.feature} where it stands{blocker}")
    return _Out(reversed_path(found.segments), found.contact)


def _normal_at(bench: Workbench, touch: Along, q: Array) -> Array:
    """Out of the part (3,), where the tip is nearest to the path."""
    feature = bench.cell.parts[touch.kind].path(touch.feature)
    assert feature is not None, "it was on a motion along it"
    frame = bench.cell.places[touch.place].frame
    tip = bench.arm.T_world_tcp(q[None], bench.arm.T_flange_tcp(touch.hand))[0, :3, 3]
    along = [run.moved(frame).at(np.linspace(0.0, run.length, LOOKS)) for run in runs_of(feature)]
    points, normals = np.concatenate([a.points for a in along]), np.concatenate([a.normals for a in along])
    normal: Array = normals[int(np.linalg.norm(points - tip, axis=1).argmin())]
    return normal


def _nearest(segments: Sequence[Segment], q: Array) -> tuple[float, float]:
    """The path parameter at which it stands, and how far beside the path its joints are there at most."""
    path = Path.of(segments)
    at = np.linspace(0.0, path.length, LOOKS)
    best, best_off = 0.0, float("inf")
    for _ in range(3):
        off = np.abs(path.at(at).q - q).max(axis=1)
        k = int(off.argmin())
        near, far = at[max(k - 1, 0)], at[min(k + 1, len(at) - 1)]
        best, best_off = float(at[k]), float(off[k])
        at = np.linspace(near, far, 201)
    return best, best_off


def _begun_at(path: Sequence[Segment], q: Array) -> tuple[Segment, ...]:
    """The path, bent so that it begins at q: the first segment alone is moved, and joins the next as it did."""
    first, *others = path
    control = elevated(first.control)
    moved = control.copy()
    moved[:3] += q - control[0]
    moved[0] = q
    return (Segment(frozen(moved), first.length), *others)
