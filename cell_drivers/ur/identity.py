"""Whether the robot on the other end is the one that the cell file means. Everything is asked before anything may move.

The pose that the controller reports of its TCP has to be where our kinematics and its own TCP offset put it at the
joint positions that it reports: another model, joints in another order and degrees for radians all fail that. A calibrated
arm differs from the published kinematics by a few millimetres, hence the tolerance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from cell.geometry import Array
from cell.robot import RobotModel
from cell_drivers.ur.dashboard import Request
from cell_drivers.ur.rtde import ControlVersion
from cell_drivers.ur.sample import Sample

JOINTS = ("shoulder_pan_joint", "shoulder_lift_joint", "elbow_joint", "wrist_1_joint", "wrist_2_joint", "wrist_3_joint")
"""The order of the wire."""
SERIES = {3: "CB3", 5: "e-Series"}
"""By the major version of its software. The dashboard went away after these."""
PERIODS = {3: 0.008, 5: 0.002}
"""s, of the controller's own loop."""
OLDEST = {3: (3, 15), 5: (5, 9)}
"""Whose RTDE has every field that is asked for."""
POSE_TOLERANCE = 0.02
"""m."""
TURN_TOLERANCE = 0.05
"""rad."""
OVER = 0.01
"""rad that a joint at rest may be beyond its range, and still be that joint."""

ASKED = (Request.MODEL, Request.SERIAL, Request.VERSION, Request.REMOTE, Request.SAFETY)


def findings(model: RobotModel, control: ControlVersion, told: Mapping[Request, str | None], sample: Sample) -> Iterator[str]:
    """A sentence for each thing that is not as the cell has it; `told` are the dashboard's answers, None for a refusal."""
    if model.chain.joint_names != JOINTS:
        yield f"the joints of {model.name} are not those of a UR in its order: {', '.join(model.chain.joint_names)}"
        return
    if control.major not in SERIES:
        yield f"software {control.major}.{control.minor} is neither CB3 nor e-Series"
    elif (control.major, control.minor) < OLDEST[control.major]:
        yield f"software {control.major}.{control.minor} is older than {OLDEST[control.major][0]}.{OLDEST[control.major][1]}"
    version = told.get(Request.VERSION)
    if version is not None and not version.startswith(f"{control.major}.{control.minor}."):
        yield f"the dashboard tells software {version}, RTDE {control.major}.{control.minor}.{control.bugfix}"
    yield from _model(model, control, told.get(Request.MODEL))
    yield from _stands_where_it_says(model, sample)


def _model(model: RobotModel, control: ControlVersion, told: str | None) -> Iterator[str]:
    if told is None:
        yield "the dashboard does not tell the robot's model"
        return
    wanted = re.fullmatch(r"(ur\d+)(e?)", model.name)
    if wanted is None:
        return  # a model of the cell's own: the kinematics decide
    is_e_series = control.major >= 5
    if told.lower().removesuffix("e") != wanted[1] or bool(wanted[2]) is not is_e_series:
        yield f"the cell has a {model.name}, there is a {told} of the {SERIES.get(control.major, 'unknown series')}"


def _stands_where_it_says(model: RobotModel, sample: Sample) -> Iterator[str]:
    low, high = model.position[:, 0] - OVER, model.position[:, 1] + OVER
    outside = np.flatnonzero((sample.q < low) | (sample.q > high))
    if len(outside):
        joint = int(outside[0])
        yield f"{JOINTS[joint]} is told to be at {sample.q[joint]:.6g} rad, beyond its range: are these degrees?"
        return
    ours = np.asarray(model.chain.flange_pose(sample.q)) @ matrix(sample.offset)
    theirs = matrix(sample.tcp)
    apart = float(np.linalg.norm(ours[:3, 3] - theirs[:3, 3]))
    turned = float(np.arccos(np.clip((np.trace(ours[:3, :3].T @ theirs[:3, :3]) - 1.0) / 2.0, -1.0, 1.0)))
    if not (apart <= POSE_TOLERANCE and turned <= TURN_TOLERANCE):  # what is no number is no agreement
        yield f"the TCP is told {1000 * apart:.0f} mm and {turned:.2f} rad from where these joints of a {model.name} have it"


def matrix(pose: Array) -> Array:
    """(4, 4) of a pose (6,) as the controller writes it: m, and a rotation vector in rad."""
    T, angle = np.eye(4), float(np.linalg.norm(pose[3:]))
    T[:3, 3] = pose[:3]
    if angle > 0.0:  # Rodrigues' formula
        x, y, z = pose[3:] / angle
        K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        T[:3, :3] += np.sin(angle) * K + (1.0 - np.cos(angle)) * (K @ K)
    return T
