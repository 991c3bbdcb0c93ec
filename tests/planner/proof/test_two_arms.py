"""Two arms at once against dense sampling of both paths, and the figures to a tenth of a millimetre."""

from __future__ import annotations

import itertools
from dataclasses import replace

import coal
import numpy as np
import pytest

from cell.geometry import Array, ConvexHull, Cylinder, Pose, Shape, corners, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.robot import RobotModel
from cell.steps import Carried
from cell.trajectory import Path
from planner.proof.arm import Arm, link_bodies
from planner.proof.two_arms import Clear, Course, GivenUp, Near, Rig, Side, check_two
from tests.planner.proof.hand_made import HOME, arm, line, wavy

CLEARANCE = 0.001


def opposite(distance: float) -> Arm:
    return replace(arm(), robot="r2", T_world_base=Pose.from_xyz_rpy((distance, 0.0, 0.0)))


def course(of: Arm, path: Path) -> Course:
    return Course.along(of, (), path)


def checked(one: Course, other: Course, clearance: float = CLEARANCE) -> Clear | Near | GivenUp:
    return check_two((side(one), side(other)), clearance)


def side(of: Course) -> Side:
    return Side(of, Rig(of.arm, of.carried))


# --- against sampling ------------------------------------------------------------------------------------------------


def _coal_shape(shape: Shape) -> object:
    """Built from corners, so that nothing of the proof is in it; a cylinder's corners enclose it."""
    points = coal.StdVec_Vec3s()
    for corner in shape.vertices if isinstance(shape, ConvexHull) else corners(shape):
        points.append(np.array(corner))
    return coal.Convex.convexHull(points, False, "")


def sampled_distance(one: Arm, path: Path, other: Arm, other_path: Path, count: int) -> float:
    """The least distance of any two bodies over a grid of both path parameters."""
    placed = []
    for a, p in ((one, path), (other, other_path)):
        bodies = link_bodies(a, ())
        poses = a.T_world_base.matrix @ a.model.chain.link_poses(p.at(np.linspace(0.0, p.length, count)).q)
        placed.append([(b.link, _coal_shape(b.body.shape), poses[:, b.link] @ b.body.pose.matrix) for b in bodies])
    least = np.inf
    for (link, shape, at), (other_link, other_shape, other_at) in itertools.product(*placed):
        if link == other_link == 0:
            continue
        for T, U in itertools.product(at, other_at):
            far = np.linalg.norm(T[:3, 3] - U[:3, 3]) - 2.0
            if far < least:
                transforms = [coal.Transform3s(X[:3, :3], X[:3, 3]) for X in (T, U)]
                least = min(
                    least,
                    coal.distance(
                        shape, transforms[0], other_shape, transforms[1], coal.DistanceRequest(), coal.DistanceResult()
                    ),
                )
    return float(least)


@pytest.mark.parametrize("seed", range(8))
def test_verdict_agrees_with_dense_sampling(seed: int) -> None:
    path, other_path = Path.of(wavy(seed, 1)), Path.of(wavy(seed + 100, 1))
    far = opposite(1.0)
    found = checked(course(arm(), path), course(far, other_path))
    seen = sampled_distance(arm(), path, far, other_path, 7)
    if isinstance(found, Clear):
        assert seen > CLEARANCE
        assert found.closest >= seen - 0.3 or found.closest == np.inf
    else:
        assert isinstance(found, Near)
        assert sampled_near(found, far, path, other_path) <= CLEARANCE + 1e-6


def sampled_near(found: Near, far: Arm, path: Path, other_path: Path) -> float:
    """The distance of the two named bodies at the path parameters that the counterexample names."""
    at = []
    for a, p, name, s in ((arm(), path, found.first, found.s[0]), (far, other_path, found.second, found.s[1])):
        (body,) = [b for b in link_bodies(a, ()) if f"{a.robot}/{b.name}" == name]
        T = a.T_world_base.matrix @ a.model.chain.link_poses(p.at(s).q[0])[body.link] @ body.body.pose.matrix
        at.append((_coal_shape(body.body.shape), coal.Transform3s(T[:3, :3], T[:3, 3])))
    (shape, pose), (other_shape, other_pose) = at
    return float(coal.distance(shape, pose, other_shape, other_pose, coal.DistanceRequest(), coal.DistanceResult()))


# --- sliders: a bar on a rail each, so that every distance is plain arithmetic -----------------------------------------


def slider(robot: str, y: float) -> Arm:
    """A bar of 0.4 x 0.2 x 0.2 m that slides along x at `y`."""
    block = ConvexHull(frozen([[u, v, w] for u in (-0.2, 0.2) for v in (-0.1, 0.1) for w in (-0.1, 0.1)]))
    foot = ConvexHull(frozen([[u, v, w] for u in (-0.05, 0.05) for v in (-0.05, 0.05) for w in (-1.0, -0.9)]))
    chain = KinematicChain((Joint("x", JointKind.PRISMATIC, Pose.identity(), frozen([1.0, 0.0, 0.0])),), Pose.identity())
    one = frozen([1.0])
    model = RobotModel("slider", chain, ((foot,), (block,)), frozen([[-5.0, 5.0]]), one, one, one, one, 1.0, 5.0, ())
    return Arm(robot, model, Pose.from_xyz_rpy((0.0, y, 0.0)), None, (), 0.0, (), (), (), (), 1.0, None, None, None)


