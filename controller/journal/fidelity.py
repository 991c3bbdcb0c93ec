"""How truly each motion of a run was carried out: how far the robot was from the planned path, and how long it took.

Read from the recording alone, so it says the same of a simulated robot and of a real one. The path is the plan's; a sample is
compared with the nearest point of it, near the path parameter that came with the sample, so being late counts as time and not as
distance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cell.dataclass import dataclass
from cell.geometry import Array
from cell.motion_plan import Motion
from cell.trajectory import Law, Path
from controller.journal.recording import Sample

ToolPoint = Callable[[Array], Array]
"""The tool centre point (N, 3) in m, in the robot's base, at joint positions (N, n)."""
Indices = NDArray[np.signedinteger[Any]]

GRID = 400
"""Pieces into which a path is cut to find the nearest point: the sag of one is far below what is told."""
BESIDE = 0.1
"""Share of the path on either side of a sample's path parameter that is looked at."""
TOGETHER = 256  # samples that are compared at once: what that takes fits into a cache
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


@dataclass(frozen=True, slots=True)
class Meant:
    """A motion as the plan has it: the path `way` (GRID + 1, n) at the path parameters `s`, and `law` (t, s) of time."""

    motion: Motion
    s: Array
    way: Array
    law: tuple[Array, Array]
    tool_point: ToolPoint | None
    tool_way: Array | None


def motions_run(
    samples: Iterable[Sample], motions: Mapping[str, Motion], tool_point: Callable[[Motion], ToolPoint | None]
) -> tuple[MotionRun, ...]:
    """One for each command that moved a robot, in the order in which they began; without those whose motion is not known. A
    robot runs one at a time, so what is held of the samples is one of each."""
    meant, ended, found = dict[str, Meant](), dict[str, int](), list[tuple[int, MotionRun]]()
    for rows in _commands(sample for sample in samples if sample.motion in motions):
        name, last = rows[0].motion, ended.get(rows[0].robot)
        if name not in meant:
            meant[name] = _meant(motions[name], tool_point(motions[name]))
        waited = None if last is None else (rows[0].time - last) / SECOND
        found.append((rows[0].time, _run(rows, meant[name], waited)))
        ended[rows[0].robot] = rows[-1].time
    return tuple(run for _, run in sorted(found, key=lambda begun: begun[0]))


def _commands(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    """The samples of each, when the robot's next one begins."""
    under_way: dict[str, list[Sample]] = {}
    for sample in samples:
        rows = under_way.setdefault(sample.robot, [])
        if rows and rows[0].command != sample.command:
            yield rows
            rows = under_way[sample.robot] = []
        rows.append(sample)
    yield from under_way.values()


def _meant(motion: Motion, tool_point: ToolPoint | None) -> Meant:
    path, law = Path.of(motion.segments), Law.of(motion.phases)
    s, t = np.linspace(0.0, path.length, GRID + 1), np.linspace(0.0, law.duration, 20 * GRID + 1)
    way = path.at(s).q
    tool_way = tool_point(way) if tool_point is not None else None
    return Meant(motion, s, way, (t, np.maximum.accumulate(law.at(t).s)), tool_point, tool_way)


def _run(rows: list[Sample], meant: Meant, waited: float | None) -> MotionRun:
    motion, s = meant.motion, meant.s
    q, along = np.array([row.q for row in rows]), np.array([row.s for row in rows])
    tool = None
    if meant.tool_point is not None and meant.tool_way is not None:
        tool = _distance(meant.tool_point(q), along, meant.tool_way, s)
    return MotionRun(
        robot=rows[0].robot,
        command=rows[0].command,
        motion=rows[0].motion,
        leads=f"{motion.need.start} to {motion.need.end}",
        planned=motion.duration,
        took=(rows[-1].time - rows[0].time) / SECOND,
        meant=_time_between(meant, along),
        waited=waited,
        joints=_distance(q, along, meant.way, s),
        tool=tool,
        samples=len(rows),
        is_whole=bool(along[-1] >= s[-1] * (1.0 - 1e-6) or np.abs(q[-1] - meant.way[-1]).max() < 1e-3),
    )


def _time_between(meant: Meant, along: Array) -> float:
    """The planned time in s between the path parameters of the first and the last sample."""
    t, s = meant.law
    first, last = np.interp((along[0], along[-1]), s, t)
    return float(last - first)


def _distance(points: Array, along: Array, way: Array, s: Array) -> Distance:
    """Of `points` (N, d) from the polyline `way` (M, d), each near its `along` (N,)."""
    reach = BESIDE * s[-1]
    first, behind = np.searchsorted(s, along - reach), np.searchsorted(s, along + reach)
    first, behind = np.maximum(0, first - 1), np.minimum(behind, len(way) - 1)
    beside = Beside.of(way, int((behind - first).max()))
    cuts = [slice(k, k + TOGETHER) for k in range(0, len(points), TOGETHER)]
    apart = np.concatenate([beside.nearest(points[cut], first[cut], behind[cut]) for cut in cuts])
    return Distance(float(apart.max()), float(np.sqrt(np.mean(apart**2))))


@dataclass(frozen=True, slots=True)
class Beside:
    """The pieces of a polyline, so many one after the other from each on: for each of d dimensions where they begin and how far
    they go, (M, pieces) each, and the square of their lengths."""

    begin: tuple[Array, ...]
    step: tuple[Array, ...]
    square: Array

    @staticmethod
    def of(way: Array, pieces: int) -> Beside:
        step = np.diff(way, axis=0)
        square = np.maximum(np.einsum("md,md->m", step, step), 1e-24)

        def rows(values: Array) -> Array:
            return sliding_window_view(np.concatenate([values, np.full(pieces, values[-1])]), pieces)

        return Beside(tuple(map(rows, way[:-1].T)), tuple(map(rows, step.T)), rows(square))

    def nearest(self, points: Array, first: Indices, behind: Indices) -> Array:
        """How far each of `points` (N, d) is from its pieces `first` (N,) up to `behind` (N,)."""
        parts = [(p[:, None], a[first], step[first]) for p, a, step in zip(points.T, self.begin, self.step, strict=True)]
        along = np.clip(sum((p - a) * step for p, a, step in parts) / self.square[first], 0.0, 1.0)
        apart: Array = sum((a + along * step - p) ** 2 for p, a, step in parts)
        apart[np.arange(apart.shape[1]) >= (behind - first)[:, None]] = np.inf
        nearest: Array = np.sqrt(apart.min(axis=1))
        return nearest
