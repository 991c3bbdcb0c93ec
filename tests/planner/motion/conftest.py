"""Robots that several tests of the motion stage share."""

import pytest

from cell.model import CellModel
from planner.motion.arm import Arm
from tests.planner.motion.workcell import robot, small_cell


@pytest.fixture(scope="session")
def cell() -> CellModel:
    return small_cell()


@pytest.fixture(scope="session")
def arm_5(cell: CellModel) -> Arm:
    """A UR5e with a gripper."""
    return Arm.of(cell, "arm", robot("ur5e"))
