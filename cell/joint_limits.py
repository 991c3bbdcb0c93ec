"""A robot model's limits in the form in which a driver declares them."""

from __future__ import annotations

from cell.device import JointLimits
from cell.robot import RobotModel


def joint_limits(model: RobotModel) -> tuple[JointLimits, ...]:
    """In the model's order of joints, which is the order that a trajectory's columns have."""
    rows = zip(model.chain.joint_names, model.position, model.velocity, model.acceleration, model.jerk, strict=True)
    return tuple(JointLimits(n, float(p[0]), float(p[1]), float(v), float(a), float(j)) for n, p, v, a, j in rows)
