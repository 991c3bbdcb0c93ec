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
from cell.steps import AtPlace, MotionNeed, stance_name
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
    setting: Setting
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


def solve_needs(task: NeedTask) -> tuple[tuple[MotionNeed, Motion | Diagnostic], ...]:
    """One task of the map: needs that share an access."""
    solver = _WORKERS.solver(task.setting, task.hubs)
    return tuple((need, solver.motion(need)) for need in task.needs)


def find_hub(task: HubTask) -> Array | None:
    """One task of the map: the hub of one equipment."""
    return hub(_WORKERS.bench(task.setting), task.equipment)


def _setting(cell: CellModel, robot: str, tool: str | None, models: Mapping[str, RobotModel], seed: int) -> Setting:
    return Setting(cell, robot, tool, models, surroundings_digest(cell, robot, tool, models, seed), seed)


def _hub_table(setting: Setting, store: MotionStore, map_fn: MapFunction) -> Hubs:
    stored = hubs_of(store.get(hubs_key(setting.digest)))
    if stored is not None:
        return stored
    arm = Arm.of(setting.cell, setting.robot, setting.models[setting.robot], setting.tool)
    names = [name for name in setting.cell.equipment if is_served(arm, setting.cell, name)]
    found = dict(zip(names, map_fn(find_hub, [HubTask(setting, name) for name in names]), strict=True))
    reached = {name: np.asarray(q) for name, q in found.items() if q is not None}
    table: dict[str, Array | None] = {**dict.fromkeys(names), **settled(arm, reached)}
    store.put(hubs_key(setting.digest), hubs_bytes(table))
    return table


def _grouped(needs: Iterable[MotionNeed]) -> list[tuple[MotionNeed, ...]]:
    """Needs with a place in common together, others alone."""
    groups: dict[str, list[MotionNeed]] = {}
    for number, need in enumerate(needs):
        place = next((s for s in (need.start, need.end) if isinstance(s, AtPlace)), None)
        groups.setdefault(stance_name(place) if place else f"free {number}", []).append(need)
    return [tuple(group) for group in groups.values()]


@dataclass(slots=True)
class _Workers:
    """What one process keeps between tasks: shapes and accesses of the last surroundings. Only ever a copy of what would be
    made again, so results do not depend on it."""

    _digest: str = ""
    _bench: Workbench | None = field(default=None)
    _solver: Solver | None = field(default=None)

    def bench(self, setting: Setting) -> Workbench:
        name = f"{setting.digest} {setting.robot}"
        if self._bench is None or self._digest != name:
            self._digest, self._solver = name, None
            self._bench = Workbench(setting.cell, setting.robot, setting.models, setting.tool)
        return self._bench

    def solver(self, setting: Setting, hubs: Hubs) -> Solver:
        bench = self.bench(setting)
        if self._solver is None:
            self._solver = Solver(bench, hubs, setting.seed)
        return self._solver


_WORKERS = _Workers()
