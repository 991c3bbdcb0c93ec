"""Runs between speeds against ruckig, which is time optimal, and against the laws of motion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruckig import InputParameter, Result, Ruckig, Trajectory

from cell.trajectory import Law
from planner.motion.double_s import duration, peak_speed, phases

positive = st.floats(0.05, 5.0)


def by_ruckig(length: float, first: float, last: float, speed: float, acceleration: float, jerk: float) -> float:
    given_ = InputParameter(1)
    given_.current_position, given_.current_velocity, given_.current_acceleration = [0.0], [first], [0.0]
    given_.target_position, given_.target_velocity, given_.target_acceleration = [length], [last], [0.0]
    given_.max_velocity, given_.max_acceleration, given_.max_jerk = [speed], [acceleration], [jerk]
    trajectory = Trajectory(1)
    assert Ruckig(1).calculate(given_, trajectory) == Result.Working
    return float(trajectory.duration)


@given(positive, positive, positive, st.floats(0.5, 50.0))
def test_rest_to_rest_takes_as_long_as_ruckigs(length: float, speed: float, acceleration: float, jerk: float) -> None:
    ours = sum(phase.duration for phase in phases(length, 0.0, 0.0, speed, acceleration, jerk))
    assert ours == pytest.approx(by_ruckig(length, 0.0, 0.0, speed, acceleration, jerk), rel=1e-6)


@given(positive, st.floats(0.0, 1.0), st.floats(0.0, 1.0), positive, st.floats(0.5, 50.0))
def test_moving_ends_take_as_long_as_ruckigs(length: float, v0: float, v1: float, acceleration: float, jerk: float) -> None:
    speed = 1.0
    peak = float(peak_speed(length, v0, v1, speed, acceleration, jerk))
    if np.isnan(peak) or peak == 0.0:
        return
    ours = float(duration(length, v0, v1, np.float64(peak), acceleration, jerk))
    assert ours >= by_ruckig(length, v0, v1, speed, acceleration, jerk) - 1e-6
    if peak > max(v0, v1) * (1.0 + 1e-6):  # ruckig may also dip below both ends, which is never quicker where there is room
        assert ours == pytest.approx(by_ruckig(length, v0, v1, speed, acceleration, jerk), rel=1e-5)


@given(positive, st.floats(0.0, 1.0), st.floats(0.0, 1.0), positive, st.floats(0.5, 50.0))
def test_phases_go_the_length_and_end_at_the_speed(length: float, v0: float, v1: float, acceleration: float, jerk: float) -> None:
    try:
        run = phases(length, v0, v1, 1.0, acceleration, jerk)
    except ValueError:
        assert np.isnan(peak_speed(length, v0, v1, 1.0, acceleration, jerk)) or v0 == v1 == 0.0
        return
    s, v, a = 0.0, v0, 0.0
    for phase in run:
        t, j = phase.duration, phase.jerk
        s, v, a = s + t * (v + t * (a / 2 + t * j / 6)), v + t * (a + t * j / 2), a + t * j
        assert -1e-9 <= v <= 1.0 + 1e-9
        assert abs(a) <= acceleration * (1 + 1e-9)
        assert abs(j) <= jerk * (1 + 1e-12)
    assert (s, v, a) == pytest.approx((length, v1, 0.0), abs=1e-9)


def test_no_room_to_brake_is_refused() -> None:
    assert np.isnan(peak_speed(0.01, 1.0, 0.0, 1.0, 1.0, 10.0))
    with pytest.raises(ValueError, match="no run"):
        phases(0.01, 1.0, 0.0, 1.0, 1.0, 10.0)


def test_law_starts_and_ends_at_rest() -> None:
    law = Law.of(phases(1.0, 0.0, 0.0, 0.8, 2.0, 20.0))
    np.testing.assert_allclose(law.states[-1], [1.0, 0.0, 0.0], atol=1e-12)
