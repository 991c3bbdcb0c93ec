"""Verdicts against distances measured one by one; what is between samples; what never meets."""

import coal
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.geometry import Array, Body, Box, Cylinder, frozen
from cell.model import CellModel
from cell.motion_plan import Segment
from cell.steps import Touch
from cell.trajectory import Path
from planner.motion.arm import Arm
from planner.motion.bodies import movers
from planner.motion.certify import LOOKS, certified
from planner.motion.collision import BLOCKED, CLEAR, UNCHECKED, UNKNOWN, Collider
from planner.motion.never_meeting import never_meeting
from planner.motion.workbench import Workbench
from tests.planner.motion.workcell import HAND, dense_distance, models, pose, robot, sampled, small_cell, standing

REST = np.array([3.1, -1.9, 1.9, -1.5, -1.5, 0.0])


def turned(angle: float) -> Array:
    """REST with the base turned."""
    return np.asarray(REST + angle * np.eye(6)[0])


def collider_with(arm: Arm, cell: CellModel, *bodies: Body) -> Collider:
    return Collider(arm, movers(arm, cell, ()), [standing(body.name, body) for body in bodies])


def all_margins(collider: Collider, margin: float) -> Array:
    table = np.full((len(collider.movers), len(collider.standers)), margin)
    table[[m.link == 0 for m in collider.movers]] = UNCHECKED
    return table


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_blocked_is_exactly_what_is_nearer_than_the_margin(arm_5: Arm, cell: CellModel, seed: int) -> None:
    rng = np.random.default_rng(seed)
    boxes = [Body(f"box {k}", Box((0.2, 0.3, 0.1)), pose(*rng.uniform(-0.6, 0.6, 3))) for k in range(3)]
    collider = collider_with(arm_5, cell, *boxes)
    q = REST + rng.uniform(-0.6, 0.6, 6)
    margin = 0.02
    distance = dense_distance(collider, q[None])
    blocker = collider.blocker(q, all_margins(collider, margin))
    touches_itself = blocker is not None and not blocker.other.startswith("box")
    if not touches_itself and abs(distance - margin) > 1e-6:
        assert (blocker is not None) == (distance < margin)
        if blocker is not None and distance > 1e-4:
            assert blocker.distance >= distance - 1e-6


def test_a_thin_wall_between_the_samples_is_found(arm_5: Arm, cell: CellModel) -> None:
    """Where the search looks first everything is clear; in between the gripper passes through a plate 2 mm thick."""
    start, end = turned(-0.9), turned(0.9)
    looks = np.linspace(start, end, LOOKS)
    tip = arm_5.T_world_tcp((looks[1] + looks[2]) / 2.0, arm_5.tcp_frames()[0])[:3, 3]
    plate = Body("plate", Box((0.01, 0.002, 0.05)), pose(tip[0], tip[1], tip[2] + 0.04))
    collider = collider_with(arm_5, cell, plate)
    margins = all_margins(collider, 0.001)
    assert collider.blocker(looks, margins) is None
    assert certified(collider, [np.stack([start, end])], margins) is not None


def test_what_is_certified_is_clear_in_a_dense_look(arm_5: Arm, cell: CellModel) -> None:
    plate = Body("plate", Box((0.05, 0.4, 0.05)), pose(0.75, 0.0, 0.3))
    collider = collider_with(arm_5, cell, plate)
    rng = np.random.default_rng(5)
    shown = 0
    for _ in range(6):
        control = REST + rng.uniform(-0.5, 0.5, (6, 6))
        if certified(collider, [control], all_margins(collider, 0.01)) is None:
            shown += 1
            assert dense_distance(collider, sampled(Path.of((Segment(frozen(control), 1.0),)), 60)) > 0.01
    assert shown > 0


