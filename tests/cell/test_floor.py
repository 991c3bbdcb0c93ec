"""The floor lies under all of the cell, wherever it stands, or is said not to be there."""

from __future__ import annotations

from dataclasses import replace

from cell.geometry import Box, Pose
from cell.model import CellModel
from cell.scene import floor, has_floor
from tests.planner.proof.gantry import cell


def moved(by: tuple[float, float, float]) -> CellModel:
    """The gantry's cell with its lathe and its robot elsewhere."""
    there, written = Pose.from_xyz_rpy(by), cell()
    lathe = written.equipment["lathe"]
    bodies = tuple(body.moved(there) for body in lathe.bodies)
    robots = {name: replace(r, base=there @ r.base) for name, r in written.robots.items()}
    return replace(written, robots=robots, equipment={**written.equipment, "lathe": replace(lathe, bodies=bodies)})


def test_floor_reaches_beyond_what_stands_far_from_the_origin() -> None:
    (slab,) = floor(moved((15.0, -40.0, 0.0)))
    assert isinstance(slab.body.shape, Box)
    half = [0.5 * x for x in slab.body.shape.size]
    x, y, z = slab.body.pose.translation
    assert z + half[2] == 0.0
    assert x + half[0] >= 15.7 + 3.0
    assert x - half[0] <= -0.6 - 3.0
    assert y - half[1] <= -40.0 - 3.0


def test_base_below_zero_means_no_floor() -> None:
    assert has_floor(cell())
    assert not has_floor(moved((0.0, 0.0, -0.1)))
    assert floor(moved((0.0, 0.0, -0.1))) == ()
