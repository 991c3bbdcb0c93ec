"""Into the pockets of a changer and out of them: with the tool and bare on the very same way, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cell.docking import T_world_flange, docked_bodies
from cell.geometry import Pose
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.scene import scene_for
from cell.steps import AtHub, AtPocket, Docking, MotionNeed
from cell.trajectory import Path
from planner.motion.arm import Arm
from planner.motion.configurations import shut_zones
from planner.motion.plan_motions import Found, plan_motions
from planner.motion.store import MemoryStore
from tests.planner.motion.workcell import models, robot, small_cell

RACK = """
tool longer {
  in rack
  tcp (0 mm, 0 mm, 180 mm)
  mass 1.1 kg
  shape cylinder radius 35 mm length 180 mm
  grips block
}
changer rack {
  at (-300 mm, 400 mm, 0 mm)
  shape box (400 mm, 120 mm, 80 mm)
  stores [gripper, longer]
  serves arm
}
"""
GRIPPER, LONGER = "rack.gripper", "rack.longer"


@pytest.fixture(scope="module")
def cell() -> CellModel:
    return small_cell(RACK)


def dock(cell: CellModel, pocket: str, tool: str | None, end: str) -> MotionNeed:
    pair = "flange and tool" if tool is None else "tool and pocket"
    stances = (AtHub("rack"), AtPocket(pocket)) if end == "end" else (AtPocket(pocket), AtHub("rack"))
    touch = Docking(pair, pocket, end)  # type: ignore[arg-type]
    return MotionNeed("arm", *stances, (), touch, None, shut_zones(cell, pocket), tool)


def found(cell: CellModel, *needs: MotionNeed) -> Found:
    return plan_motions(needs, cell, models(cell), MemoryStore(), map, lambda *_: None, 0)


@pytest.fixture(scope="module")
def change(cell: CellModel) -> list[Motion]:
    needs = (
        dock(cell, GRIPPER, "gripper", "end"),
        dock(cell, GRIPPER, None, "start"),
        dock(cell, LONGER, None, "end"),
        dock(cell, LONGER, "longer", "start"),
    )
    known = found(cell, *needs)
    assert not known.refused
    return [known.motions[need] for need in needs]


@pytest.mark.slow
def test_the_motion_with_the_tool_ends_where_the_bare_flange_leaves(change: list[Motion]) -> None:
    for one, other in pairwise(change):
        np.testing.assert_array_equal(one.segments[-1].control[-1], other.segments[0].control[0])


@pytest.mark.slow
def test_in_the_pocket_the_flange_is_where_it_couples(cell: CellModel, change: list[Motion]) -> None:
    arm = Arm.of(cell, "arm", robot("ur5e"), None)
    for motion, pocket in ((change[0], GRIPPER), (change[2], LONGER)):
        T_world_tcp = arm.T_world_tcp(motion.segments[-1].control[-1], Pose.identity())
        np.testing.assert_allclose(T_world_tcp, T_world_flange(cell, cell.pockets[pocket]).matrix, atol=1e-9)


@pytest.mark.slow
def test_contact_is_straight_slow_and_short(cell: CellModel, change: list[Motion]) -> None:
    arm = Arm.of(cell, "arm", robot("ur5e"), None)
    for motion in change:
        (contact,) = motion.contacts
        q = Path.of(motion.segments).at(np.linspace(contact.first, contact.last, 33)).q
        at = arm.T_world_tcp(q, Pose.identity())[:, :3, 3]
        assert np.ptp(at[:, :2], axis=0).max() < 1e-4
        assert 0.02 < np.ptp(at[:, 2]) < 0.04
        assert contact.speed == 0.25


def test_a_stored_tool_stands_on_its_tip_with_the_flange_face_up(cell: CellModel) -> None:
    for name in (GRIPPER, LONGER):
        pocket = cell.pockets[name]
        (body,) = docked_bodies(cell, pocket)
        flange = T_world_flange(cell, pocket)
        np.testing.assert_allclose(flange.rotation[:, 2], (0.0, 0.0, -1.0), atol=1e-12)
        np.testing.assert_allclose(pocket.frame.translation[2], 0.08)
        tcp = cell.tools[pocket.tool].hands[0].T_flange_tcp
        np.testing.assert_allclose((flange @ tcp).translation, pocket.frame.translation, atol=1e-12)
        assert body.pose.translation[2] > 0.08


def test_pockets_stand_apart_and_a_written_one_where_it_says(cell: CellModel) -> None:
    x = [pocket.frame.translation[0] for pocket in cell.pockets.values()]
    assert x[1] - x[0] == pytest.approx(0.04 + 0.035 + 0.1)
    moved = small_cell(RACK.replace("  serves arm\n", "  serves arm\n  pocket longer at (100 mm, 50 mm, 90 mm)\n"))
    np.testing.assert_allclose(moved.pockets[LONGER].frame.translation, (-0.2, 0.45, 0.09), atol=1e-12)
    assert moved.pockets[GRIPPER] == cell.pockets[GRIPPER]


def test_every_tool_stands_in_the_scene_but_for_the_motion_that_brings_it(cell: CellModel) -> None:
    def tools(touch: Docking | None) -> set[str]:
        return {body.owner for body in scene_for(cell, touch) if body.what == "tool"}

    assert tools(None) == {GRIPPER, LONGER}
    assert tools(Docking("tool and pocket", GRIPPER, "end")) == {LONGER}
    assert tools(Docking("flange and tool", GRIPPER, "end")) == {GRIPPER, LONGER}


@pytest.mark.slow
def test_a_tool_that_stands_too_near_is_in_the_way(cell: CellModel) -> None:
    """Its body leans over into the pocket beside it."""
    leaning = replace(cell.tools["longer"].bodies[0], pose=Pose.from_xyz_rpy((-0.16, 0.0, 0.02)))
    crowded = replace(cell, tools={**cell.tools, "longer": replace(cell.tools["longer"], bodies=(leaning,))})
    refused = found(crowded, dock(crowded, GRIPPER, None, "end")).refused
    assert [d.code for why in refused.values() for d in why] in (["E321"], ["E322"], ["E323"])


@pytest.mark.slow
def test_a_changer_out_of_reach_says_by_how_much() -> None:
    far = small_cell(RACK.replace("at (-300 mm, 400 mm, 0 mm)", "at (-1300 mm, 400 mm, 0 mm)"))
    ((why,),) = found(far, dock(far, GRIPPER, "gripper", "end")).refused.values()
    assert why.code == "E320"
    assert "rack is out of reach" in why.message
    assert "mm closer" in why.help