def test_a_spread_makes_near_things_unknown_and_far_things_stay_clear(arm_5: Arm, cell: CellModel) -> None:
    collider = collider_with(arm_5, cell, Body("far", Box((0.1, 0.1, 0.1)), pose(3.0, 0.0, 0.5)))
    margins = all_margins(collider, 0.01)
    q = np.stack([REST, REST])
    spread = np.array([np.full(6, 1e-4), np.full(6, 3.0)])
    assert list(collider.verdicts(q, spread, margins)[0]) == [CLEAR, UNKNOWN]


def test_an_unchecked_pair_may_touch(arm_5: Arm, cell: CellModel) -> None:
    tip = arm_5.T_world_tcp(REST, arm_5.tcp_frames()[0])[:3, 3]
    collider = collider_with(arm_5, cell, Body("at the gripper", Cylinder(0.02, 0.1), pose(*tip)))
    assert collider.verdicts(REST[None], np.zeros((1, 6)), all_margins(collider, 0.01))[0][0] == BLOCKED
    margins = all_margins(collider, 0.01)
    margins[[m.kind == "tool" for m in collider.movers]] = UNCHECKED
    blocker = collider.blocker(REST, margins)
    assert blocker is None or not blocker.mover.startswith("gripper")


def test_the_arm_folded_onto_itself_is_blocked(arm_5: Arm, cell: CellModel) -> None:
    collider = collider_with(arm_5, cell)
    folded = np.array([0.0, -1.57, 3.05, 0.0, 0.0, 0.0])
    assert collider.blocker(folded, np.zeros((len(collider.movers), 0))) is not None
    assert collider.blocker(REST, np.zeros((len(collider.movers), 0))) is None


@pytest.mark.parametrize("name", ["ur5e", "ur10e", "panda"])
def test_links_that_never_meet_do_not_in_a_thousand_configurations(name: str) -> None:
    model = robot(name)
    never = never_meeting(coal, model, 0.001)
    assert never
    q = np.random.default_rng(2).uniform(*np.clip(model.position.T, -np.pi, np.pi), (200, model.degrees_of_freedom))
    poses = model.chain.link_poses(q)
    for a, i, b, k in sorted(never):
        first, second = (_hull(model.hulls[link][n].vertices) for link, n in ((a, i), (b, k)))
        for links in poses:
            at = [coal.Transform3s(links[link, :3, :3], links[link, :3, 3]) for link in (a, b)]
            found = coal.distance(first, at[0], second, at[1], coal.DistanceRequest(), coal.DistanceResult())
            assert found > 0.001


def _hull(vertices: Array) -> object:
    points = coal.StdVec_Vec3s()
    for vertex in vertices:
        points.append(np.array(vertex))
    return coal.Convex.convexHull(points, True, None)


def test_margins_say_which_pairs_a_touch_exempts() -> None:
    cell = small_cell()
    bench = Workbench(cell, "arm", models(cell), "gripper")
    touch = Touch("part and place", "left", HAND, "block", 0, "end")
    collider = bench.collider(bench.loads((HAND,))[:1])
    free = bench.margins(collider, touch, (), 0.01)
    contact = bench.margins(collider, touch, (), 0.01, in_contact=True)
    held = [k for k, m in enumerate(collider.movers) if m.kind == "held"]
    names = [s.name for s in collider.standers]
    changed = np.argwhere(free != contact)
    assert {(int(m), names[int(s)]) for m, s in changed} == {(held[0], "left/left")}
    assert np.all(free[:, names.index("block at left")] == UNCHECKED)  # a place that is being filled is empty
    assert np.all(free[1:, names.index("block at right")][3:] >= 0.0)


def test_fingers_may_touch_the_part_that_they_come_for_and_nothing_else() -> None:
    cell = small_cell()
    bench = Workbench(cell, "arm", models(cell), "gripper")
    touch = Touch("fingers and part", "left", HAND, "block", 0, "end")
    collider = bench.collider(())
    free = bench.margins(collider, touch, (), 0.01)
    contact = bench.margins(collider, touch, (), 0.01, in_contact=True)
    changed = np.argwhere(free != contact)
    assert {(collider.movers[int(m)].kind, collider.standers[int(s)].name) for m, s in changed} == {("tool", "block at left")}
