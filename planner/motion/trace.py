"""The way of a tool along a path of a part: from the hub straight in, along all of it, straight out and back to the hub.

Of each configuration in which the tool can stand at the first point (turned about its own axis by any of TURNS, in any branch)
the arm is led along the path, knot by knot, each solved from the one before, so that it never leaves its branch. The first that
gets to the end within its limits, clear of everything and fast enough, with a clear way in and out, is taken. Orientation is
carried along the path without turning about the normal: z against it, the rest by the smallest rotation from point to point.
Where the path has a corner the tool stops.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np

from cell.geometry import Array, Pose
from cell.motion_plan import Segment
from cell.paths import Run, runs_of, spot_of
from cell.steps import Along
from cell.trajectory import Path
from planner.motion.access import (
    MOST_CONTACTS,
    Access,
    Check,
    Target,
    contact_configurations,
    joined,
    outer_end,
)
from planner.motion.arm import stacked
from planner.motion.cartesian_path import SINGULAR, AccessLine, access_lines
from planner.motion.certify import certified
from planner.motion.collision import Blocker
from planner.motion.curves import clamped_spline, length, reversed_path, stretched
from planner.motion.findings import beyond_reach
from planner.motion.free_path import GaveUp, free_path
from planner.motion.ik_branch import least_singular
from planner.motion.margins import (
    ACCESS_FACTORS,
    ACCESS_LENGTH,
    FEED_KEPT,
    TRACE_KNOT,
    TRACE_LED,
    TRACE_TOLERANCE,
    TRACE_TURN,
    TRACE_TURNS,
)
from planner.motion.workbench import Workbench


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """`segments` from hub to hub. By s: contact may be from `first` to `last`, the path is followed from `start` to `end`;
    `rests` as in timing.py."""

    segments: tuple[Segment, ...]
    first: float
    start: float
    end: float
    last: float
    rests: dict[float, float]


Why = Literal["reach", "limits", "singular", "blocked", "slow", "line"]


@dataclass(frozen=True, slots=True)
class NoTrace:
    """How far the best try came: `at` m of the path's `length`, and `why` no further. `amount`: for reach how far (m) the tool
    stays from it, for slow the feed (m/s) that the joints allow there; `blocker` what is in the way."""

    why: Why
    at: float
    length: float
    amount: float = 0.0
    blocker: Blocker | None = None
    joint: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """Frames (N, 4, 4) of the tip at lengths `x` (N,) of the whole path in the world, its z against the normal; `corners` are the
    indices at which a run ends and the next begins, both ends included."""

    x: Array
    frames: Array
    corners: tuple[int, ...]


def find_trace(bench: Workbench, hub: Array, touch: Along, check: Check, seed: int) -> Trace | NoTrace:
    """A way along the path of `touch`, clear as `check` says. Raises KeyError for a path that the part does not have."""
    feature = bench.cell.parts[touch.kind].path(touch.feature)
    if feature is None:
        raise KeyError(f"a {touch.kind} has no path {touch.feature}")
    T_world_part = bench.cell.places[touch.place].frame
    runs = tuple(run.moved(T_world_part) for run in runs_of(feature))
    course = _course(runs, TRACE_KNOT) if runs else _spot(T_world_part, spot_of(feature).points[0], spot_of(feature).normals[0])
    T_flange_tcp = bench.arm.T_flange_tcp(touch.hand)
    starts = _starts(bench, hub, course, T_flange_tcp)
    if len(starts) == 0:
        poses = stacked(_turned(Pose.from_matrix(course.frames[0])))
        gap = beyond_reach(bench, poses, T_flange_tcp, course.frames[0, :3, 3])
        return NoTrace("reach", 0.0, float(course.x[-1]), gap or 0.0)
    if not runs:
        return _first(bench, hub, touch, check, seed, (((), q) for q in starts), course, NoTrace("line", 0.0, 0.0))
    knots, best = _led(bench, starts, course, T_flange_tcp)
    tries = ((_splines(bench, q, course, runs, T_flange_tcp), q[0]) for q in knots[:TRACE_LED])
    return _first(bench, hub, touch, check, seed, tries, course, best)


def _first(
    bench: Workbench, hub: Array, touch: Along, check: Check, seed: int,
    tries: Iterator[tuple[tuple[tuple[Segment, ...], ...], Array]], course: _Course, best: NoTrace,
) -> Trace | NoTrace:  # fmt: skip
    """The first of the ways along the path (its runs, and where it begins) that can be had from the hub; else why the best one
    cannot."""
    for runs, start in tries:
        found = _whole(bench, hub, touch, check, seed, runs, start, course)
        if isinstance(found, Trace):
            return found
        best = found if found.at >= best.at else best
    return best


def _whole(
    bench: Workbench, hub: Array, touch: Along, check: Check, seed: int, runs: tuple[tuple[Segment, ...], ...], start: Array,
    course: _Course,
) -> Trace | NoTrace:  # fmt: skip
    path = tuple(segment for run in runs for segment in run)
    wrong = _unfit(bench, touch, check, path, course) if runs else None
    if wrong is not None:
        return wrong
    end = np.asarray(path[-1].control[-1]) if path else start
    away = -course.frames[[0, -1], :3, 2]
    ways = [way_to_contact(bench, hub, touch, q, up, check, seed) for q, up in ((start, away[0]), (end, away[1]))]
    for way in ways:
        if isinstance(way, Blocker | None):
            return NoTrace("line", float(course.x[-1]), float(course.x[-1]), blocker=way)
    into, out = (way for way in ways if isinstance(way, Access))
    begin = length(into.segments)
    lengths = [length(run) for run in runs]
    finish = begin + sum(lengths)
    corners = {begin + s: 0.0 for s in list(accumulate(lengths))[:-1]}
    rests = {begin: touch.dwells[0], **corners, finish: touch.dwells[1]} if runs else {begin: sum(touch.dwells)}
    segments = (*into.segments, *path, *reversed_path(out.segments))
    return Trace(segments, begin - into.contact, begin, finish, finish + out.contact, rests)


# --- configurations ----------------------------------------------------------------------------------------------------


def _starts(bench: Workbench, hub: Array, course: _Course, T_flange_tcp: Pose) -> Array:
    first = Pose.from_matrix(course.frames[0])
    target = Target(_turned(first), T_flange_tcp, -first.rotation[:, 2], ACCESS_LENGTH)
    return contact_configurations(bench, hub, target)[: 2 * MOST_CONTACTS]


def _turned(first: Pose) -> tuple[Pose, ...]:
    """The frames of the tip that will do where one of them is `first`: turned about the tool's own axis."""
    return tuple(first @ Pose.about_z(k * 2.0 * np.pi / TRACE_TURNS) for k in range(TRACE_TURNS))


