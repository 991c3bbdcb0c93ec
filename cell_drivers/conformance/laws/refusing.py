"""Laws of `prepare`: every refusal happens there, with its reason, and nothing has moved."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from cell.device import JointLimits, Trajectory
from cell.driver_errors import Refusal
from cell.geometry import Array, frozen
from cell.motion_plan import Phase, Segment
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import Rig, rig, straight
from cell_drivers.conformance.seen import NotTried, demand
from cell_drivers.conformance.trying import is_not_seen, refusal

BEYOND, WITHIN = 1.2, 0.9
"""Of one limit, and of all the others."""
PAST = 0.05
"""rad or m, past an end of a joint's range."""


def refuses(moving: Rig, cases: Iterable[tuple[str, Trajectory]], *codes: Refusal) -> str:
    """Every case is refused for one of the reasons, is not seen and has moved nothing. What was seen."""
    told = []
    for what, trajectory in cases:
        command = moving.bed.id()
        refused = refusal(lambda c=command, t=trajectory: moving.robot.prepare(c, t), what)  # type: ignore[misc]
        demand(refused.code in codes, f"{what} is refused as {refused.code.name}, not {' or '.join(c.name for c in codes)}")
        is_not_seen(moving.bed, moving.name, command)
        told.append(what)
    demand(moving.stands(0.1), "it moves after a refusal")
    return f"refused: {'; '.join(told)}"


def one_segment(way: Trajectory, start: Array, end: Array) -> Trajectory:
    return replace(way, segments=(Segment(np.stack([start, end]), way.segments[0].length),))


