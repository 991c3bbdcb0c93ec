"""Which presences of two robots may not coincide, because they could not be shown to keep apart whatever the timing.

A presence becomes a course: what moves, with tool and carried parts, and the path; at rest, a path on which nothing moves. Each
pair of courses is looked at once: verdicts are kept in the store, in one table for each first course, by the content of
both (model, base, tool, carried parts, path) and every number of the search. Tables that are missing entries are completed in
parallel where the map allows it; what is found depends on the two courses only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cell.codec import canonical, digest
from cell.geometry import Array
from cell.home import home_of
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.presence import Conflicts, Moving, Presence, Resting, in_order
from cell.robot import RobotModel
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Carried, MotionNeed, Stance
from cell.trajectory import DEGREE, elevated
from planner.motion import apart
from planner.motion.apart import Pairing
from planner.motion.arm import Arm
from planner.motion.bodies import movers
from planner.motion.plan_motions import MapFunction, Progress
from planner.motion.store import MotionStore
from planner.motion.sweeps import Moved, Sweep

MOST_NODES = 30_000  # of sweeps that a process keeps; some 100 MB


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """`curves` (K, 6, n) that `moved` runs along. `bodies` names what moves, `digest` that and the path, by content."""

    digest: str
    bodies: str
    moved: Moved
    curves: Array


@dataclass(frozen=True, slots=True, eq=False)
class PairTask:
    one: Course
    others: tuple[Course, ...]


def uncertified(
    pairs: Iterable[tuple[Presence, Presence]],
    motions: Mapping[MotionNeed, Motion],
    cell: CellModel,
    robots: Mapping[str, RobotModel],
    store: MotionStore,
    map_fn: MapFunction,
    progress: Progress,
) -> Conflicts:
    """Those of `pairs` (of two different robots each) that are not certified. `motions` holds the motion of every presence that
    moves, and one that begins or ends in every stance of rest; where it does not, the pair is not certified."""
    wanted = tuple(dict.fromkeys(in_order(one, other) for one, other in pairs))
    courses = _courses(dict.fromkeys(presence for pair in wanted for presence in pair), motions, cell, robots)
    by_first: dict[str, dict[str, tuple[Course, Course]]] = {}
    for one, other in wanted:
        first, second = courses[one], courses[other]
        if first is not None and second is not None:
            by_first.setdefault(first.digest, {})[second.digest] = (first, second)
    verdicts = _verdicts(by_first, store, map_fn, progress)

    def is_certified(one: Presence, other: Presence) -> bool:
        first, second = courses[one], courses[other]
        return first is not None and second is not None and verdicts[first.digest][second.digest]

    return frozenset(pair for pair in wanted if not is_certified(*pair))


def keep_apart(task: PairTask) -> tuple[bool, ...]:
    """One task of the map: one course against others."""
    return tuple(_WORKER.are_apart(task.one, other) for other in task.others)


# --- verdicts ----------------------------------------------------------------------------------------------------------


def _verdicts(
    by_first: Mapping[str, Mapping[str, tuple[Course, Course]]], store: MotionStore, map_fn: MapFunction, progress: Progress
) -> dict[str, dict[str, bool]]:
    tables = {first: _table_of(store.get(_key(first))) for first in by_first}
    open_pairs = {f: [o for o in others if o not in tables[f]] for f, others in by_first.items()}
    tasks = [
        PairTask(by_first[first][others[0]][0], tuple(by_first[first][other][1] for other in others))
        for first, others in open_pairs.items()
        if others
    ]
    total = sum(len(others) for others in by_first.values())
    done = total - sum(len(task.others) for task in tasks)
    progress("pairs", done, total)
    for task, found in zip(tasks, map_fn(keep_apart, tasks), strict=True):
        assert isinstance(found, tuple)
        table = tables[task.one.digest]
        table.update(zip((other.digest for other in task.others), found, strict=True))
        store.put(_key(task.one.digest), canonical(dict(sorted(table.items()))).encode())
        done += len(found)
        progress("pairs", done, total)
    return tables


def _key(first: str) -> str:
    return digest(("apart", apart.as_mapping(), first))


def _table_of(stored: bytes | None) -> dict[str, bool]:
    """Verdicts by second course; empty for a table that is damaged or not there."""
    try:
        table = json.loads(stored or b"{}")
    except ValueError:
        return {}
    return {k: v for k, v in table.items() if isinstance(v, bool)} if isinstance(table, dict) else {}


# --- courses -----------------------------------------------------------------------------------------------------------


def _courses(
    presences: Iterable[Presence], motions: Mapping[MotionNeed, Motion], cell: CellModel, robots: Mapping[str, RobotModel]
) -> dict[Presence, Course | None]:
    rests = _rests(motions)
    moved: dict[tuple[str, str | None, tuple[Carried, ...]], tuple[str, Moved]] = {}

    def course(presence: Presence) -> Course | None:
        match presence:
            case Moving(need):
                tool, carried, motion = need.tool, need.carried, motions.get(need)
                curves = [] if motion is None else [elevated(segment.control) for segment in motion.segments]
            case Resting(robot, stance, carried, tool):
                still = _configurations(cell, robot, robots[robot], stance, rests)
                curves = [np.tile(q, (DEGREE + 1, 1)) for q in still]
        if not curves:
            return None
        key = presence.robot, tool, tuple(sorted(carried))
        if key not in moved:
            moved[key] = _moved(cell, presence.robot, robots[presence.robot], tool, key[2])
        bodies, what = moved[key]
        stacked = np.stack(curves).astype("<f8")
        return Course(hashlib.sha256(bodies.encode() + stacked.tobytes()).hexdigest(), bodies, what, stacked)

    return {presence: course(presence) for presence in presences}


def _moved(cell: CellModel, robot: str, model: RobotModel, tool: str | None, carried: tuple[Carried, ...]) -> tuple[str, Moved]:
    """What moves, and its name by content."""
    arm = Arm.of(cell, robot, model, tool)
    bodies = movers(arm, cell, carried)
    placed = [(body.link, body.shape, body.T_link_body) for body in bodies]
    return digest((model.content_hash, arm.unit.base, placed)), Moved(arm, bodies)


def _rests(motions: Mapping[MotionNeed, Motion]) -> dict[tuple[str, Stance], list[Array]]:
    """Where the robots' motions begin and end, without repeats."""
    found: dict[tuple[str, Stance], dict[bytes, Array]] = {}
    for need, motion in motions.items():
        ends = (need.start, motion.segments[0].control[0]), (need.end, motion.segments[-1].control[-1])
        for stance, q in ends:
            found.setdefault((need.robot, stance), {})[np.asarray(q).tobytes()] = np.asarray(q)
    return {key: list(by_bytes.values()) for key, by_bytes in found.items()}


