"""Where a robot is out of everybody's way: its home, the configuration in which it parks, and the bodies that stand there.

One rule for all who ask: the home that the cell declares; else the ready configuration known for the model; else the middle of
the position limits. Every motion is checked against every other robot at its home, so a robot that has gone home is in
nobody's way; where else it may be meanwhile is for pairs of motions to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from cell import later_numpy as np
from cell.geometry import Body, Pose
from cell.model import CellModel, RobotUnit
from cell.robot import RobotModel
from cell.scene import SceneBody

_READY = {
    "ur3e": (0.0, -math.pi / 2, math.pi / 2, -math.pi / 2, -math.pi / 2, 0.0),
    "ur5e": (0.0, -math.pi / 2, math.pi / 2, -math.pi / 2, -math.pi / 2, 0.0),
    "ur10e": (0.0, -math.pi / 2, math.pi / 2, -math.pi / 2, -math.pi / 2, 0.0),
    "panda": (0.0, -math.pi / 4, 0.0, -3 * math.pi / 4, 0.0, math.pi / 2, math.pi / 4),
    "lbr_iiwa14": (0.0, math.pi / 6, 0.0, -math.pi / 2, 0.0, math.pi / 3, 0.0),
    "irb140": (0.0, 0.0, 0.0, 0.0, math.pi / 2, 0.0),
    "kuka_kr120": (0.0, -math.pi / 2, math.pi / 2, 0.0, math.pi / 2, 0.0),
}


def home_of(unit: RobotUnit, model: RobotModel) -> tuple[float, ...]:
    """Joint positions in rad or m. Raises ValueError where the declared one has another number of joints than the arm."""
    declared = unit.home or _READY.get(model.name)
    if declared is None:
        return tuple(float(x) for x in np.clip(model.position, -math.pi, math.pi).mean(axis=1))
    if len(declared) != model.degrees_of_freedom:
        raise ValueError(f"{unit.name}: home has {len(declared)} joints, the arm {model.degrees_of_freedom}")
    return declared


def standing_robot(cell: CellModel, robot: str, model: RobotModel) -> tuple[SceneBody, ...]:
    """A robot at its home with empty hands, base link included, and at its flange every tool that may be there: whichever it
    is, what is clear of all of them is clear of it. Raises ValueError where `home_of` does."""
    unit = cell.robots[robot]
    T_world_links = [unit.base @ Pose.from_matrix(pose) for pose in model.chain.link_poses(home_of(unit, model))]
    T_world_flange = T_world_links[-1] @ model.T_last_flange
    links = [
        (f"link {k}.{i}", Body(f"link {k}.{i}", hull, T_world_links[k]))
        for k, hulls in enumerate(model.hulls)
        for i, hull in enumerate(hulls)
    ]
    tools = [(f"{tool.name}/{body.name}", body.moved(T_world_flange)) for tool in cell.tools_of(robot) for body in tool.bodies]
    return tuple(SceneBody(f"{robot}/{name}", robot, "robot", body) for name, body in (*links, *tools))


def other_robots(cell: CellModel, robot: str, models: Mapping[str, RobotModel]) -> tuple[SceneBody, ...]:
    """Every robot of the cell but `robot`, standing at home. Raises ValueError where `home_of` does."""
    return tuple(body for name in cell.robots if name != robot for body in standing_robot(cell, name, models[name]))