@law("motion", "`prepare` refuses a first point that is not where the robot stands.")
def prepare_refuses_a_first_point_elsewhere(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, away = moving.way(), 2.0 * moving.declared.start_tolerance
    start, end = way.segments[0].control
    nudged = start + away * np.sign(end - start) * (np.arange(len(start)) == 0)
    cases = [(f"a first point {away:.2g} off in one joint", straight(moving.declared.joints, nudged, end, 0.3, "off"))]
    return refuses(moving, cases, Refusal.START_DIFFERS)


@law("motion", "`prepare` refuses times that do not strictly increase.")
def prepare_refuses_times_that_do_not_increase(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    cases = [
        ("a phase of no length", replace(way, phases=(Phase(0.0, 1.0), *way.phases))),
        ("a phase of negative length", replace(way, phases=(Phase(-0.1, 1.0), *way.phases))),
        ("no phases", replace(way, phases=())),
        ("no segments", replace(way, segments=())),
        ("a segment of negative length", replace(way, segments=(Segment(way.segments[0].control, -1.0),))),
    ]
    return refuses(moving, cases, Refusal.TIMES)


@law("motion", "`prepare` refuses joints that are not the robot's.")
def prepare_refuses_joints_of_other_names(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    names, control = way.joints, way.segments[0].control
    short = Segment(frozen(control[:, :-1]), way.segments[0].length)
    cases = [
        ("a joint of another name", replace(way, joints=(*names[:-1], "no such joint"))),
        ("a joint too few", replace(way, joints=names[:-1], segments=(short,))),
        ("columns too few", replace(way, segments=(short,))),
    ]
    if len(names) > 1:
        cases.append(("a joint twice", replace(way, joints=(*names[:-1], names[0]))))
    return refuses(moving, cases, Refusal.JOINTS)


@law("motion", "`prepare` refuses numbers that are not finite.")
def prepare_refuses_what_is_not_finite(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    start, end = way.segments[0].control
    cases = [
        ("NaN at its end", one_segment(way, start, np.where(np.arange(len(end)) == 0, np.nan, end))),
        ("infinity at its end", one_segment(way, start, np.where(np.arange(len(end)) == 0, np.inf, end))),
        ("an infinite phase", replace(way, phases=(*way.phases[:-1], Phase(math.inf, way.phases[-1].jerk)))),
        ("NaN for a jerk", replace(way, phases=(*way.phases[:-1], Phase(way.phases[-1].duration, math.nan)))),
        ("a segment of length NaN", replace(way, segments=(Segment(way.segments[0].control, math.nan),))),
    ]
    return refuses(moving, cases, Refusal.NOT_FINITE)


@law("motion", "`prepare` refuses a motion that does not begin and end at rest.")
def prepare_refuses_what_does_not_rest(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    h, j = way.phases[0].duration, way.phases[0].jerk
    cases = [
        ("a law that ends in motion", replace(way, phases=way.phases[:-1])),
        ("a law that ends half-way", replace(way, phases=tuple(Phase(p.duration, 0.5 * p.jerk) for p in way.phases))),
        ("a law that ends decelerating", replace(way, phases=(*way.phases[:3], Phase(h, 0.9 * j)))),
    ]
    return refuses(moving, cases, Refusal.NOT_AT_REST)


@law("motion", "`prepare` refuses a path with a jump of position or velocity.")
def prepare_refuses_jumps(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    start, end = way.segments[0].control
    middle, half = 0.5 * (start + end), 0.5 * way.segments[0].length
    aside = middle + 0.2 * (end - start) * (np.arange(len(start)) == 0)
    gap = (Segment(frozen([start, middle]), half), Segment(frozen([aside, end]), half))
    corner = (Segment(frozen([start, aside]), half), Segment(frozen([aside, end]), half))
    cases = [("a gap between two segments", replace(way, segments=gap)), ("a corner at speed", replace(way, segments=corner))]
    return refuses(moving, cases, Refusal.VELOCITY_LIMIT, Refusal.ACCELERATION_LIMIT, Refusal.JERK_LIMIT)


@law("motion", "`prepare` refuses what leaves the range of a joint.")
def prepare_refuses_beyond_a_range(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    cases, here = [], moving.q()
    for k, joint in enumerate(moving.declared.joints):
        for beyond in (joint.low - PAST, joint.high + PAST):
            if math.isfinite(beyond):
                end = np.where(np.arange(len(here)) == k, beyond, here)
                way = straight(moving.declared.joints, here, end, 0.5, f"{joint.name} to {beyond}")
                cases.append((f"{joint.name} at {beyond:.3g}", way))
    if not cases:
        raise NotTried("no joint has an end")
    return refuses(moving, cases, Refusal.POSITION_LIMIT)


@law("motion", "`prepare` refuses what is faster than a joint can be.")
def prepare_refuses_beyond_the_velocity(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    return refuses(moving, [("1.2 times the velocity of a joint", _beyond(moving, "velocity"))], Refusal.VELOCITY_LIMIT)


@law(
    "motion",
    "`prepare` refuses what accelerates harder than a joint can.",
    exempt=lambda bed, robot: _unlimited(bed, robot, "acceleration"),
)
def prepare_refuses_beyond_the_acceleration(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    return refuses(
        moving, [("1.2 times the acceleration of a joint", _beyond(moving, "acceleration"))], Refusal.ACCELERATION_LIMIT
    )


@law("motion", "`prepare` refuses what has more jerk than a joint may.", exempt=lambda bed, robot: _unlimited(bed, robot, "jerk"))
def prepare_refuses_beyond_the_jerk(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    return refuses(moving, [("1.2 times the jerk of a joint", _beyond(moving, "jerk"))], Refusal.JERK_LIMIT)


def _unlimited(bed: Bed, robot: str, what: str) -> str:
    """Whether it declares no such limit."""
    limits = [getattr(joint, what) for joint in bed.capabilities(robot).joints]
    return "" if any(math.isfinite(limit) for limit in limits) else f"no joint declares a limit of {what}"


def _beyond(moving: Rig, what: str) -> Trajectory:
    """One joint past one of its limits by a fifth, and within all others. Raises NotTried where no joint has room for it."""
    here = moving.q()
    for k, joint in enumerate(moving.declared.joints):
        found = _law_beyond(joint, what)
        if found is None:
            continue
        phases, length = found
        up = joint.high - here[k] >= here[k] - joint.low
        if length < WITHIN * max(joint.high - here[k], here[k] - joint.low):
            end = here + np.where(np.arange(len(here)) == k, length if up else -length, 0.0)
            names = tuple(j.name for j in moving.declared.joints)
            return Trajectory(f"beyond {what}", names, (Segment(frozen([here, end]), length),), phases)
    raise NotTried(f"no joint has room to be past its {what} alone")


def _law_beyond(joint: JointLimits, what: str) -> tuple[tuple[Phase, ...], float] | None:
    """Phases up and down again, and the way that they cover, past the limit `what` and within the others. None where the limits
    leave no such motion."""
    v, a, j = (WITHIN * limit for limit in (joint.velocity, joint.acceleration, joint.jerk))
    if what == "velocity":
        v = BEYOND * joint.velocity
        a = min(a, math.sqrt(v * j))
    elif what == "acceleration":
        a = BEYOND * joint.acceleration
        j = min(j, 1e3 * a)
        v = a * a / j
        if v > WITHIN * joint.velocity:
            return None
    else:
        j = BEYOND * joint.jerk
        a = min(0.5 * a, math.sqrt(0.5 * v * j))
        v = a * a / j
    if not math.isfinite(j):
        j = 1e3 * a
    ramp, flat = a / j, v / a - a / j
    level = (Phase(flat, 0.0),) if flat > 1e-9 else ()
    phases = (Phase(ramp, j), *level, Phase(ramp, -j), Phase(ramp, -j), *level, Phase(ramp, j))
    return phases, v * (2.0 * ramp + (flat if level else 0.0))
