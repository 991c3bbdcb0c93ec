"""Contact along a path: straight in to its first point, along all of it and no further aside than ASIDE, straight out of its
last.

A tool may touch the part from a little before the path to a little behind it, so how deep it can go is bounded by the way of the
TCP: on the path, its z against the normal. The plane across the normal then parts the two bodies: the tool's own ends at its
tip, the part's at the path, each but for SINK. What is bounded between samples is bounded as in contact_way.py. Each sample is
held against the point of the curve that Newton steps lead to from the way that was gone; any point gives a bound, a bad one only
makes the proof fail. The curve is covered, for these points never go back and never leap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from cell.dataclass import dataclass
from cell.geometry import Array, Pose, corners
from cell.model import FORCE_LIMIT
from cell.motion_plan import ContactAllowance, Motion
from cell.paths import SINK, CurvePoints, Run, depths, runs_of, spot_of
from cell.steps import Along
from cell.trajectory import Law, Path
from planner.proof.contact_way import Way, check_straight, tcp_points, way_of
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.point_speed import bound_speed
from planner.proof.surroundings import PartPath, Surroundings
from planner.proof.time_law import JointMotion, Pieces

CONTACT_SPEED = 0.25  # m/s at the TCP: the reduced speed of ISO 10218-1
ASIDE = 1e-4  # m that the tip may be off the path
TILT = math.radians(0.5)  # of the tool's axis against the normal
_NEWTON = 6
_AT_REST = 1e-6  # of s, and of s per s: nearer than this the law stands still there


def check_tracing(
    contact: ContactAllowance,
    touch: Along,
    motion: Motion,
    path: Path,
    pieces: Pieces,
    joints: JointMotion,
    around: Surroundings,
) -> tuple[Finding, ...]:
    feature, place = around.path(touch.kind, touch.feature), around.place(touch.place)
    start, end = contact.between or (0.0, 0.0)
    if feature is None or place is None:
        return (Refusal("E688", f"the cell has no {touch.feature} of a {touch.kind} at {touch.place}"),)
    if not 0.0 < contact.first < start <= end < contact.last < path.length:
        return (Refusal("E688", f"the path is followed from {start:.6g} to {end:.6g}, outside its contact"),)
    curve = _curve(feature, place.frame)
    found = (
        *check_planes(feature, touch, around),
        *_ways(contact, touch, start, end, curve, path, around),
        *_force(contact, touch, motion.need.force_limit, around),
        *_rests(touch, start, end, motion),
    )
    if any(isinstance(f, Refusal) for f in found):
        return found
    return (*found, *_speeds(contact, touch, start, end, path, pieces, joints, around))


# --- the curve -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """The whole path in the world: `ends` (R + 1,) are the lengths at which its runs begin and end; a spot has none."""

    runs: tuple[Run, ...]
    ends: Array
    spot: CurvePoints

    @property
    def length(self) -> float:
        return float(self.ends[-1])

    def at(self, x: Array) -> CurvePoints:
        """Points at lengths `x` (N,), clipped to the whole."""
        points, tangents, normals = (np.repeat(values, len(x), axis=0) for values in (
            self.spot.points, self.spot.tangents, self.spot.normals,
        ))  # fmt: skip
        which = np.clip(np.searchsorted(self.ends, x, side="right") - 1, 0, max(len(self.runs) - 1, 0))
        for k, run in enumerate(self.runs):
            own = which == k
            found = run.at(x[own] - self.ends[k])
            points[own], tangents[own], normals[own] = found.points, found.tangents, found.normals
        return CurvePoints(points, tangents, normals)


def _curve(feature: PartPath, frame: Pose) -> _Curve:
    runs = tuple(run.moved(frame) for run in runs_of(feature))
    ends = np.concatenate([[0.0], np.cumsum([run.length for run in runs])])
    spot = spot_of(feature)
    turned = CurvePoints(frame.apply(spot.points), spot.tangents, spot.normals @ frame.rotation.T)
    return _Curve(runs, ends, turned)


# --- where the tip goes ----------------------------------------------------------------------------------------------


def _ways(
    contact: ContactAllowance, touch: Along, start: float, end: float, curve: _Curve, path: Path, around: Surroundings
) -> Iterator[Finding]:
    ends = curve.at(np.array([0.0, curve.length]))
    for first, last, k in ((contact.first, start, 0), (end, contact.last, -1)):
        way = way_of(first, last, touch.hand, path, around)
        yield from check_straight(way, ends.normals[k], is_inward=k == 0)
        tip = way.tcp[-1 if k == 0 else 0]
        off, tilt = float(np.linalg.norm(tip[:3, 3] - ends.points[k])), _angles(tip[None, :3, 2], ends.normals[k : k + 1 or None])
        if off > ASIDE or float(tilt[0]) > TILT:
            where = f"{1e3 * off:.3f} mm and {math.degrees(float(tilt[0])):.3f} deg"
            yield Refusal("E688", f"the tool is {where} from the {'first' if k == 0 else 'last'} point of {touch.feature}")
    if start < end:
        yield from _follows(way_of(start, end, touch.hand, path, around), curve, touch.feature)
    elif curve.runs:
        yield Refusal("E688", f"{touch.feature} is a path, and the motion only goes to its first point")


def _follows(way: Way, curve: _Curve, name: str) -> Iterator[Finding]:
    if not curve.runs:
        yield Refusal("E688", f"{name} is a spot, and the motion follows it")
        return
    tip, axis = way.tcp[:, :3, 3], way.tcp[:, :3, 2]
    steps = np.linalg.norm(np.diff(tip, axis=0), axis=1)
    gone = np.concatenate([[0.0], np.cumsum(steps)])
    x = gone * (curve.length / gone[-1]) if gone[-1] > 0.0 else gone
    for _ in range(_NEWTON):
        near = curve.at(x)
        x = np.clip(x + np.einsum("ni,ni->n", tip - near.points, near.tangents), 0.0, curve.length)
    near = curve.at(x)
    aside = float(np.linalg.norm(tip - near.points, axis=1).max()) + way.sag
    turning = float(_between(near.normals[1:], near.normals[:-1]).max(initial=0.0))
    tilt = float(_angles(axis, near.normals).max()) + way.turn + turning
    onward = np.diff(x)
    if aside > ASIDE:
        yield Refusal("E688", f"the tool is {1e3 * aside:.3f} mm off {name}")
    if tilt > TILT:
        yield Refusal("E688", f"the tool is tilted by {math.degrees(tilt):.2f} deg on {name}")
    if x[0] > ASIDE or x[-1] < curve.length - ASIDE:
        yield Refusal("E688", f"the motion follows {name} from {1e3 * x[0]:.1f} to {1e3 * x[-1]:.1f} mm only")
    if float(onward.min()) < -ASIDE or float((onward - 2.0 * steps).max()) > 4.0 * ASIDE:
        yield Refusal("E688", f"the motion does not follow {name} from its first point to its last")
    yield Slack("path followed", ASIDE - aside, "m")


def _angles(axes: Array, normals: Array) -> Array:
    """Of the tool's z (N, 3) against the inward normal."""
    return _between(axes, -normals)