def _led(bench: Workbench, starts: Array, course: _Course, T_flange_tcp: Pose) -> tuple[Array, NoTrace]:
    """The knots (K, N, n) of those that come to the end, and how far the best of the others came."""
    arm, whole = bench.arm, float(course.x[-1])
    T = _frames_for(bench, starts, course, T_flange_tcp)
    knots, going = [starts], np.ones(len(starts), dtype=np.bool_)
    best = NoTrace("reach", 0.0, whole)
    for k in range(1, len(course.x)):
        found, is_exact = bench.kinematics.refined(knots[-1], arm.base_flange(T[:, k], T_flange_tcp), steps=8)
        is_near = np.abs(found - knots[-1]).max(axis=1) < 0.5
        inside = np.asarray(((found >= arm.model.position[:, 0]) & (found <= arm.model.position[:, 1])).all(axis=1))
        is_fit = is_exact & is_near & inside
        is_fit &= least_singular(arm.model, found) > SINGULAR
        if going.any() and not (going & is_fit).any():
            one = int(np.flatnonzero(going)[0])
            best = _stuck(bench, found[one], T[one, k], bool(is_exact[one]), bool(inside[one]), T_flange_tcp)
            best = replace(best, at=float(course.x[k - 1]), length=whole)
        going &= is_fit
        if not going.any():
            return np.zeros((0, len(course.x), starts.shape[1])), best
        knots.append(np.where(going[:, None], found, knots[-1]))
    return np.stack(knots, axis=1)[going], NoTrace("blocked", 0.0, whole)


def _stuck(bench: Workbench, q: Array, wanted: Array, is_exact: bool, is_inside: bool, T_flange_tcp: Pose) -> NoTrace:
    if not is_exact:
        gap = float(np.linalg.norm(bench.arm.T_world_tcp(q, T_flange_tcp)[:3, 3] - wanted[:3, 3]))
        return NoTrace("reach", 0.0, 0.0, gap)
    limits = bench.arm.model.position
    outside = np.flatnonzero((q < limits[:, 0]) | (q > limits[:, 1]))
    if not is_inside and len(outside):
        return NoTrace("limits", 0.0, 0.0, joint=bench.arm.model.chain.joint_names[int(outside[0])])
    return NoTrace("singular", 0.0, 0.0)


