"""Bounds on joints and points against dense samples of the same motion (cell/trajectory.py), and planted excesses."""

from dataclasses import replace

import numpy as np
import pytest

from cell.geometry import frozen
from cell.motion_plan import Motion, Phase, Segment
from cell.trajectory import Law, Path, sample
from planner.proof.finding import Finding, Refusal
from planner.proof.limits import check_joins, check_joint_motion, check_law, check_path, worst_ratio
from planner.proof.point_speed import Points, bound_speed
from planner.proof.time_law import joint_motion, pieces_of
from tests.planner.proof.hand_made import HOME, line, motion, rest_to_rest, ur10e, wavy


def messages(findings: tuple[Finding, ...]) -> str:
    return "; ".join(f.message for f in findings if isinstance(f, Refusal))


def form(segments: tuple[Segment, ...], duration: float = 3.0) -> str:
    """What is wrong with the path and its joins, run through from rest to rest."""
    path, law = of(motion(segments, duration))
    return messages((*check_path(path, ur10e()), *check_joins(path, pieces_of(path, law), ur10e())))


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
    ("change", "said"), [("jump", "position differs"), ("corner", "velocity differs"), ("bend", "acceleration differs")]
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
    assert said in form((first, broken, *rest))
    assert form(wavy(1)) == ""


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
    assert said in messages(check_law(m, *of(m), ur10e()))


def test_duration_that_is_not_the_sum_of_the_phases_is_refused() -> None:
    m = replace(motion((line(HOME, HOME + 0.3),), 2.0), duration=2.001)
    assert "its phases last 2 s" in messages(check_law(m, *of(m), ur10e()))


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


# --- what no unit of s may hide --------------------------------------------------------------------------------------


def test_whole_segment_beside_a_phase_boundary_is_seen() -> None:
    """The path passes 1 rad within 1e-10 s, just after the fastest instant of the law."""
    still, gone, length, eps = HOME, HOME + 1.0, 1.0, 2e-10
    before = 0.5 * (2 * length + eps) + 1e-10
    rest = 2 * length + eps - before - eps
    path = Path.of((line(still, still, before), line(still, gone, eps), line(gone, gone, rest)))
    pieces = pieces_of(path, Law.of(rest_to_rest(path.length, 1.0)))
    assert set(pieces.segment.tolist()) == {0, 1, 2}
    assert worst_ratio(joint_motion(path, pieces).velocity, ur10e().velocity)[1] is not None


def test_motion_in_the_last_millionth_of_the_path_is_not_left_out() -> None:
    segments = (*(line(HOME, HOME, 100.0) for _ in range(20)), line(HOME, HOME + 0.5, 1e-3))
    m = motion(segments, 1.0)
    short = replace(m, phases=rest_to_rest(2000.0, 1.0))
    path, law = of(short)
    assert "the time law ends at 2000" in messages(check_law(short, path, law, ur10e()))


def test_end_speed_counts_in_joint_velocity() -> None:
    """1e-7 of the fastest speed of s, at the end of a path that is steep there: half a radian per second."""
    m = motion((line(HOME, HOME, 900.0), line(HOME, HOME + 0.05, 1e-3)), 10.0)
    path = Path.of(m.segments)
    last = m.phases[-1]
    phases = (*m.phases[:3], replace(last, duration=last.duration - 1e-4))
    assert "does not end at rest" in messages(check_law(m, path, Law.of(phases), ur10e()))


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e5])
def test_zigzag_does_not_join_whatever_the_unit_of_s(scale: float) -> None:
    side = HOME + 0.045
    zigzag = tuple(Segment(frozen([a, b]), scale) for a, b in [(HOME, side), (side, HOME)] * 4)
    assert "velocity differs" in form(zigzag, 2.0)


def test_path_that_is_steep_in_s_and_law_that_is_fast_are_refused() -> None:
    assert "in a unit of its path parameter" in form((line(HOME, HOME + 0.3, 1e-3),))
    m = motion((line(HOME, HOME + 0.3, 5e3),), 2.0)
    assert "1000 is the most" in messages(check_law(m, *of(m), ur10e()))
