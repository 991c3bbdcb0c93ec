"""How truly each motion of a run was carried out: how far the robot was from the planned path, and how long it took.

Read from the recording alone, so it says the same of a simulated robot and of a real one. The path is the plan's; a sample is
compared with the nearest point of it, near the path parameter that came with the sample, so being late counts as time and not as
distance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Motion
from cell.trajectory import Law, Path
from controller.journal.recording import Sample

ToolPoint = Callable[[Array], Array]
"""The tool centre point (N, 3) in m, in the robot's base, at joint positions (N, n)."""

GRID = 400
"""Pieces into which a path is cut to find the nearest point: the sag of one is far below what is told."""
BESIDE = 0.1
"""Share of the path on either side of a sample's path parameter that is looked at."""
SECOND = 1e9


@dataclass(frozen=True, slots=True)
class Distance:
    """The largest, and the root of the mean square."""

    most: float
    rms: float


@dataclass(frozen=True, slots=True)
class MotionRun:
    """A motion as it was carried out. `planned` s, all of it; `took` s from its first sample to its last, for which the plan has
    `meant` s: a device may be silent while it begins. `waited` s from the last sample of the robot's motion before to its first
    one, None for the robot's first. `joints` in rad or m (all joints together), `tool` in m, None where the tool centre point is
    not known. `samples` is how many there are; `is_whole`: it reached its end."""

    robot: str
    command: str
    motion: str
    leads: str
    planned: float
    took: float
    meant: float
    waited: float | None
    joints: Distance
    tool: Distance | None
    samples: int
    is_whole: bool


def motions_run(
    samples: Iterable[Sample], motions: Mapping[str, Motion], tool_point: Callable[[Motion], ToolPoint | None]
) -> tuple[MotionRun, ...]:
    """One for each command that moved a robot, in the order in which they began; without those whose motion is not known."""
    by_command: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.motion in motions:
            by_command.setdefault(sample.command, []).append(sample)
    begun, ended, found = sorted(by_command.values(), key=lambda rows: rows[0].time), dict[str, int](), list[MotionRun]()
    for rows in begun:
        motion, last = motions[rows[0].motion], ended.get(rows[0].robot)
        waited = None if last is None else (rows[0].time - last) / SECOND
        found.append(_run(rows, motion, tool_point(motion), waited))
        ended[rows[0].robot] = rows[-1].time
    return tuple(found)


def _run(rows: list[Sample], motion: Motion, tool_point: ToolPoint | None, waited: float | None) -> MotionRun:
    path = Path.of(motion.segments)
    s = np.linspace(0.0, path.length, GRID + 1)
    q, along = np.array([row.q for row in rows]), np.array([row.s for row in rows])
    way = path.at(s).q
    return MotionRun(
        robot=rows[0].robot,
        command=rows[0].command,
        motion=rows[0].motion,
        leads=f"{motion.need.start} to {motion.need.end}",
        planned=motion.duration,
        took=(rows[-1].time - rows[0].time) / SECOND,
        meant=_meant(motion, along),
        waited=waited,
        joints=_distance(q, along, way, s),
        tool=_distance(tool_point(q), along, tool_point(way), s) if tool_point is not None else None,
        samples=len(rows),
        is_whole=bool(along[-1] >= path.length * (1.0 - 1e-6) or np.abs(q[-1] - way[-1]).max() < 1e-3),
    )


def _meant(motion: Motion, along: Array) -> float:
    """The planned time in s between the path parameters of the first and the last sample."""
    law = Law.of(motion.phases)
    t = np.linspace(0.0, law.duration, 20 * GRID + 1)
    first, last = np.interp((along[0], along[-1]), np.maximum.accumulate(law.at(t).s), t)
    return float(last - first)


def _distance(points: Array, along: Array, way: Array, s: Array) -> Distance:
    """Of `points` (N, d) from the polyline `way` (M, d), each near its `along` (N,)."""
    reach = BESIDE * s[-1]
    found = [_nearest(point, way, *np.searchsorted(s, (at - reach, at + reach))) for point, at in zip(points, along, strict=True)]
    apart = np.array(found)
    return Distance(float(apart.max()), float(np.sqrt(np.mean(apart**2))))


def _nearest(point: Array, way: Array, first: int, last: int) -> float:
    a = way[max(0, first - 1) : last]
    b = way[max(0, first - 1) + 1 : last + 1]
    a = a[: len(b)]
    along = np.einsum("md,md->m", point - a, b - a) / np.maximum(np.einsum("md,md->m", b - a, b - a), 1e-24)
    nearest = a + np.clip(along, 0.0, 1.0)[:, None] * (b - a)
    return float(np.linalg.norm(nearest - point, axis=1).min())
