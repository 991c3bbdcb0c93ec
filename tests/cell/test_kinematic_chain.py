"""Forward kinematics, Jacobian and the bound on motion of cell/kinematic_chain.py, against the table, differences and chance."""

from __future__ import annotations

import numpy as np
import pytest

from cell.geometry import Array, Pose, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain

Z = np.array([0.0, 0.0, 1.0])
FULL_TURNS = np.tile([-2.0 * np.pi, 2.0 * np.pi], (6, 1))


def random_pose(rng: np.random.Generator) -> Pose:
    return Pose.from_xyz_rpy(tuple(rng.uniform(-0.5, 0.5, 3)), tuple(rng.uniform(-3, 3, 3)))


def random_chain(rng: np.random.Generator, slides: tuple[int, ...] = ()) -> KinematicChain:
    joints = tuple(
        Joint(f"j{i}", JointKind.PRISMATIC if i in slides else JointKind.REVOLUTE, random_pose(rng), frozen(rng.normal(size=3)))
        for i in range(6)
    )
    return KinematicChain(joints, random_pose(rng))


def test_pose_of_a_planar_arm_is_the_textbook_one() -> None:
    links = (Joint("a", JointKind.REVOLUTE, Pose.identity(), Z), Joint("b", JointKind.REVOLUTE, Pose.from_xyz_rpy((2, 0, 0)), Z))
    chain = KinematicChain(links, Pose.from_xyz_rpy((1, 0, 0)))
    a, b = 0.3, 0.9
    expected = [2 * np.cos(a) + np.cos(a + b), 2 * np.sin(a) + np.sin(a + b), 0.0]
    np.testing.assert_allclose(chain.flange_pose([a, b])[:3, 3], expected, atol=1e-15)


def test_a_prismatic_joint_moves_along_its_axis() -> None:
    slide = Joint("x", JointKind.PRISMATIC, Pose.from_xyz_rpy((0, 0, 1), (0, np.pi / 2, 0)), Z)
    chain = KinematicChain((slide,), Pose.identity())
    np.testing.assert_allclose(chain.flange_pose([0.4])[:3, 3], [0.4, 0.0, 1.0], atol=1e-15)
    np.testing.assert_allclose(chain.jacobian([0.4])[:, 0], [1, 0, 0, 0, 0, 0], atol=1e-15)


def test_many_configurations_at_once_give_what_one_by_one_gives() -> None:
    rng = np.random.default_rng(1)
    chain = random_chain(rng, slides=(2,))
    q = rng.uniform(-3, 3, (7, 6))
    np.testing.assert_array_equal(chain.link_poses(q), np.stack([chain.link_poses(row) for row in q]))
    np.testing.assert_allclose(chain.jacobian(q), np.stack([chain.jacobian(row) for row in q]), atol=1e-15)
    assert chain.link_poses(q[:0]).shape == (0, 7, 4, 4)


@pytest.mark.parametrize("shape", [(5,), (7,), (2, 5), (2, 2, 6), ()])
def test_joint_positions_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="joint positions"):
        random_chain(np.random.default_rng(0)).link_poses(np.zeros(shape))


def test_a_joint_without_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="zero axis"):
        Joint("j", JointKind.REVOLUTE, Pose.identity(), np.zeros(3))


@pytest.mark.parametrize("tool", [None, Pose.from_xyz_rpy((0.1, -0.2, 0.3), (1, 2, 3))])
def test_jacobian_agrees_with_differences(tool: Pose | None) -> None:
    rng = np.random.default_rng(2)
    chain, h = random_chain(rng, slides=(1, 4)), 1e-6
    T_flange_tcp = (tool or Pose.identity()).matrix
    for q in rng.uniform(-3, 3, (20, 6)):
        here, jacobian = chain.flange_pose(q) @ T_flange_tcp, chain.jacobian(q, tool)
        for i, dq in enumerate(np.eye(6) * h):
            slope = (chain.flange_pose(q + dq) @ T_flange_tcp - chain.flange_pose(q - dq) @ T_flange_tcp) / (2 * h)
            spin = slope[:3, :3] @ here[:3, :3].T
            turned = [spin[2, 1], spin[0, 2], spin[1, 0]]
            np.testing.assert_allclose(jacobian[:, i], [*slope[:3, 3], *turned], atol=1e-8)


def moved(chain: KinematicChain, link: int, points: Array, start: Array, dq: Array) -> float:
    """The longest way from the start that any of the points has at any of 20 places on the step."""
    poses = chain.link_poses(start + np.linspace(0, 1, 20)[:, None] * dq)[:, link]
    at = np.einsum("nij,mj->nmi", poses[:, :3, :3], points) + poses[:, None, :3, 3]
    return float(np.linalg.norm(at - at[0], axis=2).max())


@pytest.mark.parametrize("seed", range(8))
def test_no_point_moves_further_than_the_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chain = random_chain(rng, slides=((), (0,), (3,), (2, 4))[seed % 4])
    limits = np.tile([-1.5, 2.0], (6, 1))
    for link in range(7):
        points = rng.uniform(-0.3, 0.3, (12, 3))
        radii = chain.displacement_radii(link, points, limits)
        assert np.all(radii[link:] == 0.0)
        for _ in range(60):
            start, end = rng.uniform(-1.5, 2.0, (2, 6))
            dq = (end - start) * rng.choice([0.01, 0.2, 1.0])
            assert moved(chain, link, points, start, dq) <= np.abs(dq) @ radii + 1e-12


def test_radii_hold_for_every_sampled_configuration_and_are_nearly_reached() -> None:
    """A planar arm reaches its bound stretched out: the bound may stand above it by the prism's half per cent each joint."""
    links = tuple(Joint(n, JointKind.REVOLUTE, Pose.from_xyz_rpy((x, 0, 0)), Z) for n, x in (("a", 0), ("b", 1), ("c", 1)))
    chain = KinematicChain(links, Pose.identity())
    radii = chain.displacement_radii(3, [[0.5, 0.0, 0.1]], np.tile([-9.0, 9.0], (3, 1)))
    assert np.all(radii >= [2.5, 1.5, 0.5])
    assert np.all(radii <= np.array([2.5, 1.5, 0.5]) * 1.01)


def test_every_point_stays_within_its_radius_of_every_axis() -> None:
    rng = np.random.default_rng(3)
    chain = random_chain(rng)
    points = rng.uniform(-0.3, 0.3, (5, 3))
    radii = chain.displacement_radii(6, points, FULL_TURNS)
    poses = chain.link_poses(rng.uniform(-6.28, 6.28, (3000, 6)))
    at = np.einsum("nij,mj->nmi", poses[:, 6, :3, :3], points) + poses[:, 6, None, :3, 3]
    for i, joint in enumerate(chain.joints):
        axis = poses[:, i + 1, :3, :3] @ joint.axis
        arm = at - poses[:, i + 1, None, :3, 3]
        distance = np.linalg.norm(np.cross(arm, axis[:, None]), axis=2)
        assert distance.max() <= radii[i]


def test_a_slide_without_limits_has_no_bound() -> None:
    chain = random_chain(np.random.default_rng(4), slides=(2,))
    limits = FULL_TURNS.copy()
    limits[2] = [-np.inf, np.inf]
    with pytest.raises(ValueError, match="finite limits"):
        chain.displacement_radii(5, [[0, 0, 0]], limits)
