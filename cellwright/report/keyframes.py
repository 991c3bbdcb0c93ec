"""Few moments for many samples: between two that are kept every joint goes straight, within a tolerance.

D. H. Douglas and T. K. Peucker, "Algorithms for the reduction of the number of points", 1973.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array
from cell.motion_plan import Motion
from cell.trajectory import sample
from cellwright.report.course import Course
from controller.journal.recording import Sample

TOLERANCE = 0.004
"""rad or m: less than a pixel of the replay."""
LAW = 120  # moments of a planned motion that are looked at
SECOND = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where a robot is: `time` (N,) in s of the run, not falling, `q` (N, n) in rad or m."""

    time: Array
    q: Array


def kept(time: Array, q: Array, tolerance: float = TOLERANCE) -> NDArray[np.int64]:
    """The numbers of the samples that are kept, first and last among them."""
    found, open_stretches = {0, len(time) - 1}, [(0, len(time) - 1)]
    while open_stretches:
        a, b = open_stretches.pop()
        if b - a < 2:
            continue
        share = ((time[a + 1 : b] - time[a]) / max(float(time[b] - time[a]), 1e-12))[:, None]
        off = np.abs(q[a + 1 : b] - (q[a] + share * (q[b] - q[a]))).max(axis=1)
        k = int(off.argmax())
        if off[k] > tolerance:
            middle = a + 1 + k
            found.add(middle)
            open_stretches += [(a, middle), (middle, b)]
    return np.array(sorted(found), dtype=np.int64)


def recorded_tracks(recordings: Iterable[tuple[int, Iterable[Sample]]]) -> dict[str, Track]:
    """By robot, from the samples of each controller with its own zero (ns). Reads them once and keeps few."""
    parts: dict[str, list[Track]] = {}
    for zero, samples in recordings:
        open_runs: dict[str, list[Sample]] = {}
        for one in samples:
            own = open_runs.setdefault(one.robot, [])
            if own and own[-1].command != one.command:
                parts.setdefault(one.robot, []).append(_track(own, zero))
                own.clear()
            own.append(one)
        for robot, own in open_runs.items():
            if own:
                parts.setdefault(robot, []).append(_track(own, zero))
    return {robot: _joined(tracks) for robot, tracks in sorted(parts.items())}


def planned_tracks(course: Course) -> dict[str, Track]:
    """By robot, from the time laws of the motions that ran, each laid over the time that it took; a jog goes straight to where
    the robot was seen to stand."""
    motions = {name: motion for laid in course.plans for name, motion in laid.plan.motions.items()}
    ways = {name: _way(motions[name]) for name in {run.step.motion for run in course.runs} if name in motions}
    parts: dict[str, list[Track]] = {}
    for run in course.runs:
        if run.step.robot is not None and run.step.motion in ways:
            way = ways[run.step.motion]
            length = max(way.time[-1], 1e-9)
            parts.setdefault(run.step.robot, []).append(Track(run.start + way.time / length * (run.stop - run.start), way.q))
    for jogged in course.jogs:
        ends = [jogged.before, jogged.before if jogged.after is None else jogged.after]
        parts.setdefault(jogged.jog.robot, []).append(Track(np.array([jogged.start, jogged.stop]), np.array(ends)))
    return {robot: _joined(sorted(tracks, key=_begins)) for robot, tracks in sorted(parts.items())}


def _begins(track: Track) -> float:
    return float(track.time[0])


def _way(motion: Motion) -> Track:
    time = np.linspace(0.0, motion.duration, LAW)
    q = sample(motion, time).q
    numbers = kept(time, q)
    return Track(time[numbers], q[numbers])


def _track(samples: list[Sample], zero: int) -> Track:
    time = np.array([(one.time - zero) / SECOND for one in samples])
    q = np.array([one.q for one in samples])
    numbers = kept(time, q)
    return Track(time[numbers], q[numbers])


def _joined(tracks: list[Track]) -> Track:
    return Track(np.maximum.accumulate(np.concatenate([t.time for t in tracks])), np.concatenate([t.q for t in tracks]))
