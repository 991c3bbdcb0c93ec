"""How a tool stands in its pocket: tip down on the pocket's frame, the flange face up, its x along the pocket's x.

The tip is the side of the flange to which the tool's TCPs lie; the tool stands on the lowest point of its bodies, or of its
TCPs where these are lower.
"""

from __future__ import annotations

import math
from typing import assert_never

from cell import later_numpy as np
from cell.changers import Pocket
from cell.geometry import Array, Body, Box, ConvexHull, Cylinder, Pose, Sphere
from cell.model import CellModel, Tool


def length_of(tool: Tool) -> float:
    """From the flange to the tip, in m."""
    out = np.array([0.0, 0.0, 1.0 if _points_along_z(tool) else -1.0])
    tcps = [float(hand.T_flange_tcp.translation @ out) for hand in tool.hands]
    return max(0.0, *tcps, *(_furthest(body, out) for body in tool.bodies))


def width_of(tool: Tool) -> float:
    """Along the x of the flange, in m, both sides of it counted as the wider one."""
    along = np.array([1.0, 0.0, 0.0])
    return 2.0 * max((_furthest(body, side) for body in tool.bodies for side in (along, -along)), default=0.0)


def T_world_flange(cell: CellModel, pocket: Pocket) -> Pose:
    """Where the flange is when it couples to the tool in the pocket."""
    tool = cell.tools[pocket.tool]
    top = pocket.frame @ Pose.from_xyz_rpy((0.0, 0.0, length_of(tool)))
    return top @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0)) if _points_along_z(tool) else top


def docked_bodies(cell: CellModel, pocket: Pocket) -> tuple[Body, ...]:
    """The tool's bodies in the world, while it stands there."""
    flange = T_world_flange(cell, pocket)
    return tuple(body.moved(flange) for body in cell.tools[pocket.tool].bodies)


def _furthest(body: Body, along: Array) -> float:
    """How far the body reaches in the direction of the unit vector `along` (3,), in m."""
    d = body.pose.rotation.T @ along
    centre = float(body.pose.translation @ along)
    match body.shape:
        case Box(size):
            return centre + float(np.abs(d) @ np.array(size)) / 2.0
        case Cylinder(radius, length):
            return centre + radius * float(np.hypot(d[0], d[1])) + length * abs(float(d[2])) / 2.0
        case Sphere(radius):
            return centre + radius
        case ConvexHull(vertices):
            return centre + float((vertices @ d).max())
    assert_never(body.shape)


def _points_along_z(tool: Tool) -> bool:
    return sum(float(hand.T_flange_tcp.translation[2]) for hand in tool.hands) >= 0.0
