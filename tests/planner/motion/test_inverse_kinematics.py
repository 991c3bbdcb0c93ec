"""Branches against forward kinematics, which is judged elsewhere against two libraries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.geometry import Array
from planner.motion.ik_branch import is_same_branch, is_same_side, least_singular, nearest_turns
from planner.motion.inverse_kinematics import InverseKinematics
from tests.planner.motion.workcell import robot

CLOSED = ("ur5e", "ur10e", "irb140", "kuka_kr120")
SEARCHED = ("panda", "lbr_iiwa14")


def random_configuration(name: str, seed: int) -> Array:
    low, high = np.clip(robot(name).position.T, -3.0, 3.0)
    return np.random.default_rng(seed).uniform(low, high)


@pytest.mark.parametrize("name", CLOSED)
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_every_branch_reaches_the_pose_and_the_one_it_came_from_is_among_them(name: str, seed: int) -> None:
    model, q = robot(name), random_configuration(name, seed)
    pose = model.chain.flange_pose(q)
    found = InverseKinematics(model).branches(pose)
    np.testing.assert_allclose(model.chain.flange_pose(found), np.broadcast_to(pose, (len(found), 4, 4)), atol=1e-9)
    if least_singular(model, q[None])[0] > 0.02:
        apart = np.abs((found - q + np.pi) % (2 * np.pi) - np.pi).max(axis=1)
        assert apart.min() < 1e-6


@pytest.mark.parametrize("name", SEARCHED)
def test_arms_without_a_closed_form_are_solved_by_search(name: str) -> None:
    model = robot(name)
    kinematics = InverseKinematics(model)
    for seed in range(5):
        pose = model.chain.flange_pose(random_configuration(name, seed))
        found = kinematics.branches(pose)
        assert len(found) > 3
        np.testing.assert_allclose(model.chain.flange_pose(found), np.broadcast_to(pose, (len(found), 4, 4)), atol=1e-9)


@pytest.mark.parametrize("name", ["ur5e", "panda"])
def test_nothing_reaches_what_is_too_far(name: str) -> None:
    pose = np.eye(4)
    pose[:3, 3] = [3.0, 0.0, 0.5]
    assert len(InverseKinematics(robot(name)).branches(pose)) == 0


@pytest.mark.parametrize("name", ["ur5e", "panda"])
def test_two_solvers_give_the_same_solutions_in_the_same_order(name: str) -> None:
    model = robot(name)
    pose = model.chain.flange_pose(random_configuration(name, 4))
    np.testing.assert_array_equal(InverseKinematics(model).branches(pose), InverseKinematics(model).branches(pose))


def test_branches_of_many_poses_are_those_of_each() -> None:
    model = robot("ur5e")
    poses = np.stack([model.chain.flange_pose(random_configuration("ur5e", seed)) for seed in range(6)])
    kinematics = InverseKinematics(model)
    found, owner = kinematics.branches_at(poses)
    for k, pose in enumerate(poses):
        np.testing.assert_allclose(found[owner == k], kinematics.branches(pose), atol=1e-12)


def test_turns_are_added_towards_the_reference_and_only_within_limits() -> None:
    model = robot("ur5e")
    q = np.array([[-3.0, 0.5, 0.5, 0.5, 0.5, 3.0]])
    reference = np.array([3.2, 0.5, 0.5, 0.5, 0.5, -3.2])
    np.testing.assert_allclose(nearest_turns(model, q, reference), [[-3.0 + 2 * np.pi, 0.5, 0.5, 0.5, 0.5, 3.0 - 2 * np.pi]])
    assert model.within_limits(nearest_turns(model, q, np.full(6, 50.0))).all()


def test_a_joint_outside_its_limits_in_every_turn_leaves_the_solution_out() -> None:
    model = robot("panda")
    q = np.zeros((1, 7))  # the elbow of a Panda never stretches
    assert len(nearest_turns(model, q, np.zeros(7))) == 0


def test_a_flipped_wrist_is_another_branch() -> None:
    model = robot("ur5e")
    q = np.array([0.3, -1.2, 1.4, -1.0, -1.3, 0.2])
    flipped = q.copy()
    flipped[4] *= -1.0
    near = q + 0.1
    assert list(is_same_branch(model, q, np.stack([flipped, near]))) == [False, True]
    assert list(is_same_side(model, q, np.stack([flipped, near]))) == [False, True]
