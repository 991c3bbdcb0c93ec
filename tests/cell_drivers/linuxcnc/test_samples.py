"""Velocities of readings, which come more often than the controller looks at its joints."""

from __future__ import annotations

import numpy as np
import pytest

from cell.geometry import Array
from cell_drivers.linuxcnc.samples import FORGOTTEN, WINDOW, Samples
from cell_drivers.linuxcnc.shell import Reading

SPEED = 5.0  # degrees/s of the first joint
LOOK = 0.0124  # s between two looks of the controller at its joints


def reading(time: float, at: float) -> Reading:
    joints = (at, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Reading(time, joints, joints, "running", 1, "theirs.ngc", "auto", True, False, (True,) * 6, 100, True, "")


def told(samples: Samples, time: float, at: float) -> Array:
    return samples.take(reading(time, at), round(time * 1e9), "", "", 0.0).qd


@pytest.mark.parametrize("period", [0.003, 0.004, 0.01, 0.02])
def test_a_robot_that_moves_is_told_to_move_at_its_speed(period: float) -> None:
    samples = Samples("arm")
    told(samples, 7.0, 0.0)
    for k in range(1, 400):
        moved = SPEED * LOOK * (k * period // LOOK)
        qd = told(samples, 7.0 + k * period, moved)
        if k * period > WINDOW:
            assert abs(np.degrees(qd[0]) - SPEED) <= SPEED * LOOK / WINDOW
    for k in range(400, 400 + round(2 * WINDOW / period) + 2):
        qd = told(samples, 7.0 + k * period, moved)
    assert not qd.any(), "it stands"


def test_what_was_read_long_before_or_by_another_clock_is_no_velocity() -> None:
    samples = Samples("arm")
    told(samples, 7.0, 0.0)
    assert not told(samples, 7.0 + FORGOTTEN, 5.0).any()
    assert not told(samples, 3.0, 9.0).any()
    assert np.degrees(told(samples, 3.5, 9.5)[0]) == pytest.approx(1.0)
