"""Robots that several tests of the motion stage share."""

import pytest

from cell.model import CellModel
from cell.motion_plan import Motion
from cell.steps import MotionNeed
from planner.motion.arm import Arm
from planner.motion.plan_motions import plan_motions
from planner.motion.store import MemoryStore
from tests.planner.motion.two_robots import HANDS, contact, pair_cell, travels
from tests.planner.motion.workcell import models, robot, small_cell


@pytest.fixture(scope="session")
def cell() -> CellModel:
    return small_cell()


@pytest.fixture(scope="session")
def arm_5(cell: CellModel) -> Arm:
    """A UR5e with a gripper."""
    return Arm.of(cell, "arm", robot("ur5e"), "gripper")


@pytest.fixture(scope="session")
def two_robots() -> CellModel:
    return pair_cell()


@pytest.fixture(scope="session")
def two_robots_motions(two_robots: CellModel) -> dict[MotionNeed, Motion]:
    """Of each robot: between home, its tray and the nest, and into the nest with a part."""
    needs = [
        n for name in HANDS for n in (*travels(two_robots, name), contact(two_robots, name, "nest", "part and place", "end"))
    ]
    found = plan_motions(needs, two_robots, models(two_robots), MemoryStore(), map, lambda *_: None, 0)
    assert not found.refused
    return dict(found.motions)
