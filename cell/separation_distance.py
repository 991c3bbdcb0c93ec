"""How far a person has to be from a moving robot, by the published formulas: estimates, no statement that a cell keeps to them.

Speed and separation monitoring: ISO/TS 15066:2016, 5.5.4, since taken into ISO 10218-2:2025; worked through by Marvel and
Norcross, "Implementing speed and separation monitoring in collaborative robot workcells", Robotics and Computer-Integrated
Manufacturing 44 (2017). Whoever relies on them checks each value against the clause.
"""

from __future__ import annotations

import math

APPROACH_SPEED = 1.6
"""v_h, m/s, of a person who walks, unless measured (ISO 13855)."""
REACTION = 0.5
"""T_r, s: a scanner's newest word may be that old before silence counts as somebody."""
INTRUSION = 0.85
"""C, m: how far an arm reaches before a scanner sees the body that it belongs to."""


def separation_distance(
    v_r: float, T_r: float, T_s: float, C: float, Z_d: float = 0.0, Z_r: float = 0.0, v_h: float = APPROACH_SPEED
) -> float:
    """S_p = S_h + S_r + S_s + C + Z_d + Z_r in m: what a person (v_h m/s), the robot until it reacts (v_r m/s for T_r s) and the
    robot while it stops (T_s s, at constant deceleration) go meanwhile, the intrusion distance C, and how uncertain person and
    robot are seen (Z_d, Z_r), all in m.

    S_h = v_h (T_r + T_s), S_r = v_r T_r, S_s = v_r² / 2a with a = v_r / T_s. Raises ValueError for anything below zero.
    """
    _refuse_below_zero(v_r=v_r, T_r=T_r, T_s=T_s, C=C, Z_d=Z_d, Z_r=Z_r, v_h=v_h)
    return v_h * (T_r + T_s) + v_r * T_r + 0.5 * v_r * T_s + C + Z_d + Z_r


def allowed_speed(
    S: float, T_r: float, a: float, C: float, Z_d: float = 0.0, Z_r: float = 0.0, v_h: float = APPROACH_SPEED
) -> float:
    """The v_r in m/s at which `separation_distance` is just S m, for a deceleration of a m/s²; 0 where there is none.

    v = a (-(T_r + v_h/a) + sqrt((T_r + v_h/a)² + (2/a)(S - v_h T_r - C - Z_d - Z_r))). Raises ValueError for a that is not above
    zero, or anything else below.
    """
    _refuse_below_zero(S=S, T_r=T_r, C=C, Z_d=Z_d, Z_r=Z_r, v_h=v_h)
    if not a > 0.0:
        raise ValueError(f"a is {a}, expected a deceleration above 0 m/s²")
    left, b = S - v_h * T_r - C - Z_d - Z_r, T_r + v_h / a
    return 0.0 if left <= 0.0 else a * (math.sqrt(b * b + 2.0 * left / a) - b)


def _refuse_below_zero(**values: float) -> None:
    for name, value in values.items():
        if not value >= 0.0:
            raise ValueError(f"{name} is {value}, expected 0 or more")
