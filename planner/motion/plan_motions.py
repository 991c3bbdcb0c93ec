"""Stage 4: a motion for every need, from the store where it is known, else found, in parallel where the map allows it.

First one table of hubs for each robot; then the needs that meet at one place are solved together, for they share its access.
What is found depends on robot, cell, need and seed, never on which process finds it or in which order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cell.diagnostic import Diagnostic
from cell.geometry import Array
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.robot import RobotModel
from cell.steps import AtPlace, AtPocket, MotionNeed, stance_name
from planner.motion.arm import Arm
from planner.motion.configurations import hub, is_served, settled
from planner.motion.homes import not_at_home
from planner.motion.solve import Solver
from planner.motion.store import (
    MotionStore,
    hubs_bytes,
    hubs_key,
    hubs_of,
    motion_bytes,
    motion_of,
    need_key,
    surroundings_digest,
)
from planner.motion.workbench import Workbench

MOST_BENCHES = 8  # of robots with a tool, that a process keeps

MapFunction = Callable[..., Iterable[object]]
Progress = Callable[[str, int, int], None]
Hubs = Mapping[str, Array | None]


@dataclass(frozen=True, slots=True)
class Found:
    """`motions` for the needs that have one, `refused` says why for each of the others."""

    motions: Mapping[MotionNeed, Motion]
    refused: Mapping[MotionNeed, tuple[Diagnostic, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """All that a worker needs to know of a robot's surroundings, with `tool` at its flange, the other robots included. `digest`
    names it."""

    cell: CellModel
    robot: str
    tool: str | None
    models: Mapping[str, RobotModel]
    digest: str
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class HubTask:
    """`settings` are those of the robot with each of its tools that it comes there with."""

    settings: tuple[Setting, ...]
    equipment: str


@dataclass(frozen=True, slots=True, eq=False)
class NeedTask:
    setting: Setting
    hubs: Hubs
    needs: tuple[MotionNeed, ...]


def plan_motions(
    needs: Sequence[MotionNeed],
    cell: CellModel,
    robots: Mapping[str, RobotModel],
    store: MotionStore,
    map_fn: MapFunction,
    progress: Progress,
    seed: int,
) -> Found:
    """Raises KeyError when a need names a robot that has no model: checked programs do not."""
    motions: dict[MotionNeed, Motion] = {}
    refused: dict[MotionNeed, tuple[Diagnostic, ...]] = {}
    keys: dict[MotionNeed, str] = {}
    missing: dict[tuple[str, str | None], list[MotionNeed]] = {}
    astray = not_at_home(cell, robots)
    refused.update({need: (astray[need.robot],) for need in needs if need.robot in astray})
    wanted = [need for need in dict.fromkeys(needs) if need not in refused]
    equipped = dict.fromkeys((need.robot, need.tool) for need in wanted)
    settings = {(robot, tool): _setting(cell, robot, tool, robots, seed) for robot, tool in equipped}
    for need in wanted:
        keys[need] = need_key(settings[need.robot, need.tool].digest, need)
        stored = motion_of(store.get(keys[need]), need)
        if stored is None:
            missing.setdefault((need.robot, need.tool), []).append(need)
        else:
            motions[need] = stored
    done, total = len(motions), len(keys)
    progress("motions", done, total)
    for who, open_needs in missing.items():
        hubs = _hub_table(settings[who], store, map_fn)
        tasks = [NeedTask(settings[who], hubs, group) for group in _grouped(open_needs)]
        for answers in map_fn(solve_needs, tasks):
            assert isinstance(answers, tuple)
            for need, answer in answers:
                if isinstance(answer, Motion):
                    motions[need] = answer
                    store.put(keys[need], motion_bytes(answer))
                else:
                    refused[need] = (answer,)
            done += len(answers)
            progress("motions", done, total)
    asked = dict.fromkeys(needs)
    return Found({n: motions[n] for n in asked if n in motions}, {n: refused[n] for n in asked if n in refused})


def solver_for(
    cell: CellModel,
    robot: str,
    tool: str | None,
    robots: Mapping[str, RobotModel],
    store: MotionStore,
    map_fn: MapFunction,
    seed: int,
) -> Solver:
    """What answers needs of the robot with that tool, with hubs as everywhere."""
    setting = _setting(cell, robot, tool, robots, seed)
    return _WORKERS.solver(setting, _hub_table(setting, store, map_fn))


def bench_for(cell: CellModel, robot: str, tool: str | None, robots: Mapping[str, RobotModel], seed: int) -> Workbench:
    """The robot with that tool, ready for checking, for whoever needs no hubs."""
    return _WORKERS.bench(_setting(cell, robot, tool, robots, seed))


def not_stored(
    needs: Iterable[MotionNeed], cell: CellModel, robots: Mapping[str, RobotModel], store: MotionStore, seed: int
) -> tuple[MotionNeed, ...]:
    """Those that would have to be looked for; all, where a robot has no model."""
    if not cell.robots.keys() <= robots.keys():
        return tuple(needs)
    digests: dict[tuple[str, str | None], str] = {}
    found: list[MotionNeed] = []
    for need in needs:
        who = (need.robot, need.tool)
        if who not in digests:
            digests[who] = surroundings_digest(cell, need.robot, need.tool, robots, seed)
        if store.get(need_key(digests[who], need)) is None:
            found.append(need)
    return tuple(found)


def solve_needs(task: NeedTask) -> tuple[tuple[MotionNeed, Motion | Diagnostic], ...]:
    """One task of the map: needs that share an access."""
    solver = _WORKERS.solver(task.setting, task.hubs)
    return tuple((need, solver.motion(need)) for need in task.needs)


def find_hub(task: HubTask) -> Array | None:
    """One task of the map: the hub of one equipment."""
    return hub([_WORKERS.bench(setting) for setting in task.settings], task.equipment)


def _equipped(setting: Setting) -> tuple[Setting, ...]:
    """The robot with each tool that it may have, and with none where it may come to be bare."""
    cell, robot = setting.cell, setting.robot
    tools = [tool.name for tool in cell.tools_of(robot)]
    bare = (None,) if not tools or any(robot in changer.serves for changer in cell.changers.values()) else ()
    return tuple(_setting(cell, robot, tool, setting.models, setting.seed) for tool in (*tools, *bare))


def _setting(cell: CellModel, robot: str, tool: str | None, models: Mapping[str, RobotModel], seed: int) -> Setting:
    return Setting(cell, robot, tool, models, surroundings_digest(cell, robot, tool, models, seed), seed)


def _hub_table(setting: Setting, store: MotionStore, map_fn: MapFunction) -> Hubs:
    """One for the robot, whatever it has at its flange: a hub is one configuration."""
    settings = _equipped(setting)
    key = hubs_key(settings[0].digest)
    stored = hubs_of(store.get(key))
    if stored is not None:
        return stored
    arms = [Arm.of(s.cell, s.robot, s.models[s.robot], s.tool) for s in settings]
    serving = {
        name: tuple(s for s, arm in zip(settings, arms, strict=True) if is_served(arm, s.cell, name))
        for name in setting.cell.equipment
    }
    names = [name for name, some in serving.items() if some]
    found = dict(zip(names, map_fn(find_hub, [HubTask(serving[name], name) for name in names]), strict=True))
    reached = {name: np.asarray(q) for name, q in found.items() if q is not None}
    table: dict[str, Array | None] = {**dict.fromkeys(names), **settled(arms[0], reached)}
    store.put(key, hubs_bytes(table))
    return table


def _grouped(needs: Iterable[MotionNeed]) -> list[tuple[MotionNeed, ...]]:
    """Needs with a place in common together, others alone."""
    groups: dict[str, list[MotionNeed]] = {}
    for number, need in enumerate(needs):
        place = next((s for s in (need.start, need.end) if isinstance(s, AtPlace | AtPocket)), None)
        groups.setdefault(stance_name(place) if place else f"free {number}", []).append(need)
    return [tuple(group) for group in groups.values()]


@dataclass(slots=True)
class _Workers:
    """What one process keeps between tasks: shapes and accesses of the last surroundings, by their digest. Only ever a copy of
    what would be made again, so results do not depend on it."""

    _benches: dict[str, Workbench] = field(default_factory=dict)
    _solvers: dict[str, Solver] = field(default_factory=dict)

    def bench(self, setting: Setting) -> Workbench:
        if setting.digest not in self._benches:
            if len(self._benches) >= MOST_BENCHES:
                self._benches.clear()
                self._solvers.clear()
            self._benches[setting.digest] = Workbench(setting.cell, setting.robot, setting.models, setting.tool)
        return self._benches[setting.digest]

    def solver(self, setting: Setting, hubs: Hubs) -> Solver:
        bench = self.bench(setting)
        if setting.digest not in self._solvers:
            self._solvers[setting.digest] = Solver(bench, hubs, setting.seed, lambda tool: self._with(setting, tool))
        return self._solvers[setting.digest]

    def _with(self, setting: Setting, tool: str | None) -> Workbench:
        """The same robot with another tool, or bare."""
        return self.bench(_setting(setting.cell, setting.robot, tool, setting.models, setting.seed))


_WORKERS = _Workers()
