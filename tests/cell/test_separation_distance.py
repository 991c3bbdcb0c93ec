"""The formulas of separation, by hand-worked examples and against one another."""

from __future__ import annotations

import pytest

from cell.separation_distance import allowed_speed, separation_distance


def test_worked_example_of_the_separation_distance() -> None:
    """1.6 (0.1 + 0.3) + 1.0 * 0.1 + 1.0 * 0.3 / 2 + 0.85 + 0.12 = 0.64 + 0.10 + 0.15 + 0.97 = 1.86 m."""
    assert separation_distance(v_r=1.0, T_r=0.1, T_s=0.3, C=0.85, Z_d=0.12) == pytest.approx(1.86)


def test_worked_example_of_the_allowed_speed() -> None:
    """The same the other way round: 1.86 m, and a deceleration of 1.0 / 0.3 m/s², allow 1.0 m/s."""
    assert allowed_speed(1.86, T_r=0.1, a=1.0 / 0.3, C=0.85, Z_d=0.12) == pytest.approx(1.0)


@pytest.mark.parametrize("v_r", [0.05, 0.25, 1.0, 2.5])
@pytest.mark.parametrize("v_h", [0.0, 1.6, 2.0])
def test_the_two_are_each_other_turned_round(v_r: float, v_h: float) -> None:
    a = 3.0
    S = separation_distance(v_r, 0.2, v_r / a, 0.85, 0.05, 0.02, v_h)
    assert allowed_speed(S, 0.2, a, 0.85, 0.05, 0.02, v_h) == pytest.approx(v_r)


def test_nothing_is_allowed_to_whom_a_person_is_too_near() -> None:
    assert allowed_speed(0.9, T_r=0.1, a=2.0, C=0.85) == 0.0
    assert allowed_speed(0.0, T_r=0.0, a=2.0, C=0.0) == 0.0


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="T_s is -1"):
        separation_distance(1.0, 0.1, -1.0, 0.0)
    with pytest.raises(ValueError, match="a is 0"):
        allowed_speed(1.0, 0.1, 0.0, 0.0)
    with pytest.raises(ValueError, match="C is nan"):
        separation_distance(1.0, 0.1, 0.1, float("nan"))