def _between(a: Array, b: Array) -> Array:
    apart: Array = 2.0 * np.arcsin(np.minimum(1.0, 0.5 * np.linalg.norm(a - b, axis=1)))
    return apart


# --- how deep, how hard, how long, how fast --------------------------------------------------------------------------


def check_planes(feature: PartPath, touch: Along, around: Surroundings) -> Iterator[Finding]:
    shape = dict(around.arm.shapes)[touch.kind]
    inside, beyond = float(depths(feature, shape).max()), _beyond_tip(touch.hand, around)
    if inside > SINK:
        yield Refusal(
            "E688", f"{touch.feature} lies {1e3 * inside:.2f} mm inside the {touch.kind}; {1e3 * SINK:g} mm is the most"
        )
    if beyond > SINK:
        yield Refusal("E688", f"{touch.hand} reaches {1e3 * beyond:.2f} mm beyond its tip; {1e3 * SINK:g} mm is the most")


def _beyond_tip(hand: str, around: Surroundings) -> float:
    """How far (m) the tool's bodies reach beyond the TCP, along its z."""
    T_tcp_flange = around.arm.T_flange_tcp(hand).inverse()
    reach = [T_tcp_flange.apply(body.pose.apply(corners(body.shape)))[:, 2].max() for body in around.arm.tool_bodies]
    return float(max(reach, default=0.0))


def _force(contact: ContactAllowance, touch: Along, limit: float | None, around: Surroundings) -> Iterator[Finding]:
    most = min(
        f for f in (around.arm.force_limit, limit, FORCE_LIMIT if around.arm.force_limit is None else None) if f is not None
    )
    if contact.force != touch.force or not 0.0 <= contact.force <= most:
        yield Refusal("E688", f"contact with {contact.force:.4g} N; {touch.force:.4g} N is asked for, {most:.4g} N is the most")
    else:
        yield Slack("contact force", most - contact.force, "N")


def _rests(touch: Along, start: float, end: float, motion: Motion) -> Iterator[Finding]:
    """The law stands still at both ends of the path, as long as the line says."""
    law = Law.of(motion.phases)
    at_rest = np.abs(law.states[:-1, 1:]).max(axis=1) < _AT_REST
    at_rest &= law.jerks == 0.0
    seconds = np.diff(law.times)
    ends = ((start, touch.dwells[0]), (end, touch.dwells[1])) if start < end else ((start, sum(touch.dwells)),)
    for s, asked in ends:
        rested = float(seconds[at_rest & (np.abs(law.states[:-1, 0] - s) < _AT_REST)].sum())
        if abs(rested - asked) > 1e-6:
            yield Refusal("E688", f"the tool rests {rested:.3f} s at an end of {touch.feature}; {asked:.3f} s is asked for")


def _speeds(
    contact: ContactAllowance,
    touch: Along,
    start: float,
    end: float,
    path: Path,
    pieces: Pieces,
    joints: JointMotion,
    around: Surroundings,
) -> Iterator[Finding]:
    if not 0.0 < contact.speed <= CONTACT_SPEED or touch.feed > CONTACT_SPEED:
        yield Refusal("E688", f"contact at {max(contact.speed, touch.feed):.4g} m/s; {CONTACT_SPEED} m/s is the most")
        return
    stretches: Sequence[tuple[float, float, float]] = (
        (contact.first, start, contact.speed), (start, end, touch.feed), (end, contact.last, contact.speed),
    )  # fmt: skip
    for first, last, limit in stretches:
        if first == last:
            continue
        within = (first, last)
        bound = bound_speed(
            around.arm.model, path, pieces, joints, tcp_points(around, touch.hand), limit * (1.0 + 1e-6), within
        )  # fmt: skip
        if bound.at is not None:
            yield Refusal("E688", f"the TCP moves at {bound.speed:.4f} m/s in contact; {limit:.4f} m/s is allowed")
        else:
            yield Slack("contact speed", limit - bound.speed, "m/s")
