"""How far an arm gets at most: a ball that holds the TCP in every configuration, closed form or not.

About the first axis nothing is lost: the second joint's origin only goes round on it. From there on every stretch of the chain
counts with its whole length, so the bound is reached by the stretched arm and never exceeded (the triangle inequality).
"""

from __future__ import annotations

import numpy as np

from cell.geometry import Array, Pose
from cell.kinematic_chain import JointKind
from cell.robot import RobotModel


def ball(model: RobotModel, T_flange_tcp: Pose) -> tuple[Array, float]:
    """(centre (3,) in the frame of the base, radius in m)."""
    joints, slides = model.chain.joints, _slides(model)
    first = joints[0]
    offset = joints[1].T_parent_joint.translation if len(joints) > 1 else np.zeros(3)
    along = float(offset @ first.axis) if first.kind is JointKind.REVOLUTE else 0.0
    centre: Array = first.T_parent_joint.translation + first.T_parent_joint.rotation @ (along * first.axis)
    stretches = [float(np.linalg.norm(joint.T_parent_joint.translation)) for joint in joints[2:]]
    tip = (model.chain.T_last_flange @ T_flange_tcp).translation
    if len(joints) < 2:
        return centre, float(np.linalg.norm(tip)) + sum(slides)
    return centre, float(np.linalg.norm(offset - along * first.axis)) + sum(stretches) + float(np.linalg.norm(tip)) + sum(slides)


def _slides(model: RobotModel) -> list[float]:
    """By how much (m) each joint lengthens the chain."""
    kinds = (joint.kind for joint in model.chain.joints)
    return [0.0 if k is JointKind.REVOLUTE else float(np.abs(model.position[i]).max()) for i, k in enumerate(kinds)]
