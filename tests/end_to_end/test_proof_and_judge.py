"""The proof and the judge share no code; where a body is planted in the way of a motion, both have to refuse it.

The plan is right for the cell it was made for. Then a small ball is put where a robot has been, as part of each thing that stands
there, and the same plan is asked to be released again, the same recording to be judged again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.geometry import Body, Pose, Sphere
from cell.model import CellModel
from cellwright.session import release_plan
from tests.end_to_end.line import Planned, Rehearsed, rehearsed
from tests.judge.arm import arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.from_world import recording_of
from tests.judge.judge import judge


@pytest.fixture(scope="module")
def moved(first_move: Planned) -> Rehearsed:
    return rehearsed(first_move)


def with_ball(moved: Rehearsed, motion: int, share: float, owner: str) -> CellModel:
    """The cell with a ball of 10 mm, 30 mm above the TCP where the robot was at `share` of the time of its `motion`-th motion:
    inside the gripper."""
    cell = moved.planned.request.cell
    arm = arm_of(cell.robots["arm"], Path(cell.file).parent)
    samples = moved.world.motions[motion].q
    (frame,) = tcp_frames(arm, cell).values()
    tcp = (arm.sweep(samples[round(share * (len(samples) - 1))][None]).flange() @ frame)[0]
    at = Pose.from_xyz_rpy(tuple(tcp[:3, 3] - 0.06 * tcp[:3, 2]))
    thing = cell.equipment[owner]
    return replace(
        cell, equipment={**cell.equipment, owner: replace(thing, bodies=(*thing.bodies, Body("ball", Sphere(0.01), at)))}
    )


@pytest.mark.parametrize("owner", ["left", "right"])
@pytest.mark.parametrize(("motion", "share"), [(1, 0.3), (1, 0.6), (2, 0.5), (3, 0.5), (4, 0.5)])
def test_a_ball_in_the_way_is_refused_by_both(moved: Rehearsed, motion: int, share: float, owner: str) -> None:
    cell = with_ball(moved, motion, share, owner)
    request = replace(moved.planned.request, cell=cell)
    verdict = judge(recording_of(moved.world, cell), cell, Path(cell.file).parent, moved.motions, moved.planned.request.program)
    assert ("arm gripper", "ball") in {(c.first, c.second) for c in verdict.contacts}, verdict.text
    outcome = release_plan(moved.planned.released.motion_plan, request, moved.planned.workshop)
    assert outcome.value is None, f"released through a ball of {owner}"
    assert any(d.code == "E686" for d in outcome.diagnostics), [(d.code, d.message) for d in outcome.diagnostics]


def test_without_the_ball_both_are_content(moved: Rehearsed) -> None:
    assert moved.verdict().is_clean
    again = release_plan(moved.planned.released.motion_plan, moved.planned.request, moved.planned.workshop)
    assert again.value is not None
    assert np.all([len(m.q) > 2 for m in moved.world.motions])