def _frames_for(bench: Workbench, q: Array, course: _Course, T_flange_tcp: Pose) -> Array:
    """Frames (K, N, 4, 4) of the tip along the path, for the turn about the tool's axis with which each of q (K, n) begins."""
    turned = np.swapaxes(course.frames[0, :3, :3], 0, 1) @ bench.arm.T_world_tcp(q, T_flange_tcp)[:, :3, :3]
    frames = np.repeat(course.frames[None], len(q), axis=0)
    frames[..., :3, :3] = course.frames[None, :, :3, :3] @ turned[:, None]
    return frames


# --- along the path ------------------------------------------------------------------------------------------------


def _course(runs: Sequence[Run], spacing: float) -> _Course:
    """At knots no more than `spacing` apart, at least five a run, and none turned far from the one before."""
    x: list[Array] = []
    points, normals, corners, begun = [], [], [0], 0.0
    for number, run in enumerate(runs):
        count = max(4, math.ceil(run.length / spacing), math.ceil(_turning(run) * TRACE_KNOT / (TRACE_TURN * spacing)))
        own = np.linspace(0.0, run.length, count + 1)[min(number, 1) :]
        at = run.at(own)
        x.append(own + begun)
        points.append(at.points)
        normals.append(at.normals)
        begun += run.length
        corners.append(sum(map(len, x)) - 1)
    along = np.concatenate(normals)
    frames = np.tile(np.eye(4), (len(along), 1, 1))
    frames[:, :3, 3] = np.concatenate(points)
    frames[:, :3, :3] = _carried(-along, runs[0].at(0.0).tangents[0])
    return _Course(np.concatenate(x), frames, tuple(corners))


def _turning(run: Run) -> float:
    """How far the normal turns along the run, rad, as if it turned all the way as fast as it ever does."""
    normals = run.at(np.linspace(0.0, run.length, 65)).normals
    return 64.0 * float(np.linalg.norm(np.diff(normals, axis=0), axis=1).max())


def _spot(T_world_part: Pose, point: Array, normal: Array) -> _Course:
    z = -(T_world_part.rotation @ normal)
    frames = np.eye(4)[None].copy()
    frames[0, :3, 3] = T_world_part.apply(point[None])[0]
    frames[0, :3, :3] = _carried(z[None], np.eye(3)[int(np.argmin(np.abs(z)))])[0]
    return _Course(np.zeros(1), frames, (0,))


def _carried(z: Array, first: Array) -> Array:
    """Rotations (N, 3, 3) with these z axes (N, 3), each the smallest rotation away from the one before; the first has its x
    nearest to `first`. Source: Wang, Jüttler, Zheng, Liu, "Computation of rotation minimizing frames", ACM TOG 27 (2008)."""
    x = first - (first @ z[0]) * z[0]
    x /= np.linalg.norm(x)
    found = [np.column_stack([x, np.cross(z[0], x), z[0]])]
    for a, b in pairwise(z):
        found.append(_smallest(a, b) @ found[-1])
    return np.array(found)


def _smallest(a: Array, b: Array) -> Array:
    """The smallest rotation (3, 3) that takes the unit vector a to b; they are not opposite."""
    v = np.cross(a, b)
    cross = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    rotation: Array = np.eye(3) + cross + cross @ cross / (1.0 + float(a @ b))
    return rotation


def _splines(
    bench: Workbench, knots: Array, course: _Course, runs: Sequence[Run], T_flange_tcp: Pose
) -> tuple[tuple[Segment, ...], ...]:
    """One C2 spline through the knots of each run, by s such that the fastest joint needs all of it; with twice as many knots
    where the tip would stray."""
    found = []
    for spacing in (TRACE_KNOT, TRACE_KNOT / 2.0, TRACE_KNOT / 4.0):
        if spacing < TRACE_KNOT:
            course = _course(runs, spacing)
            finer, _ = _led(bench, knots[:1], course, T_flange_tcp)
            if len(finer) == 0:
                break
            knots = finer[0]
        found = [_spline(bench, knots, course, a, b, T_flange_tcp) for a, b in pairwise(course.corners)]
        if _strays(bench, found, runs, T_flange_tcp) <= TRACE_TOLERANCE:
            break
    return tuple(found)


