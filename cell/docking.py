"""How a tool stands in its pocket: tip down on the pocket's frame, the flange face up, its x along the pocket's x.

The tip is the side of the flange to which the tool's TCPs lie; the tool stands on the lowest point of its bodies, or of its
TCPs where these are lower.
"""

from __future__ import annotations

import math

import numpy as np

from cell.changers import Pocket
from cell.geometry import Body, Pose, corners
from cell.model import CellModel, Tool

_OVER = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0))


def length_of(tool: Tool) -> float:
    """From the flange to the tip, in m."""
    points = [body.pose.apply(corners(body.shape)) for body in tool.bodies]
    tcps = np.array([hand.T_flange_tcp.translation for hand in tool.hands]).reshape(-1, 3)
    along = np.concatenate([np.zeros((1, 3)), *points, tcps])[:, 2]
    return float(along.max() if _points_along_z(tool) else -along.min())


def width_of(tool: Tool) -> float:
    """Along the x of the flange, in m, both sides of it counted as the wider one."""
    points = [body.pose.apply(corners(body.shape)) for body in tool.bodies]
    return 2.0 * float(np.abs(np.concatenate([np.zeros((1, 3)), *points])[:, 0]).max())


def T_world_flange(cell: CellModel, pocket: Pocket) -> Pose:
    """Where the flange is when it couples to the tool in the pocket."""
    tool = cell.tools[pocket.tool]
    top = pocket.frame @ Pose.from_xyz_rpy((0.0, 0.0, length_of(tool)))
    return top @ _OVER if _points_along_z(tool) else top


def docked_bodies(cell: CellModel, pocket: Pocket) -> tuple[Body, ...]:
    """The tool's bodies in the world, while it stands there."""
    flange = T_world_flange(cell, pocket)
    return tuple(body.moved(flange) for body in cell.tools[pocket.tool].bodies)


def _points_along_z(tool: Tool) -> bool:
    return sum(float(hand.T_flange_tcp.translation[2]) for hand in tool.hands) >= 0.0