def _configurations(
    cell: CellModel, robot: str, model: RobotModel, stance: Stance, rests: Mapping[tuple[str, Stance], Sequence[Array]]
) -> Sequence[Array]:
    """All joint positions (n,) that a stance may mean; none where it is not known."""
    match stance:
        case AtHome():
            return [np.array(home_of(cell.robots[robot], model))]
        case AtMeasured(q):
            return [np.array(q)] if len(q) == model.degrees_of_freedom else []
        case AtHub() | AtPlace() | AtPocket():
            return rests.get((robot, stance), [])


# --- one process -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Worker:
    """What one process keeps between tasks: sweeps and shapes by content. Only ever a copy of what would be made again, so
    results do not depend on it."""

    _sweeps: dict[str, Sweep] = field(default_factory=dict)
    _pairings: dict[tuple[str, str], Pairing] = field(default_factory=dict)

    def are_apart(self, one: Course, other: Course) -> bool:
        bodies = one.bodies, other.bodies
        if bodies not in self._pairings:
            self._pairings[bodies] = Pairing(one.moved, other.moved)
        if sum(len(sweep.motion) for sweep in self._sweeps.values()) > MOST_NODES:
            self._sweeps.clear()
        return self._pairings[bodies].are_apart(self._sweep(one), self._sweep(other))

    def _sweep(self, course: Course) -> Sweep:
        if course.digest not in self._sweeps:
            self._sweeps[course.digest] = Sweep(course.moved, course.curves)
        return self._sweeps[course.digest]


_WORKER = _Worker()
