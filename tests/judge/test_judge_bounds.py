"""What the judge's answer rests on: no point moves further than its bound, and no stretch of a recording is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cell.geometry import Array, Box, ConvexHull, Cylinder, Pose, Sphere, frozen
from cell.model import RobotUnit
from tests.judge.arm import Arm, arm_of
from tests.judge.bodies import Moving, links_of
from tests.judge.made import SPAN, TICK
from tests.judge.nearness import placed
from tests.judge.polyline import STILL, closer, polyline
from tests.judge.recording import Track
from tests.judge.solids import solid_of

HERE = Path(__file__).parent
ROBOTS = ("ur5e", "lbr_iiwa14", "panda")


@pytest.fixture(scope="module", params=ROBOTS)
def arm(request: pytest.FixtureRequest) -> Arm:
    base = Pose.from_xyz_rpy((0.1, -0.2, 0.3), (0.1, 0.2, 0.3))
    return arm_of(RobotUnit("r1", request.param, "sim", base, None, None, None, None, SPAN, {}), HERE)


@pytest.mark.parametrize("h", [0.0005, 0.0025, 0.03])
def test_no_point_moves_further_than_its_bound(arm: Arm, h: float) -> None:
    draw = np.random.default_rng(7)
    low, high = arm.limits.position.T
    for _ in range(40):
        q = draw.uniform(low, high)
        step = draw.uniform(0.0, h, arm.joints) * draw.integers(0, 2, arm.joints)
        there = q + step * draw.uniform(-1.0, 1.0, (30, arm.joints))
        here, moved = arm.sweep(q[None]), arm.sweep(there)
        for body in links_of(arm):
            at, after = placed(body, here), placed(body, moved)
            points = _points_in(body, draw)
            before = points @ at.rotation[0].T + at.translation[0]
            now = np.einsum("pk,sjk->spj", points, after.rotation) + after.translation[:, None]
            furthest = np.linalg.norm(now - before, axis=2).max()
            assert furthest <= at.furthest(step[None])[0] + 1e-12


def _points_in(body: Moving, draw: np.random.Generator) -> Array:
    """Points of the box that encloses the solid."""
    return np.asarray(body.solid.centre + draw.uniform(-1.0, 1.0, (20, 3)) * body.solid.half)


def test_the_bound_is_not_idle(arm: Arm) -> None:
    """One joint alone: within a tenth and the size of the body of what the body's centre does move."""
    q = np.mean(arm.limits.position, axis=1)
    for joint in range(arm.joints):
        step = np.zeros(arm.joints)
        step[joint] = 0.002
        here, moved = arm.sweep(q[None]), arm.sweep((q + step)[None])
        for body in links_of(arm):
            at, after = placed(body, here), placed(body, moved)
            moves = float(np.linalg.norm(after.centre - at.centre))
            assert at.furthest(step[None])[0] <= 1.1 * (moves + 0.002 * body.solid.radius) + 1e-4


@pytest.mark.parametrize(
    "shape",
    [Box((0.1, 0.2, 0.3)), Cylinder(0.1, 0.4), Sphere(0.2), ConvexHull(frozen(np.random.default_rng(1).normal(size=(20, 3))))],
)
def test_a_solid_lies_in_its_box_and_its_ball(shape: Box | Cylinder | Sphere | ConvexHull) -> None:
    solid = solid_of(shape)
    points = shape.vertices if isinstance(shape, ConvexHull) else _surface(shape)
    assert np.all(np.abs(points - solid.centre) <= solid.half + 1e-9)
    assert np.all(np.linalg.norm(points - solid.centre, axis=1) <= solid.radius + 1e-9)


def _surface(shape: Box | Cylinder | Sphere) -> Array:
    draw = np.random.default_rng(2)
    match shape:
        case Box(size):
            return np.asarray(draw.choice([-0.5, 0.5], (50, 3)) * size)
        case Cylinder(radius, length):
            angle = draw.uniform(0.0, 2 * np.pi, 50)
            return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), draw.choice([-0.5, 0.5], 50) * length])
        case Sphere(radius):
            v = draw.normal(size=(50, 3))
            return np.asarray(radius * v / np.linalg.norm(v, axis=1)[:, None])


