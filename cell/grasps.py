"""How a hand holds a part: the finite set of grasps of a part's shape, and the symmetries that leave it unchanged.

The TCP's z points out of the hand. Every grasp here comes from above: TCP at the centre of the part's upper face, z down.
Grasp number g turns the hand by g quarter turns about the vertical. A symmetry is a turn of the part about its own vertical
axis that cannot be told from no turn, so a place may be served with any of them.
"""

from __future__ import annotations

import math
from functools import cache

from cell import later_numpy as np
from cell.geometry import Box, ConvexHull, Cylinder, Pose, Shape, Sphere, frozen, height


def grasps(shape: Shape) -> tuple[int, ...]:
    """The numbers of the distinct grasps from above: one where the shape is round, else one a quarter turn."""
    return (0,) if isinstance(shape, Cylinder | Sphere) else (0, 1, 2, 3)


def T_part_tcp(shape: Shape, grasp: int) -> Pose:
    """The TCP in the part's frame (centre of the lower face, z up) for one grasp."""
    top = Pose.from_xyz_rpy((0.0, 0.0, height(shape)), (0.0, 0.0, grasp * math.pi / 2))
    return top @ _down()


@cache
def _down() -> Pose:
    return Pose(frozen(np.diag([1.0, -1.0, -1.0])), frozen(np.zeros(3)))


def symmetries(shape: Shape, turns: int = 16) -> tuple[float, ...]:
    """Angles in rad, 0 first, by which the part may be turned about its vertical axis without a difference. A round shape
    has all; `turns` of them are given."""
    match shape:
        case Cylinder() | Sphere():
            return tuple(k * math.tau / turns for k in range(turns))
        case Box(size):
            order = 4 if size[0] == size[1] else 2
            return tuple(k * math.tau / order for k in range(order))
        case ConvexHull():
            return (0.0,)
