"""Curves, straight lines of the TCP, speed bounds, and ways around what blocks the straight one."""

import itertools
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.geometry import Array, Body, Box, frozen
from cell.model import CellModel
from cell.motion_plan import Segment
from cell.trajectory import Path
from planner.motion import free_path as module
from planner.motion.arm import Arm
from planner.motion.blends import NARROW, WIDE, Rounding, rounded
from planner.motion.cartesian_path import access_lines
from planner.motion.certify import certified
from planner.motion.collision import Collider
from planner.motion.curves import between, clamped_spline, length, reversed_path, spot
from planner.motion.free_path import GaveUp, free_path
from planner.motion.inverse_kinematics import InverseKinematics
from planner.motion.margins import LINE_TOLERANCE
from planner.motion.tcp_speed import rate_bounds
from tests.planner.motion.test_collision import REST, all_margins, collider_with, turned
from tests.planner.motion.workcell import dense_distance, pose, sampled

Blocked = tuple[Collider, Array, Array, Array]


def is_smooth(path: tuple[Segment, ...], tolerance: float = 1e-7) -> bool:
    """C2 at every joint, by the derivatives on either side."""
    for k in range(len(path) - 1):
        before, after = spot(path[: k + 1], length(path[: k + 1])), spot(path[k + 1 :], 0.0)
        for a, b in ((before.q, after.q), (before.slope, after.slope), (before.curvature, after.curvature)):
            if np.abs(a - b).max() > tolerance * max(1.0, np.abs(a).max()):
                return False
    return True


def test_the_eye_for_smoothness_sees_a_kink() -> None:
    kink = (Segment(frozen([np.zeros(2), np.ones(2)]), 1.0), Segment(frozen([np.ones(2), np.array([2.0, 1.0])]), 1.0))
    assert not is_smooth(kink)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([*WIDE, *NARROW]))
def test_rounded_polylines_are_smooth_and_keep_their_ends(arm_5: Arm, seed: int, rounding: Rounding) -> None:
    points = REST + np.random.default_rng(seed).uniform(-0.6, 0.6, (4, 6))
    path = rounded(arm_5, list(points), (), 0.0, rounding, 1.0)
    assert is_smooth(path)
    np.testing.assert_allclose(path[0].control[0], points[0], atol=1e-12)
    np.testing.assert_allclose(path[-1].control[-1], points[-1], atol=1e-12)


@given(st.integers(0, 10**6))
def test_a_spline_goes_through_its_knots_smoothly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    q, x = rng.normal(size=(6, 3)), np.cumsum(rng.uniform(0.05, 0.3, 6))
    path = clamped_spline(q, x - x[0], rng.normal(size=3), rng.normal(size=3))
    assert is_smooth(path)
    np.testing.assert_allclose(Path.of(path).at(x - x[0]).q, q, atol=1e-9)


@given(st.floats(0.0, 0.9), st.floats(0.05, 1.0))
def test_a_stretch_of_a_path_is_the_same_curve(first: float, share: float) -> None:
    path = clamped_spline(np.random.default_rng(1).normal(size=(5, 2)), np.linspace(0.0, 1.0, 5), np.zeros(2), np.ones(2))
    last = first + share * (1.0 - first)
    part = between(path, first, last)
    s = np.linspace(0.0, length(part), 9)
    np.testing.assert_allclose(Path.of(part).at(s).q, Path.of(path).at(first + s).q, atol=1e-9)
    back = reversed_path(part)
    np.testing.assert_allclose(Path.of(back).at(length(part) - s).q, Path.of(part).at(s).q, atol=1e-9)


def test_the_tcp_stays_on_its_straight_line(arm_5: Arm) -> None:
    away, frame = np.array([0.0, 0.0, 1.0]), arm_5.tcp_frames()[0]
    line = access_lines(arm_5, InverseKinematics(arm_5.model), REST[None], frame, away, 0.15)[0]
    assert line is not None
    at = arm_5.T_world_tcp(sampled(Path.of(line.segments), 300), frame)
    offset = at[:, :3, 3] - at[0, :3, 3]
    assert np.linalg.norm(offset[:, :2], axis=1).max() < LINE_TOLERANCE
    assert offset[-1, 2] == pytest.approx(0.15, abs=1e-9)
    np.testing.assert_allclose(at[:, :3, :3], np.broadcast_to(at[0, :3, :3], (300, 3, 3)), atol=1e-3)
    assert is_smooth(line.segments)
    s = np.linspace(0.0, length(line.segments), 300)
    np.testing.assert_allclose(offset[:, 2], s * line.speed, atol=1e-4)  # evenly, so that a share of s is a share of the way