# --- the polyline ---


def track(q: Array) -> Track:
    at = np.arange(len(q), dtype=np.int64) * TICK
    return Track("r1", at, q, q, np.zeros(len(q)))


def wandering(seed: int) -> Array:
    """Motions and standstills, 2 joints, up to 20 mrad a sample."""
    draw = np.random.default_rng(seed)
    speed = np.repeat(draw.uniform(-0.02, 0.02, (12, 2)) * draw.integers(0, 2, (12, 1)), 15, axis=0)
    return np.asarray(np.cumsum(speed, axis=0))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("step", [0.005, 0.001])
def test_every_point_of_every_chord_is_within_the_half_step_of_a_state(seed: int, step: float) -> None:
    """So no stretch is left out, whatever stands still and whatever moves."""
    q = wandering(seed)
    line = polyline({"r1": track(q)}, {"r1": np.zeros(2)}, 0.0, float((len(q) - 1) * TICK), step)
    states, half = line.q["r1"], line.half("r1")
    for share in (0.0, 0.2, 0.5, 0.7, 0.95):
        for point in q[:-1] + share * np.diff(q, axis=0):
            assert np.any(np.all(np.abs(states - point) <= half + 1e-12, axis=1))


def test_a_motion_after_a_standstill_happens_when_it_happened() -> None:
    """One second of rest, then 0.08 s of motion: no state in motion is dated into the rest."""
    q = np.concatenate([np.zeros((125, 2)), np.cumsum(np.full((10, 2), 0.01), axis=0)])
    line = polyline({"r1": track(q)}, {"r1": np.zeros(2)}, 0.0, float((len(q) - 1) * TICK), 0.005)
    moving = np.abs(line.q["r1"]).max(axis=1) > 0.0
    assert line.at[moving].min() > 124 * TICK


@pytest.mark.parametrize("seed", range(4))
def test_no_joint_moves_more_than_the_step_between_two_states(seed: int) -> None:
    q = wandering(seed)
    line = polyline({"r1": track(q)}, {"r1": np.zeros(2)}, 0.0, float((len(q) - 1) * TICK), 0.005)
    assert np.abs(np.diff(line.q["r1"], axis=0)).max() <= 0.005 + 1e-12
    assert np.all(line.half("r1") <= 0.0025 + STILL + 1e-12)


def test_a_closer_look_covers_both_half_steps() -> None:
    q = wandering(3)
    line = polyline({"r1": track(q)}, {"r1": np.zeros(2)}, 0.0, float((len(q) - 1) * TICK), 0.005)
    for k in range(1, len(line) - 1):
        finer = closer(line, k, 4)
        ends = (line.q["r1"][[k - 1, k]] + line.q["r1"][[k, k + 1]]) / 2
        assert np.allclose(finer.q["r1"][[0, -1]], ends)
        assert np.any(np.all(np.isclose(finer.q["r1"], line.q["r1"][k]), axis=1))


def test_a_long_standstill_is_one_state() -> None:
    q = np.tile([0.3, 0.4], (10_000, 1))
    line = polyline({"r1": track(q)}, {"r1": np.ones(2)}, 0.0, float((len(q) - 1) * TICK), 0.005)
    assert len(line) == 1


def test_what_a_chord_may_miss_covers_a_curve_of_that_acceleration() -> None:
    """A parabola sampled every 8 ms lies a dt²/8 off its chord in the middle."""
    t = np.arange(20) * 0.008
    q = np.column_stack([1.5 * t**2, 0.0 * t])
    line = polyline({"r1": track(q)}, {"r1": np.array([3.0, 3.0])}, 0.0, float(19 * TICK), 1.0)
    middle = 1.5 * ((t[:-1] + t[1:]) / 2) ** 2
    chord = (q[:-1, 0] + q[1:, 0]) / 2
    assert np.all(np.abs(chord - middle)[1:] <= line.slack["r1"][1:-1, 0])
