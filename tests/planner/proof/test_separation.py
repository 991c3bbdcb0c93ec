"""Separation against dense sampling with another distance routine, and obstacles planted where sampling would miss them."""

import numpy as np
import pytest
from scipy.optimize import linprog

from cell.geometry import Body, Box, ConvexHull, Cylinder, Pose, Shape, Sphere, corners, frozen
from cell.trajectory import Path
from planner.proof.arm import link_bodies
from planner.proof.bernstein import value
from planner.proof.gap import Gauge, placed, reach
from planner.proof.separation import Apart, Frame, Meets, Pair, check_apart, middle_and_excursion
from tests.planner.proof.hand_made import HOME, arm, line, wavy


def tcp_at(q: np.ndarray) -> np.ndarray:
    a = arm()
    return np.asarray((a.model.chain.flange_pose(q) @ a.T_flange_tcp("grip.a").matrix)[:3, 3])


def against(
    fixed: list[Body], path: Path, clearance: float = 0.001, except_for: tuple[tuple[float, float], ...] = ()
) -> Apart | Meets:
    bodies = link_bodies(arm(), ())
    pairs = [Pair(k, j, True, clearance, except_for) for k, b in enumerate(bodies) if b.link for j in range(len(fixed))]
    return check_apart(arm(), path, bodies, fixed, pairs)


def sees_overlap(fixed: Body, path: Path, count: int) -> bool:
    """Whether any of `count` samples has a body of the arm overlap the box, decided by linear programming: a plane between
    two convex sets exists exactly when they are apart."""
    bodies, chain = link_bodies(arm(), ()), arm().model.chain
    box = fixed.pose.apply(corners(fixed.shape))
    for poses in chain.link_poses(path.at(np.linspace(0.0, path.length, count)).q):
        for b in bodies:
            points = b.corners @ poses[b.link, :3, :3].T + poses[b.link, :3, 3]
            if np.all(points.min(axis=0) <= box.max(axis=0)) and np.all(points.max(axis=0) >= box.min(axis=0)):
                rows = np.vstack([np.column_stack([points, -np.ones(len(points))]), np.column_stack([-box, np.ones(len(box))])])
                if linprog(np.zeros(4), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=[(None, None)] * 4).status == 2:
                    return True
    return False


@pytest.mark.parametrize("seed", range(10))
def test_verdict_agrees_with_dense_sampling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = Path.of(wavy(seed, 2))
    middle = tcp_at(path.at(path.length / 2).q[0])
    fixed = Body("box", Box((0.12, 0.12, 0.12)), Pose.from_xyz_rpy(middle + rng.uniform(-0.25, 0.25, 3), rng.uniform(-1, 1, 3)))
    if isinstance(against([fixed], path, clearance=1e-4), Apart):
        assert not sees_overlap(fixed, path, 80)
    else:
        nearer = Body("box", Box((0.13, 0.13, 0.13)), fixed.pose)
        assert sees_overlap(nearer, path, 400)


def test_thin_wall_between_samples_is_found() -> None:
    start, end = HOME, HOME + np.array([0.6, 0.0, 0.0, 0.0, 0.0, 0.0])
    path = Path.of((line(start, end),))
    wall = tcp_at(path.at(0.4321).q[0])
    thin = Body("wall", Box((0.0005, 0.0005, 0.02)), Pose.from_xyz_rpy(wall - np.array([0.0, 0.0, -0.06])))
    found = against([thin], path)
    assert isinstance(found, Meets)
    assert found.s == pytest.approx(0.4321, abs=0.08)


def test_clearance_is_kept_to_a_tenth_of_a_millimetre() -> None:
    """The arm turns about z under a plate; the plate's height decides."""
    path = Path.of((line(HOME, HOME + np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])),))
    bodies, chain = link_bodies(arm(), ()), arm().model.chain
    poses = chain.link_poses(HOME)
    top = max(float((b.corners @ poses[b.link, :3, :3].T + poses[b.link, :3, 3])[:, 2].max()) for b in bodies if b.link)
    for gap, is_apart in ((0.0011, True), (0.0009, False)):
        plate = Body("plate", Box((4.0, 4.0, 0.1)), Pose.from_xyz_rpy((0.0, 0.0, top + gap + 0.05)))
        assert isinstance(against([plate], path), Apart) is is_apart


def test_pair_is_free_only_inside_its_interval() -> None:
    path = Path.of((line(HOME, HOME + np.array([0.6, 0.0, 0.0, 0.0, 0.0, 0.0])),))
    ball = Body("ball", Sphere(0.05), Pose.from_xyz_rpy(tcp_at(path.at(0.5).q[0])))
    assert isinstance(against([ball], path), Meets)
    assert isinstance(against([ball], path, except_for=((0.3, 0.7),)), Apart)
    found = against([ball], path, except_for=((0.5, 0.7),))
    assert isinstance(found, Meets)
    assert found.s < 0.5