def _spline(bench: Workbench, knots: Array, course: _Course, a: int, b: int, T_flange_tcp: Pose) -> tuple[Segment, ...]:
    q, x = knots[a : b + 1], course.x[a : b + 1] - course.x[a]
    slopes = [
        _slope(bench, q[k], course.frames[a + i : a + i + 2], float(x[i + 1] - x[i]), T_flange_tcp)
        for k, i in ((0, 0), (-1, len(x) - 2))
    ]
    spline = clamped_spline(q, x, slopes[0], slopes[1])
    rate = float((np.abs(Path.of(spline).at(np.linspace(0.0, float(x[-1]), 4 * len(x))).dq) / bench.arm.model.velocity).max())
    return stretched(spline, max(rate, 1.0))


def _slope(bench: Workbench, q: Array, frames: Array, h: float, T_flange_tcp: Pose) -> Array:
    """dq/dx (n,) of the tip's motion from one frame to the next, h m further."""
    turn = frames[1, :3, :3] @ frames[0, :3, :3].T
    spin = 0.5 * np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    R = bench.arm.unit.base.rotation.T
    twist = np.concatenate([R @ (frames[1, :3, 3] - frames[0, :3, 3]), R @ spin]) / h
    slope: Array = np.linalg.pinv(bench.arm.model.chain.jacobian(q[None], T_flange_tcp)[0]) @ twist
    return slope


def _strays(bench: Workbench, splines: Sequence[tuple[Segment, ...]], runs: Sequence[Run], T_flange_tcp: Pose) -> float:
    """The largest distance (m) of the tip from the path, and of its axis at 0.01 m, at eight points a segment."""
    most = 0.0
    for spline, run in zip(splines, runs, strict=True):
        u = np.linspace(0.0, 1.0, 8 * len(spline) + 1)
        T = bench.arm.T_world_tcp(Path.of(spline).at(u * length(spline)).q, T_flange_tcp)
        x = u * run.length
        for _ in range(3):
            near = run.at(x)
            x = np.clip(x + np.einsum("ni,ni->n", T[:, :3, 3] - near.points, near.tangents), 0.0, run.length)
        near = run.at(x)
        aside = np.linalg.norm(T[:, :3, 3] - near.points, axis=1).max()
        tilted = 0.01 * np.linalg.norm(T[:, :3, 2] + near.normals, axis=1).max()
        most = max(most, float(aside), float(tilted))
    return most


def _unfit(bench: Workbench, touch: Along, check: Check, path: tuple[Segment, ...], course: _Course) -> NoTrace | None:
    """What speaks against the way along the path itself: something in the way, or joints that cannot keep its feed."""
    whole = float(course.x[-1])
    by = np.linspace(0.0, whole, 2 * len(path) + 1)
    for k, segment in enumerate(path):
        blocker = certified(check.collider, [np.asarray(segment.control)], check.contact)
        if blocker is not None:
            return NoTrace("blocked", float(by[2 * k]), whole, blocker=blocker)
    q = Path.of(path).at(np.linspace(0.0, length(path), 8 * len(path) + 1))
    T = bench.arm.T_flange_tcp(touch.hand)
    tips = bench.arm.T_world_tcp(q.q, T)[:, :3, 3]
    rates = np.linalg.norm(np.gradient(tips, length(path) / (len(tips) - 1), axis=0), axis=1)
    able = rates / (np.abs(q.dq) / bench.arm.model.velocity).max(axis=1).clip(1e-12)
    k = int(able.argmin())
    if able[k] < FEED_KEPT * touch.feed:
        return NoTrace("slow", whole * k / (len(tips) - 1), whole, float(able[k]))
    return None


# --- in and out ------------------------------------------------------------------------------------------------------


def way_to_contact(
    bench: Workbench, hub: Array, touch: Along, q: Array, away: Array, check: Check, seed: int
) -> Access | Blocker | None:
    """The way from the hub to contact at q (n,), straight against `away` at its end; else what is in the way, if known."""
    T_flange_tcp, blocker = bench.arm.T_flange_tcp(touch.hand), None
    for reach in (ACCESS_LENGTH * factor for factor in ACCESS_FACTORS):
        (line,) = access_lines(bench.arm, bench.kinematics, q[None], T_flange_tcp, away, reach)
        if line is None:
            continue
        found = _joined(bench, hub, line, check, seed)
        if isinstance(found, Access):
            return found
        blocker = found or blocker
    return blocker


def _joined(bench: Workbench, hub: Array, line: AccessLine, check: Check, seed: int) -> Access | Blocker | None:
    found = joined(bench, (hub, outer_end(line)), line, (check,))
    if isinstance(found, Access):
        return found
    way = free_path(check.collider, check.free, hub, outer_end(line), seed)
    return found if isinstance(way, GaveUp) else joined(bench, way, line, (check,))
