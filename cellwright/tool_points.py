"""Where the tool centre point is, for whoever compares runs: from the cell files that the run's plan was made from, as they are
now."""

from __future__ import annotations

from collections.abc import Callable

from cell.geometry import Array, Pose
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.robot import RobotModel
from cellwright.reading import Reading
from cellwright.session import load_robots, sources_now
from cellwright.workshop import Workshop

ToolPoint = Callable[[Array], Array]


def tool_points(plan: MotionPlan, workshop: Workshop) -> Callable[[Motion], ToolPoint | None] | None:
    """None where the cell file is not there any more, or is not what the plan was made from."""
    try:
        reading: Reading | None = sources_now(plan)
    except OSError:
        return None
    if reading is None or reading.cell is None or reading.cell.revision != plan.cell_revision:
        return None
    robots = load_robots(reading.cell, workshop, reading.folder).value
    if robots is None:
        return None
    cell = reading.cell
    return lambda motion: _tool_point(motion, cell, robots[motion.need.robot])


def _tool_point(motion: Motion, cell: CellModel, robot: RobotModel) -> ToolPoint:
    """Of the first hand; the flange where there is no tool, or one without hands."""
    tool = cell.tools.get(motion.need.tool or "")
    T_flange_tcp = tool.hands[0].T_flange_tcp if tool is not None and tool.hands else Pose.identity()

    def point(q: Array) -> Array:
        poses = robot.chain.flange_pose(q)
        placed: Array = poses[:, :3, :3] @ T_flange_tcp.translation + poses[:, :3, 3]
        return placed

    return point
