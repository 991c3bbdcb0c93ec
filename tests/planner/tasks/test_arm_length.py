"""No configuration takes the TCP out of the ball, and the stretched arm comes to its edge."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest

from cell.geometry import Pose
from cell.robot import RobotModel
from cellwright.robot_models import load_robot_model
from planner.tasks.arm_length import ball
from tests.planner.proof.gantry import gantry_model

TIP = Pose.from_xyz_rpy((0.02, -0.03, 0.15))


def models() -> list[RobotModel]:
    arm = load_robot_model("ur5e", Path(), Path(gettempdir()) / "cellwright-test-models").expect()
    return [arm, gantry_model()]


@pytest.mark.parametrize("model", models(), ids=lambda m: m.name)
def test_the_tcp_stays_in_the_ball(model: RobotModel) -> None:
    centre, radius = ball(model, TIP)
    low, high = model.position[:, 0], model.position[:, 1]
    q = np.random.default_rng(3).uniform(low, high, (4_000, len(low)))
    tcp = (model.chain.flange_pose(q) @ TIP.matrix)[:, :3, 3]
    far = np.linalg.norm(tcp - centre, axis=1)
    assert far.max() <= radius
    assert far.max() > 0.5 * radius, "a bound that says something"
