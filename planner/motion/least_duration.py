"""How long a motion takes at least, from its two ends alone: no path between them is quicker.

Each joint goes from rest to rest, so bang-bang at its limits is the least for it (jerk only makes it longer), and the slowest
joint counts; the TCP goes at least the straight line at no more than the speed allowed. Ends are known from motions that were
found: a stance is one configuration in all of them. Where an end is not known, nothing is. How long the motion that was found
takes does not enter: with another load, or by way of another stance, it might go quicker.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.robot import RobotModel
from cell.steps import MotionNeed, Stance

Found = Mapping[MotionNeed, Motion]
_End = tuple[str, str | None, Stance]


def least_duration(cell: CellModel, models: Mapping[str, RobotModel], found: Found) -> Callable[[MotionNeed], float]:
    """By need, s; 0 where nothing is known of an end. It keeps the triangle inequality over stances."""
    ends = _ends(found)

    def seconds(need: MotionNeed) -> float:
        start, end = ends.get((need.robot, need.tool, need.start)), ends.get((need.robot, need.tool, need.end))
        if start is None or end is None or need.robot not in models:
            return 0.0
        return max(_of_joints(models[need.robot], start, end), _of_tcp(cell, models[need.robot], need, start, end))

    return seconds


def _ends(found: Found) -> dict[_End, Array]:
    ends: dict[_End, Array] = {}
    for need, motion in found.items():
        if motion.segments:
            ends[need.robot, need.tool, need.start] = motion.segments[0].control[0]
            ends[need.robot, need.tool, need.end] = motion.segments[-1].control[-1]
    return ends


def _of_joints(model: RobotModel, start: Array, end: Array) -> float:
    """Time-optimal from rest to rest of a double integrator with bounded speed.
    Source: Bryson and Ho, Applied Optimal Control (1975), 3.9."""
    distance = np.abs(end - start)
    peak = np.minimum(model.velocity, np.sqrt(distance * model.acceleration))
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.where(distance > 0.0, distance / peak + peak / model.acceleration, 0.0)
    return float(times.max(initial=0.0))


def _of_tcp(cell: CellModel, model: RobotModel, need: MotionNeed, start: Array, end: Array) -> float:
    tool = cell.tools.get(need.tool) if need.tool is not None else None
    speed = min((v for v in (need.speed_limit, cell.robots[need.robot].max_speed) if v is not None), default=math.inf)
    if tool is None or speed == math.inf:
        return 0.0
    flange = model.chain.flange_pose(np.stack([start, end]))
    tcps = [flange @ hand.T_flange_tcp.matrix for hand in tool.hands]
    return max((float(np.linalg.norm(T[1, :3, 3] - T[0, :3, 3])) for T in tcps), default=0.0) / speed
