"""How a trajectory is truly run, against oracles of our own: an ODE stepped finely, an integral summed finely."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.geometry import Array, frozen
from cell.motion_plan import Motion, Segment
from cell.steps import AtHome, MotionNeed
from cell.trajectory import Law, Path, sample
from cell_drivers.simulated.playback import LAG, PERIOD, SETTLED, Ramp, Samples, cut, first_sample, joined, positions, run_on
from tests.cell_drivers.gantry import ACCELERATION, HOME, VELOCITY, straight

START, END = np.array(HOME), np.array([0.8, -0.4, 0.6, 2.0])


def whole(scaling: float = 1.0) -> tuple[Samples, Path, Law]:
    trajectory = straight(START, END)
    path, law = Path.of(trajectory.segments), Law.of(trajectory.phases)
    first = first_sample(path, START, scaling)
    return joined(first, run_on(path, law, first, Ramp(scaling, scaling, 0.0))), path, law


def test_setpoints_are_the_trajectory() -> None:
    samples, path, law = whole()
    t = np.arange(len(samples)) * PERIOD
    assert np.allclose(samples.setpoint, path.at(law.at(t).s).q, atol=1e-12)


def test_what_is_measured_follows_by_first_order_lag() -> None:
    """T dq/dt = u - q, stepped by a hundredth of a period with u straight between two ticks."""
    samples, _, _ = whole()
    fine, q, worst = 400, samples.q[0].copy(), 0.0
    for k in range(1, len(samples)):
        u0, u1 = samples.setpoint[k - 1], samples.setpoint[k]
        for i in range(fine):
            u = u0 + (u1 - u0) * (i + 0.5) / fine
            q = q + (u - q) * (1.0 - np.exp(-PERIOD / fine / LAG))
        worst = max(worst, float(np.abs(q - samples.q[k]).max()))
    assert worst < 1e-7
    assert float(np.abs(samples.setpoint - samples.q).max()) > 1e-3, "without lag this test would show nothing"


def test_velocity_is_the_derivative_of_what_is_measured() -> None:
    samples, _, _ = whole()
    middle = (samples.q[2:] - samples.q[:-2]) / (2 * PERIOD)
    assert np.allclose(samples.qd[1:-1], middle, atol=0.02)


def test_ends_settled_and_only_then() -> None:
    samples, path, law = whole()
    assert samples.ends == "end"
    away = np.abs(samples.q - path.at(path.length).q).max(axis=1)
    assert away[-1] <= SETTLED
    over = np.arange(len(samples)) * PERIOD >= law.duration
    assert not np.any((away <= SETTLED)[:-1] & over[:-1])


def test_a_hard_stop_is_over_only_when_the_joints_are_at_rest() -> None:
    samples, path, law = whole()
    middle = cut(samples, slice(0, len(samples) // 2))
    after = run_on(path, law, middle, Ramp(1.0, 0.0, PERIOD))
    assert after.ends == "still"
    away = np.abs(after.q - after.setpoint).max(axis=1)
    assert away[0] > 1e-4, "it was fast"
    assert away[-1] <= 1e-5
    assert len(after) < 10


@pytest.mark.parametrize("scaling", [1.0, 0.5, 0.25])
def test_trajectory_time_follows_the_scaling(scaling: float) -> None:
    samples, _, law = whole(scaling)
    assert (len(samples) - 1) * PERIOD == pytest.approx(law.duration / scaling, abs=3 * PERIOD)
    assert float(np.abs(samples.qd).max(axis=0)[0]) <= VELOCITY[0] * scaling + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(PERIOD, 2), st.floats(0.0, 3))
def test_elapsed_is_the_integral_of_the_scaling(start: float, end: float, duration: float, t: float) -> None:
    ramp = Ramp(start, end, duration)
    steps = (np.arange(20000) + 0.5) / 20000 * t
    summed = float(ramp.scaling(steps).sum()) * t / 20000
    elapsed = float(ramp.elapsed(np.array([t]))[0])
    assert elapsed == pytest.approx(summed, abs=1e-6)
    needed = ramp.time_to(elapsed)
    assert needed is None or needed >= t - 1e-9 or ramp.elapsed(np.array([needed]))[0] == pytest.approx(elapsed)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(0, 1), st.floats(0.05, 0.6)), min_size=1, max_size=4))
def test_no_change_of_scaling_makes_a_step(changes: list[tuple[float, float, float]]) -> None:
    """However the scaling jumps about: on the path, never back, never a step beyond the velocity limit."""
    trajectory = straight(START, END)
    path, law = Path.of(trajectory.segments), Law.of(trajectory.phases)
    samples = first_sample(path, START, 1.0)
    at = 1.0
    for keep, scaling, duration in changes:
        following = run_on(path, law, samples, Ramp(at, scaling, duration))
        rows = max(1, int(keep * len(following)))
        samples = joined(samples, _first(following, rows))
        at = float(samples.scaling[-1])
    assert np.all(np.diff(samples.tau) >= 0.0)
    assert np.all(np.abs(np.diff(samples.q, axis=0)) <= VELOCITY * PERIOD * (1 + 1e-9))
    fraction = (samples.setpoint - START) / (END - START)
    assert np.allclose(fraction, fraction[:, :1], atol=1e-9)


def _first(samples: Samples, rows: int) -> Samples:
    return cut(samples, slice(0, rows))


def test_what_is_measured_keeps_the_limits_of_the_setpoints() -> None:
    samples, _, _ = whole()
    acceleration = np.abs(np.diff(samples.qd, axis=0)) / PERIOD
    assert np.all(np.abs(samples.qd) <= VELOCITY * (1 + 1e-6))
    assert np.all(acceleration <= ACCELERATION * (1 + 1e-6))


def test_positions_are_those_of_the_path() -> None:
    rng = np.random.default_rng(3)
    segments = tuple(Segment(frozen(rng.normal(size=(d + 1, 4))), float(d)) for d in (1, 3, 5))
    path = Path.of(segments)
    s: Array = np.linspace(0.0, path.length, 500)
    assert np.allclose(positions(path, s), path.at(s).q, atol=1e-12)


def test_the_shared_reading_of_a_motion_agrees() -> None:
    """cell/trajectory.py is what judges read; the setpoints here must be that curve."""
    trajectory = straight(START, END)
    need = MotionNeed("g1", AtHome(), AtHome(), (), None, None, (), None)
    _, _, law = whole()
    motion = Motion(need, trajectory.segments, trajectory.phases, (), (), law.duration)
    samples, _, _ = whole()
    assert np.allclose(sample(motion, np.arange(len(samples)) * PERIOD).q, samples.setpoint, atol=1e-12)
