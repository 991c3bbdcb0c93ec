"""The quickest jerk-limited run over a stretch: from speed to speed, acceleration zero at both ends ("double S").

Vectorised over stretches. Source: Biagiotti, Melchiorri, "Trajectory Planning for Automatic Machines and Robots", Springer
2008, section 3.4: a change of speed by d under acceleration a and jerk j lasts d/a + a/j when d >= a²/j, else 2 sqrt(d/j),
and covers the mean of the two speeds times that. The peak speed follows from the length, which grows with it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cell.geometry import Array
from cell.motion_plan import Phase

_TINY = 1e-300
_NEGLIGIBLE = 1e-13  # s: what rounding leaves of a phase that is not there


def change_time(change: Array, acceleration: Array, jerk: Array) -> Array:
    """Shortest time for a change of speed by `change` >= 0 from and to zero acceleration."""
    ramped = change / np.maximum(acceleration, _TINY) + acceleration / np.maximum(jerk, _TINY)
    with np.errstate(over="ignore"):
        short = 2.0 * np.sqrt(change / np.maximum(jerk, _TINY))
    time: Array = np.where(change * jerk >= acceleration**2, ramped, short)
    return np.where(change > 0.0, time, 0.0)


def length_needed(peak: Array, first: Array, last: Array, acceleration: Array, jerk: Array) -> Array:
    """Shortest stretch on which speed goes `first` -> `peak` -> `last`."""
    up = change_time(np.abs(peak - first), acceleration, jerk) * (first + peak) / 2.0
    down = change_time(np.abs(peak - last), acceleration, jerk) * (last + peak) / 2.0
    return up + down


def peak_speed(
    length: ArrayLike, first: ArrayLike, last: ArrayLike, speed: ArrayLike, acceleration: ArrayLike, jerk: ArrayLike,
    halvings: int = 60,
) -> Array:  # fmt: skip
    """The highest speed <= `speed` that the stretch has room for; NaN where it has no room even to get from `first` to
    `last`, or where one of them is above `speed`."""
    d, v0, v1, cap, a, j = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (length, first, last, speed, acceleration, jerk))
    )
    low, high = np.maximum(v0, v1), np.array(cap)
    feasible = (low <= cap) & (length_needed(low, v0, v1, a, j) <= d)
    low = np.where(length_needed(high, v0, v1, a, j) <= d, high, low)
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        fits = length_needed(middle, v0, v1, a, j) <= d
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return np.where(feasible, low, np.nan)


def duration(
    length: ArrayLike, first: ArrayLike, last: ArrayLike, peak: Array, acceleration: ArrayLike, jerk: ArrayLike
) -> Array:
    """Seconds for the stretch with that `peak` speed; infinite where `peak` is NaN or 0."""
    d, v0, v1, a, j = (np.asarray(x, dtype=np.float64) for x in (length, first, last, acceleration, jerk))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        cruise = (d - length_needed(peak, v0, v1, a, j)) / peak
        time = change_time(np.abs(peak - v0), a, j) + change_time(np.abs(peak - v1), a, j) + np.maximum(cruise, 0.0)
    return np.where(np.isnan(peak) | (peak <= 0.0), np.inf, time)


def phases(length: float, first: float, last: float, speed: float, acceleration: float, jerk: float) -> tuple[Phase, ...]:
    """The run as phases of constant jerk; zero ones left out. Raises ValueError where the stretch has no room for it."""
    peak = _peak(length, first, last, speed, acceleration, jerk)
    if not peak > 0.0:
        raise ValueError(f"no run from {first} to {last} below {speed} within {length}")
    cruise = (length - _needed(peak, first, last, acceleration, jerk)) / peak
    run = (*_change(peak - first, acceleration, jerk), Phase(cruise, 0.0), *_change(last - peak, acceleration, jerk))
    return tuple(phase for phase in run if phase.duration > _NEGLIGIBLE)


def _peak(length: float, first: float, last: float, speed: float, acceleration: float, jerk: float) -> float:
    """`peak_speed` of one stretch, to the last bit; 0 where there is no room."""
    low, high = max(first, last), speed
    if low > high or _needed(low, first, last, acceleration, jerk) > length:
        return 0.0
    if _needed(high, first, last, acceleration, jerk) <= length:
        return high
    while low < (middle := 0.5 * (low + high)) < high:
        if _needed(middle, first, last, acceleration, jerk) <= length:
            low = middle
        else:
            high = middle
    return low


def _needed(peak: float, first: float, last: float, acceleration: float, jerk: float) -> float:
    """`length_needed` of one stretch."""
    return sum(_time(abs(peak - v), acceleration, jerk) * (v + peak) / 2.0 for v in (first, last))


def _time(change: float, acceleration: float, jerk: float) -> float:
    if change <= 0.0:
        return 0.0
    if change * jerk >= acceleration**2:
        return change / acceleration + acceleration / jerk
    return 2.0 * math.sqrt(change / jerk)


def _change(change: float, acceleration: float, jerk: float) -> tuple[Phase, ...]:
    """Speed changes by `change` (either sign)."""
    size, j = abs(change), math.copysign(jerk, change)
    if size <= 0.0:
        return ()
    if size * jerk >= acceleration**2:
        ramp = acceleration / jerk
        return Phase(ramp, j), Phase(size / acceleration - ramp, 0.0), Phase(ramp, -j)
    ramp = math.sqrt(size / jerk)
    return Phase(ramp, j), Phase(ramp, -j)
