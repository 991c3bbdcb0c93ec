"""How long a motion between a known configuration and a place takes at least where no motion to that place was found yet.

In the place the robot is in one of the branches of its inverse kinematics, or a whole turn of a joint further: so the nearest of
all of them is a bound, by the joints' limits alone. Only for arms whose branches are all known. It asks inverse kinematics once
for each hand, grasp and place, which takes about a millisecond; least_duration.py, which it sharpens, takes next to none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from cell.robot import RobotModel
from cell.steps import AtPlace, MotionNeed, Stance
from planner.motion.arm import stacked
from planner.motion.ik_branch import has_turn_within
from planner.motion.least_duration import Found, at_the_ends, least_of_joints
from planner.motion.workbench import Workbench


class Branches:
    """Of each robot with each tool at each place, looked for once; they do not depend on what was found."""

    def __init__(self, cell: CellModel, models: Mapping[str, RobotModel]) -> None:
        self._cell, self._models = cell, models
        self._benches: dict[tuple[str, str | None], Workbench] = {}
        self._known: dict[tuple[str, str | None, Stance], Array] = {}

    def at(self, robot: str, tool: str | None, stance: Stance) -> Array:
        """Configurations (K, n) but for whole turns of a joint; K is 0 where there is none or not all of them are known."""
        key = (robot, tool, stance)
        if key not in self._known:
            none = np.zeros((0, self._models[robot].degrees_of_freedom))
            self._known[key] = self._found(robot, tool, stance) if isinstance(stance, AtPlace) else none
        return self._known[key]

    def _found(self, robot: str, tool: str | None, stance: AtPlace) -> Array:
        if (robot, tool) not in self._benches:
            self._benches[robot, tool] = Workbench(self._cell, robot, self._models, tool)
        bench, model = self._benches[robot, tool], self._models[robot]
        if not bench.kinematics.knows_all_branches():
            return np.zeros((0, model.degrees_of_freedom))
        T_base_flange = bench.arm.base_flange(stacked(bench.contact_poses(stance)), bench.arm.T_flange_tcp(stance.hand))
        q, _ = bench.kinematics.branches_at(T_base_flange)
        return q[has_turn_within(model, q)]


def least_to_branch(
    branches: Branches, models: Mapping[str, RobotModel], found: Found, least: Callable[[MotionNeed], float]
) -> Callable[[MotionNeed], float]:
    """By need, s: `least`, or more where one end is a place to which no motion is among those `found`."""
    ends = at_the_ends(found)

    def seconds(need: MotionNeed) -> float:
        start, end = (ends.get((need.robot, need.tool, stance)) for stance in (need.start, need.end))
        here, there = (end, need.start) if start is None else (start, need.end)
        if here is None or (start is not None and end is not None):
            return least(need)
        model, q = models[need.robot], branches.at(need.robot, need.tool, there)
        turned = np.abs((q - here + math.pi) % (2.0 * math.pi) - math.pi)
        return max(least(need), min((least_of_joints(model, d) for d in turned), default=0.0))

    return seconds
