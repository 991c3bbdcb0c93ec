from pathlib import Path

import pytest

from cell.robot import RobotModel
from cellwright.robot_models import load_robot_model
from tests.doubles.ur.wired import Wired, cb3


@pytest.fixture(scope="module")
def model() -> RobotModel:
    return load_robot_model("ur5e", Path(), None).expect()


@pytest.fixture
def wired(model: RobotModel) -> Wired:
    """Connected, powered, brakes released."""
    ready = Wired(*cb3(model))
    ready.bring_up()
    return ready
