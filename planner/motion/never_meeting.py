"""Pairs of links that cannot come near in any configuration: proved once for a model, so no motion has to look at them.

Links a and a+2 are joined by two revolute joints. Seen from link a+1, whatever link a can reach lies in its hull turned about
the first axis, whatever link a+2 can reach in its hull turned about the second, and neither depends on joint positions. If
these two solids of revolution are apart, the links are, always. Wrists and shoulders are built that way: a few millimetres
apart for ever, where a check that allows for motion would have to halve endlessly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cell.geometry import Array, ConvexHull, Pose
from cell.kinematic_chain import JointKind
from cell.robot import RobotModel

_RING = 128  # corners of the polygon around each circle; it encloses it with 0.03 % to spare


def never_meeting(coal: Any, model: RobotModel, clearance: float) -> frozenset[tuple[int, int, int, int]]:
    """(a, i, b, k): hull i of link a and hull k of link b = a + 2 keep more than `clearance` m in every configuration."""
    found = set()
    for a, b in model.self_collision_pairs:
        joints = model.chain.joints[a], model.chain.joints[a + 1]
        if b != a + 2 or any(joint.kind is not JointKind.REVOLUTE for joint in joints):
            continue
        near = [_turned(hull, joints[0].T_parent_joint.inverse(), joints[0].axis, Pose.identity()) for hull in model.hulls[a]]
        far = [_turned(hull, Pose.identity(), joints[1].axis, joints[1].T_parent_joint) for hull in model.hulls[b]]
        solids = [[_convex(coal, points) for points in solid] for solid in (near, far)]
        for i, first in enumerate(solids[0]):
            for k, second in enumerate(solids[1]):
                if _distance(coal, first, second) > clearance:
                    found.add((a, i, b, k))
    return frozenset(found)


def _turned(hull: ConvexHull, T_axis_hull: Pose, axis: Array, T_out_axis: Pose) -> Array:
    """Points whose convex hull holds the hull in every turn about `axis`, an axis through the origin of its frame."""
    points = T_axis_hull.apply(hull.vertices)
    along = points @ axis
    radius = np.linalg.norm(points - along[:, None] * axis, axis=1) / np.cos(np.pi / _RING)
    side = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    side /= np.linalg.norm(side)
    angle = np.arange(_RING) * (2.0 * np.pi / _RING)
    ring = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
    swept: Array = T_out_axis.apply((along[:, None, None] * axis + radius[:, None, None] * ring).reshape(-1, 3))
    return swept


def _convex(coal: Any, points: Array) -> Any:
    vertices = coal.StdVec_Vec3s()
    for point in points:
        vertices.append(np.array(point))
    return coal.Convex.convexHull(vertices, True, None)


def _distance(coal: Any, first: Any, second: Any) -> float:
    at = coal.Transform3s(np.eye(3), np.zeros(3))
    return float(coal.distance(first, at, second, at, coal.DistanceRequest(), coal.DistanceResult()))