def slide(robot: str, y: float, start: float, end: float) -> Course:
    return course(slider(robot, y), Path.of((line(np.array([start]), np.array([end])),)))


def stand(robot: str, y: float, x: float) -> Course:
    return Course.at_rest(slider(robot, y), (), np.array([x]))


@pytest.mark.parametrize(("gap", "is_clear"), [(0.0011, True), (0.0009, False)])
def test_clearance_is_kept_to_a_tenth_of_a_millimetre(gap: float, is_clear: bool) -> None:
    """One after the other on the same rail; moving past one that stands; up to one that stands."""
    following = slide("a", 0.0, -1.0, 0.0), slide("b", 0.0, 0.4 + gap, 2.0)
    beside = slide("a", 0.0, -1.0, 1.0), stand("b", 0.2 + gap, 0.3)
    at_end = stand("a", 0.0, 0.0), slide("b", 0.0, 2.0, 0.4 + gap)
    for one, other in (following, beside, at_end):
        assert isinstance(checked(one, other), Clear) is is_clear
        assert isinstance(checked(other, one), Clear) is is_clear


def test_two_that_pass_close_by_are_told_apart() -> None:
    for gap, verdict in ((0.02, Clear), (0.0005, Near)):
        assert isinstance(checked(slide("a", 0.0, -0.5, 0.5), slide("b", 0.2 + gap, 0.5, -0.5)), verdict)


def test_meeting_that_only_one_timing_has_is_found() -> None:
    """The paths cross at one point; with both at constant speed from the same instant the two would pass it at other times."""
    one, other = slide("a", 0.0, -1.0, 0.0), slide("b", 0.0, 0.0, 4.0)
    found = checked(one, other)
    assert isinstance(found, Near)
    assert {found.first, found.second} == {"a/link 1.0", "b/link 1.0"}


def test_the_parameters_named_are_where_they_meet() -> None:
    found = checked(slide("a", 0.0, -3.0, 3.0), stand("b", 0.0, 1.0))
    assert isinstance(found, Near)
    assert abs(-3.0 + 6.0 * found.s[0] - 1.0) <= 0.4 + CLEARANCE


def test_feet_that_stand_in_one_another_are_nobody_s_motion() -> None:
    assert isinstance(checked(slide("a", 0.0, -3.0, -1.0), slide("b", 0.0, 1.0, 3.0)), Clear)


def test_foot_of_the_other_is_in_the_way() -> None:
    """The foot is 0.95 m below its bar: at the height of the bar of the lower one."""
    high = replace(slider("b", 0.0), T_world_base=Pose.from_xyz_rpy((0.0, 0.0, 0.95)))
    other = Course.at_rest(high, (), np.array([0.0]))
    for end, verdict in ((-0.5, Clear), (0.5, Near)):
        assert isinstance(checked(slide("a", 0.0, -1.0, end), other), verdict)
        assert isinstance(checked(other, slide("a", 0.0, -1.0, end)), verdict)


def test_what_a_hand_holds_counts() -> None:
    """A rod of 0.5 m that stands up between the bar and one that is 0.3 m higher."""
    hand = Pose.from_xyz_rpy((0.0, 0.0, 0.1), (0.0, 0.0, 0.0))
    gripping = replace(slider("a", 0.0), tool="t", hands=(("t.a", hand),), shapes=(("rod", Cylinder(0.02, 0.5)),))
    path = Path.of((line(np.array([-1.0]), np.array([0.0])),))
    empty, full = Course.along(gripping, (), path), Course.along(gripping, (Carried("t.a", "rod", 0),), path)
    above = replace(slider("b", 0.0), T_world_base=Pose.from_xyz_rpy((0.0, 0.0, 0.5)))
    other = Course.at_rest(above, (), np.array([0.0]))
    assert isinstance(checked(empty, other), Clear)
    assert isinstance(checked(full, other), Near)


def test_what_is_not_settled_within_the_budget_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.proof.two_arms._MOST_DISTANCES", 3)
    far = opposite(1.0)
    assert isinstance(checked(course(arm(), Path.of(wavy(3))), course(far, Path.of(wavy(103)))), GivenUp)


def test_a_side_serves_many_partners_with_the_same_verdicts() -> None:
    far, mine = opposite(1.0), [course(arm(), Path.of(wavy(k, 1))) for k in range(3)]
    theirs = [course(far, Path.of(wavy(k + 100, 1))) for k in range(3)]
    sides, other_sides = [side(c) for c in mine], [side(c) for c in theirs]
    for (one, mine_seen), (other, theirs_seen) in itertools.product(
        zip(mine, sides, strict=True), zip(theirs, other_sides, strict=True)
    ):
        assert check_two((mine_seen, theirs_seen), CLEARANCE) == checked(one, other)


def test_a_robot_at_rest_is_the_middle_of_no_path() -> None:
    rest: Array = side(Course.at_rest(arm(), (), HOME)).moved(np.zeros(3, dtype=np.int64), np.arange(3))
    assert not rest.any()