def test_link_against_link_counts_only_the_joints_between() -> None:
    folded = HOME.copy()
    folded[2] = np.radians(172.0)
    bodies, pairs_of_links = link_bodies(arm(), ()), set(arm().model.self_collision_pairs)
    pairs = [
        Pair(k, j, False, 0.001)
        for k, b in enumerate(bodies)
        for j, other in enumerate(bodies)
        if (other.link, b.link) in pairs_of_links or (b.part_of == "tool" and other.part_of == "link" and other.link < 6)
    ]
    assert isinstance(check_apart(arm(), Path.of((line(HOME, folded),)), bodies, [], pairs), Meets)
    turned = Path.of((line(HOME, HOME + np.array([3.0, 0.2, 0.0, 0.0, 0.0, 3.0])),))
    assert isinstance(check_apart(arm(), turned, bodies, [], pairs), Apart)


@pytest.mark.parametrize(
    "shape",
    [Box((0.1, 0.2, 0.3)), Cylinder(0.1, 0.3), Sphere(0.2), ConvexHull(frozen(np.random.default_rng(5).normal(size=(20, 3))))],
)
def test_reach_is_the_support_of_the_shape(shape: Shape) -> None:
    rng = np.random.default_rng(6)
    points = corners(shape, facets=256)
    for _ in range(20):
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        inside = float((points @ direction).max())
        exact = reach(shape, direction)
        assert exact <= inside + 1e-12
        assert exact >= inside * (1.0 if isinstance(shape, Box | ConvexHull) else 0.5) - 1e-12


def test_bound_never_exceeds_the_distance_whatever_direction_is_proposed() -> None:
    gauge = Gauge([Sphere(0.1), Sphere(0.2)])
    for x in (0.31, 0.5, 2.0):
        bound, estimate = gauge.measure(0, placed(Pose.identity()), 1, placed(Pose.from_xyz_rpy((x, 0.1, 0.0))))
        assert bound <= np.hypot(x, 0.1) - 0.3 + 1e-12
        assert bound == pytest.approx(estimate, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_moves_further_than_the_bound_says(seed: int) -> None:
    """Points of tool and links over configurations within the excursion, in the world and seen from the link before."""
    rng, chain, bodies = np.random.default_rng(seed), arm().model.chain, link_bodies(arm(), ())
    q, excursion = HOME + rng.uniform(-1.5, 1.5, 6), rng.uniform(0.0, 0.3, 6) * (rng.random(6) < 0.6)
    pairs = [Pair(k, 0, True, 0.0) for k, b in enumerate(bodies) if b.link]
    pairs += [Pair(k, j, False, 0.0) for k, b in enumerate(bodies) for j, other in enumerate(bodies) if b.link > other.link]
    frame = Frame(arm(), bodies, [Body("far", Sphere(0.1), Pose.from_xyz_rpy((9.0, 0.0, 0.0)))], pairs)
    bound = frame.displacement(frame.at(q[None]), excursion[None], np.arange(len(pairs)))[0]
    corners_of_box = excursion * rng.choice([-1.0, 1.0], size=(200, 6))
    poses, here = chain.link_poses(q + corners_of_box), chain.link_poses(q)
    largest = 0.0
    for number, pair in enumerate(pairs):
        mover = bodies[pair.mover]
        seen_from = 0 if pair.is_fixed else bodies[pair.other].link
        points = np.column_stack([mover.corners, np.ones(len(mover.corners))])
        there = np.linalg.inv(poses[:, seen_from]) @ poses[:, mover.link]
        before = np.linalg.inv(here[seen_from]) @ here[mover.link]
        moved = np.linalg.norm(np.einsum("nij,mj->nmi", there - before, points)[..., :3], axis=-1).max()
        assert moved <= bound[number] + 1e-12
        largest = max(largest, moved / bound[number] if bound[number] > 0.0 else 0.0)
    assert largest > 0.5  # a bound that is never near is no good either


@pytest.mark.parametrize("seed", range(5))
def test_excursion_is_that_of_the_whole_curve(seed: int) -> None:
    control = np.random.default_rng(seed).normal(size=(1, 6, 6))
    q, excursion = middle_and_excursion(control)
    points = np.stack([value(control, np.full((1, 6), u)) for u in np.linspace(0.0, 1.0, 101)])
    np.testing.assert_allclose(q, points[50], atol=1e-12)
    assert np.all(np.abs(points - q) <= excursion + 1e-12)
