"""Paths and laws against scipy's Bernstein polynomials and against integration by small steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import BPoly

from cell.geometry import frozen
from cell.motion_plan import Motion, Phase, Segment
from cell.steps import AtHome, AtHub, MotionNeed
from cell.trajectory import Law, derivative_bounds, elevated, path_at, sample, split

degrees = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def random_segments(seed: int, count: int = 3, joints: int = 4) -> tuple[Segment, ...]:
    rng = np.random.default_rng(seed)
    return tuple(
        Segment(frozen(rng.normal(size=(rng.integers(2, 7), joints))), float(rng.uniform(0.1, 2.0))) for _ in range(count)
    )


def a_motion(segments: tuple[Segment, ...], phases: tuple[Phase, ...]) -> Motion:
    need = MotionNeed("r1", AtHome(), AtHub("tray"), (), None, None, (), None)
    return Motion(need, segments, phases, (), (), sum(p.duration for p in phases))


@given(seeds)
def test_path_agrees_with_scipy_bernstein_polynomials(seed: int) -> None:
    segments = random_segments(seed)
    breaks = np.cumsum([0.0, *(s.length for s in segments)])
    for k, segment in enumerate(segments):
        oracle = BPoly(np.asarray(segment.control)[:, None, :], breaks[k : k + 2])
        s = np.linspace(breaks[k], breaks[k + 1], 23)[:-1]
        points = path_at(segments, s)
        for order, ours in enumerate((points.q, points.dq, points.ddq, points.dddq)):
            theirs = oracle(s, nu=order) if order < len(segment.control) else np.zeros_like(ours)
            scale = max(1.0, float(np.abs(theirs).max()))
            np.testing.assert_allclose(ours / scale, theirs / scale, atol=1e-10)


@given(st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(-5.0, 5.0)), min_size=1, max_size=8))
def test_law_agrees_with_integration_of_its_jerk(phases: list[tuple[float, float]]) -> None:
    s = v = a = t = 0.0
    law = Law.of(tuple(Phase(d, j) for d, j in phases))
    for duration, jerk in phases:
        half = law.at(t + duration / 2)
        dt = duration / 2
        assert half.s[0] == pytest.approx(s + v * dt + a * dt**2 / 2 + jerk * dt**3 / 6, abs=1e-9)
        assert half.sddd[0] == jerk
        s, v, a = (
            s + v * duration + a * duration**2 / 2 + jerk * duration**3 / 6,
            v + a * duration + jerk * duration**2 / 2,
            a + jerk * duration,
        )
        t += duration
    end = law.at(t + 1.0)
    assert (end.s[0], end.sd[0], end.sdd[0]) == pytest.approx((s, v, a), abs=1e-9)


@given(seeds)
def test_joint_derivatives_agree_with_finite_differences(seed: int) -> None:
    segments = random_segments(seed, count=1)
    length = segments[0].length
    phases = (Phase(0.5, length * 4.0), Phase(1.0, -length * 4.0), Phase(0.5, length * 4.0))
    motion = a_motion(segments, phases)
    t, h = np.array([0.21, 0.77, 1.1, 1.83]), 1e-4
    here, before, after = sample(motion, t), sample(motion, t - h), sample(motion, t + h)
    for got, low, high in (
        (here.qd, before.q, after.q),
        (here.qdd, before.qd, after.qd),
        (here.qddd, before.qdd, after.qdd),
    ):
        scale = max(1.0, float(np.abs(here.qddd).max()))
        np.testing.assert_allclose(got / scale, (high - low) / (2 * h) / scale, atol=2e-5)


def test_motion_starts_and_ends_at_rest_at_the_ends_of_its_path() -> None:
    segments = random_segments(3, count=1)
    length = segments[0].length
    phases = (Phase(0.5, length * 4.0), Phase(1.0, -length * 4.0), Phase(0.5, length * 4.0))
    ends = sample(a_motion(segments, phases), [0.0, 2.0])
    np.testing.assert_allclose(ends.q, np.asarray(segments[0].control)[[0, -1]], atol=1e-12)
    np.testing.assert_allclose(ends.qd, 0.0, atol=1e-12)
    np.testing.assert_allclose(ends.qdd, 0.0, atol=1e-12)


def test_times_outside_the_motion_are_clipped_to_its_ends() -> None:
    segments = random_segments(4, count=1)
    motion = a_motion(segments, (Phase(1.0, 6.0 * segments[0].length),))
    np.testing.assert_array_equal(sample(motion, [-1.0, 9.0]).q, sample(motion, [0.0, 1.0]).q)


@given(seeds, st.floats(0.01, 0.99))
def test_split_keeps_the_curve(seed: int, u: float) -> None:
    control = elevated(random_segments(seed, count=1)[0].control)
    first, last = split(control, u)
    s = np.linspace(0.0, 1.0, 11)
    np.testing.assert_allclose(
        path_at((Segment(frozen(first), 1.0),), s).q[:-1], path_at((Segment(frozen(control), 1.0),), s * u).q[:-1], atol=1e-9
    )
    np.testing.assert_allclose(
        path_at((Segment(frozen(last), 1.0),), s).q, path_at((Segment(frozen(control), 1.0),), u + s * (1 - u)).q, atol=1e-9
    )


@given(seeds, degrees)
def test_derivative_bounds_are_never_exceeded(seed: int, degree: int) -> None:
    rng = np.random.default_rng(seed)
    segment = Segment(frozen(rng.normal(size=(degree + 1, 3))), float(rng.uniform(0.1, 3.0)))
    points = path_at((segment,), np.linspace(0.0, segment.length, 400))
    bounds = derivative_bounds(segment.control, segment.length)
    for order, values in enumerate((points.dq, points.ddq, points.dddq)):
        assert np.all(np.abs(values) <= bounds[order] * (1 + 1e-9) + 1e-9)


def test_refuses_a_path_without_segments() -> None:
    with pytest.raises(ValueError, match="at least one segment"):
        path_at((), [0.0])
    with pytest.raises(ValueError, match="control points"):
        elevated(np.zeros((7, 3)))
