"""Where each robot's joints are, and how that is known.

A controller tells the newest samples of a run that goes on, and a record has its own. Where there are none they are read off the
plan: where the motion under way, or the last one, has it by now; or off the events, for a robot that stands where no plan has it.
What is read off the plan is no measurement, and every panel that shows it says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.geometry import Array
from cell.steps import AtMeasured, Move
from cell.trajectory import Law, Path
from controller.attached.messages import RobotSeen
from controller.plan_index import PlanIndex
from tui.operate.planned import plan_of
from tui.operate.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """`q` in rad or m; `motion` is under way, None at rest. `how`: measured, or where the plan has it. `scaling`: the share of
    its planned speed at which it says that it goes, None where nobody says so."""

    q: Array
    how: Literal["measured", "planned"]
    motion: str | None = None
    scaling: float | None = None


@dataclass(slots=True)
class _Kept:
    """What was found last: three panels of a frame ask for the same."""

    scene: Scene | None = None
    seen: Mapping[str, RobotSeen] | None = None
    found: Mapping[str, Where] = field(default_factory=dict)


_KEPT = _Kept()


def positions(scene: Scene, seen: Mapping[str, RobotSeen] = MappingProxyType({})) -> Mapping[str, Where]:
    """Of the robots that have been seen, or that have moved in the plan in hand."""
    if _KEPT.scene is not scene or _KEPT.seen is not seen:
        _KEPT.scene, _KEPT.seen, _KEPT.found = scene, seen, _found(scene, seen)
    return _KEPT.found


def _found(scene: Scene, seen: Mapping[str, RobotSeen]) -> Mapping[str, Where]:
    found = {**dict(_planned(scene)), **dict(_stopped(scene))}
    for robot, sample in seen.items():
        scaling = None if math.isnan(sample.speed_scaling) else sample.speed_scaling
        found[robot] = Where(np.array(sample.q), "measured", sample.motion or None, scaling)
    return found


def _stopped(scene: Scene) -> Iterator[tuple[str, Where]]:
    """Those that stand where no plan has them, for they were stopped on their way or jogged: that is told with the events."""
    for robot, believed in scene.run.belief.robots.items():
        if isinstance(believed.stance, AtMeasured):
            yield robot, Where(np.array(believed.stance.q), "measured")


def _planned(scene: Scene) -> Iterator[tuple[str, Where]]:
    plan = plan_of(scene)
    for robot, (name, began, is_over) in ({} if plan is None else _last_moves(scene, plan)).items():
        assert plan is not None
        motion = plan.plan.motions.get(name)
        if motion is None:
            continue
        path, law = _curve(plan, name)
        elapsed = motion.duration if is_over else min(motion.duration, (scene.now - began) / 1e9)
        yield robot, Where(path.at(law.at(elapsed).s).q[0], "planned", None if is_over else name)


def _last_moves(scene: Scene, plan: PlanIndex) -> Mapping[str, tuple[str, int, bool]]:
    """For each robot the motion that it began last, when, and whether it is over."""
    found: dict[str, tuple[str, int, bool]] = {}
    for step_id, seen in scene.steps.items():
        step = plan.steps.get(step_id)
        if step is None or step.motion is None or not isinstance(step.action, Move) or seen.how in ("failed", "unknown"):
            continue
        robot = step.action.need.robot
        if robot not in found or found[robot][1] <= seen.began:
            found[robot] = (step.motion, seen.began, seen.ended is not None)
    return found


@lru_cache(maxsize=16)  # a motion a robot; more would keep plans that are over
def _curve(plan: PlanIndex, name: str) -> tuple[Path, Law]:
    motion = plan.plan.motions[name]
    return Path.of(motion.segments), Law.of(motion.phases)
