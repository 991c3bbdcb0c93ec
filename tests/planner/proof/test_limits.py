"""Bounds on joints and points against dense samples of the same motion (cell/trajectory.py), and planted excesses."""

from dataclasses import replace

import numpy as np
import pytest

from cell.geometry import frozen
from cell.motion_plan import Motion, Phase, Segment
from cell.trajectory import Law, Path, sample
from planner.proof.finding import Finding, Refusal
from planner.proof.limits import check_joint_motion, check_law, check_path, worst_ratio
from planner.proof.point_speed import Points, bound_speed
from planner.proof.time_law import joint_motion, pieces_of
from tests.planner.proof.hand_made import HOME, line, motion, rest_to_rest, ur10e, wavy


def messages(findings: tuple[Finding, ...]) -> str:
    return "; ".join(f.message for f in findings if isinstance(f, Refusal))


def of(m: Motion) -> tuple[Path, Law]:
    return Path.of(m.segments), Law.of(m.phases)


@pytest.mark.parametrize("seed", range(6))
def test_joint_bounds_enclose_dense_samples_and_are_not_loose(seed: int) -> None:
    m = motion(wavy(seed), 3.0)
    path, law = of(m)
    joints = joint_motion(path, pieces_of(path, law))
    dense = sample(m, np.linspace(0.0, m.duration, 6001))
    for bound, seen in ((joints.velocity, dense.qd), (joints.acceleration, dense.qdd), (joints.jerk, dense.qddd)):
        top = np.abs(seen).max(axis=0)
        for i in range(6):
            # Asked whether it stays below 1.002 of what was seen, the proof says yes; below 0.998, no.
            assert worst_ratio(bound[:, i], np.asarray(top[i] * 1.002))[1] is None
            assert worst_ratio(bound[:, i], np.asarray(top[i] * 0.998))[1] is not None


def test_joint_limit_exceeded_by_a_thousandth_is_refused() -> None:
    m = motion(wavy(3), 3.0)
    path, law = of(m)
    joints = joint_motion(path, pieces_of(path, law))
    top = np.abs(sample(m, np.linspace(0.0, m.duration, 6001)).qdd).max(axis=0)
    allowed = replace(ur10e(), acceleration=frozen(top * 1.001), velocity=frozen(np.full(6, 50.0)), jerk=frozen(np.full(6, 1e4)))
    assert messages(check_joint_motion(joints, allowed)) == ""
    tight = replace(allowed, acceleration=frozen(np.where(np.arange(6) == 2, top * 0.999, top * 1.001)))
    assert "elbow" in messages(check_joint_motion(joints, tight))


def test_path_outside_the_position_limits_is_refused() -> None:
    far = HOME.copy()
    far[2] = ur10e().position[2, 1] + 1e-3
    assert "leaves its position limits" in messages(check_path(of(motion((line(HOME, far),), 4.0))[0], ur10e()))


@pytest.mark.parametrize(
    ("change", "said"), [("jump", "position differs"), ("corner", "first derivative"), ("bend", "second derivative")]
)
def test_segments_that_do_not_join_are_refused(change: str, said: str) -> None:
    first, second, *rest = wavy(1)
    control = np.array(second.control)
    if change == "jump":
        control += 1e-6
    elif change == "corner":
        second = replace(second, length=second.length * 1.01)
    else:
        control[2] += 1e-4
    broken = replace(second, control=frozen(control))
    assert said in messages(check_path(Path.of((first, broken, *rest)), ur10e()))
    assert messages(check_path(Path.of(wavy(1)), ur10e())) == ""


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        (rest_to_rest(1.0, 2.0)[:3], "rest"),
        (rest_to_rest(1.1, 2.0), "ends at 1.1"),
        ((Phase(1.0, -3.0), Phase(1.0, 3.0), Phase(1.0, 3.0), Phase(1.0, -3.0)), "backwards"),
    ],
)
def test_time_law_that_is_not_from_rest_to_rest_over_the_path_is_refused(phases: tuple[Phase, ...], said: str) -> None:
    m = replace(motion((line(HOME, HOME + 0.3),), 2.0), phases=phases, duration=sum(p.duration for p in phases))
    assert said in messages(check_law(m, *of(m)))


def test_duration_that_is_not_the_sum_of_the_phases_is_refused() -> None:
    m = replace(motion((line(HOME, HOME + 0.3),), 2.0), duration=2.001)
    assert "its phases last 2 s" in messages(check_law(m, *of(m)))


@pytest.mark.parametrize("seed", range(4))
def test_point_speed_encloses_finite_differences_and_is_not_loose(seed: int) -> None:
    m, model, local = motion(wavy(seed), 3.0), ur10e(), np.array([[0.05, 0.0, 0.3]])
    path, law = of(m)
    pieces = pieces_of(path, law)
    joints = joint_motion(path, pieces)
    t = np.linspace(0.0, m.duration, 20001)
    poses = model.chain.link_poses(sample(m, t).q)[:, 6]
    points = poses[:, :3, :3] @ local[0] + poses[:, :3, 3]
    seen = float(np.linalg.norm(np.diff(points, axis=0), axis=1).max() / (t[1] - t[0]))
    assert bound_speed(model, path, pieces, joints, Points(6, local), seen * 1.001).at is None
    refused = bound_speed(model, path, pieces, joints, Points(6, local), seen * 0.999)
    assert refused.at is not None
    assert refused.speed == pytest.approx(seen, rel=2e-3)


def test_point_speed_within_an_interval_ignores_the_rest() -> None:
    m, model = motion((line(HOME, HOME + 0.5),), 2.0), ur10e()
    path, law = of(m)
    pieces = pieces_of(path, law)
    joints, flange = joint_motion(path, pieces), Points(6, np.zeros((1, 3)))
    assert bound_speed(model, path, pieces, joints, flange, 0.4, (0.0, 0.05)).at is None
    assert bound_speed(model, path, pieces, joints, flange, 0.4, (0.4, 0.6)).at is not None


def test_degree_one_segment_moves_as_its_line() -> None:
    m = motion((Segment(frozen([HOME, HOME + 0.3]), 1.0),), 2.0)
    path, law = of(m)
    joints = joint_motion(path, pieces_of(path, law))
    assert worst_ratio(joints.velocity, np.full(6, 0.3001))[1] is None
    assert worst_ratio(joints.velocity, np.full(6, 0.2999))[1] is not None