def test_a_line_out_of_reach_is_none(arm_5: Arm) -> None:
    lines = access_lines(arm_5, InverseKinematics(arm_5.model), REST[None], arm_5.tcp_frames()[0], np.array([0.0, 0.0, 1.0]), 2.0)
    assert lines == [None]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_speed_bounds_hold_on_wild_curves(arm_5: Arm, seed: int) -> None:
    rng = np.random.default_rng(seed)
    control = REST + rng.uniform(-0.3, 0.3, (6, 6))
    measured, bound = measured_and_bound(arm_5, control, float(rng.uniform(0.3, 2.0)), rng.uniform(-0.2, 0.2, (3, 3)))
    assert measured <= bound


def test_speed_bounds_are_not_loose_on_what_robots_run(arm_5: Arm) -> None:
    away, frame = np.array([0.0, 0.0, 1.0]), arm_5.tcp_frames()[0]
    line = access_lines(arm_5, InverseKinematics(arm_5.model), REST[None], frame, away, 0.15)[0]
    assert line is not None
    tcp = (arm_5.model.T_last_flange @ frame).translation[None]
    for segment in (*line.segments, Segment(frozen([REST, REST + 0.5]), 0.4)):
        measured, bound = measured_and_bound(arm_5, np.asarray(segment.control), segment.length, tcp)
        assert measured <= bound <= 1.02 * measured


def measured_and_bound(arm: Arm, control: Array, size: float, points: Array) -> tuple[float, float]:
    """The largest speed of any of `points` on the last link in 4,000 differences, and what is said to bound it."""
    n = arm.model.degrees_of_freedom
    radii = arm.model.chain.displacement_radii(n, points, arm.model.position)
    bound = float(rate_bounds(arm, [control], np.array([size]), n, points, radii)[0])
    s = np.linspace(0.0, size, 4001)
    poses = arm.model.chain.link_poses(Path.of((Segment(frozen(control), size),)).at(s).q)[:, n]
    at = np.einsum("nij,mj->nmi", poses[:, :3, :3], points) + poses[:, None, :3, 3]
    return float((np.linalg.norm(np.diff(at, axis=0), axis=2) / np.diff(s)[:, None]).max()), bound


@pytest.fixture(scope="module")
def blocked(arm_5: Arm, cell: CellModel) -> Blocked:
    """A box stands where the gripper would sweep."""
    start, end = turned(-0.7), turned(0.7)
    tip = arm_5.T_world_tcp(REST, arm_5.tcp_frames()[0])[:3, 3]
    collider = collider_with(arm_5, cell, Body("post", Box((0.1, 0.1, 0.3)), pose(*tip)))
    return collider, all_margins(collider, 0.01), start, end


def test_the_straight_way_is_taken_where_it_is_clear(arm_5: Arm, cell: CellModel) -> None:
    collider = collider_with(arm_5, cell)
    way = free_path(collider, all_margins(collider, 0.01), REST, REST + 0.3, seed=0)
    assert not isinstance(way, GaveUp)
    assert len(way) == 2


def test_a_way_around_a_box_is_found_and_clear(blocked: Blocked) -> None:
    collider, margins, start, end = blocked
    assert certified(collider, [np.stack([start, end])], margins) is not None
    way = free_path(collider, margins, start, end, seed=0)
    assert not isinstance(way, GaveUp)
    np.testing.assert_array_equal([way[0], way[-1]], [start, end])
    looks = np.concatenate([a + np.linspace(0, 1, 60)[:, None] * (b - a) for a, b in itertools.pairwise(way)])
    assert dense_distance(collider, looks) > 0.01


def test_the_same_seed_gives_the_same_way_and_another_seed_may_not(blocked: Blocked) -> None:
    ways = [free_path(*blocked, seed=seed) for seed in (3, 3, 4)]
    assert [q.tobytes() for q in ways[0]] == [q.tobytes() for q in ways[1]]
    assert [q.tobytes() for q in ways[0]] != [q.tobytes() for q in ways[2]]


def test_a_search_that_looks_coarsely_still_gives_only_proved_ways(blocked: Blocked, monkeypatch: pytest.MonkeyPatch) -> None:
    """With strides of metres growing sees next to nothing; every edge is proved all the same, and refuted ones are cut."""
    collider, margins, start, end = blocked
    monkeypatch.setattr(module, "STEP", 5.0)
    for seed in range(4):
        way = free_path(collider, margins, start, end, seed=seed, iterations=400)
        if not isinstance(way, GaveUp):
            assert all(certified(collider, [np.stack(pair)], margins) is None for pair in pairwise(way))


def test_a_search_ends_with_its_budget(blocked: Blocked) -> None:
    assert free_path(*blocked, seed=0, iterations=0) == GaveUp(0)
