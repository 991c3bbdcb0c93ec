"""Whether the setpoints kept within limits, by divided differences.

k! times the k-th divided difference of a function is a weighted mean of its k-th derivative over those samples (Peano's
kernel is a B-spline, non-negative with unit mass; de Boor, "A Practical Guide to Splines", chapter I), for any spacing. So a
trajectory within its limits never exceeds one here, and no tolerance is needed but for rounding. The reverse does not hold: a
peak shorter than the samples is averaged out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cell.geometry import Array
from tests.judge.arm import Arm, Limits
from tests.judge.polyline import LONGEST_GAP
from tests.judge.recording import Track
from tests.judge.verdict import Exceedance

TOLERANCE = 1e-6  # of the limit; of the joint's own unit for positions
UNSEEN = 1e-4  # rad or m: less than that between two samples is settling
READBACK_TOLERANCE = 1e-2  # of the velocity: a robot that jumps was not recorded, it was made up


def joint_exceedances(track: Track, limits: Limits) -> Iterator[Exceedance]:
    """The worst of each kind and joint."""
    for name, q in (("setpoint", track.setpoint), ("readback", track.readback)):
        over = np.maximum(q - limits.position[:, 1], limits.position[:, 0] - q)
        for joint in np.flatnonzero(over.max(axis=0) > TOLERANCE):
            k = int(np.argmax(over[:, joint]))
            bound = limits.position[joint, 1 if q[k, joint] > limits.position[joint].mean() else 0]
            yield _exceeds(track, k, f"{name} position", joint, q[k, joint], bound)
    yield from _gaps(track)
    yield from _rates(track, track.setpoint, "setpoint", (limits.velocity, limits.acceleration, limits.jerk), TOLERANCE)
    yield from _rates(track, track.readback, "readback", (limits.velocity,), READBACK_TOLERANCE)


def _gaps(track: Track) -> Iterator[Exceedance]:
    """Where the robot moved and nobody recorded how."""
    dt = np.diff(track.at) * 1e-9
    moved = np.abs(np.diff(track.readback, axis=0)).max(axis=1, initial=0.0) > UNSEEN
    if np.any(moved & (dt > LONGEST_GAP)):
        k = int(np.argmax(np.where(moved, dt, 0.0)))
        yield Exceedance(f"{track.robot}: the time between two samples in motion", int(track.at[k]), float(dt[k]), LONGEST_GAP)


def _rates(track: Track, q: Array, name: str, limits: tuple[Array, ...], tolerance: float) -> Iterator[Exceedance]:
    rate = q
    for order, (word, limit) in enumerate(zip(("velocity", "acceleration", "jerk"), limits, strict=False), start=1):
        if len(rate) < 2:
            return
        rate = order * np.diff(rate, axis=0) / ((track.at[order:] - track.at[:-order]) * 1e-9)[:, None]
        over = np.abs(rate) / limit - 1.0
        for joint in np.flatnonzero(over.max(axis=0) > tolerance):
            k = int(np.argmax(over[:, joint]))
            yield _exceeds(track, k, f"{name} {word}", joint, abs(rate[k, joint]), limit[joint])


def _exceeds(track: Track, k: int, what: str, joint: int, value: float, limit: float) -> Exceedance:
    return Exceedance(f"{track.robot} {what} of joint {joint + 1}", int(track.at[k]), float(value), float(limit))


def tcp_speeds(track: Track, arm: Arm, T_flange_tcp: Mapping[str, Array]) -> dict[str, Array]:
    """(N - 1,) m/s of each TCP between setpoints: the chord, so never more than it was."""
    moved = np.abs(np.diff(track.setpoint, axis=0)).max(axis=1) > 0.0
    rows = np.flatnonzero(np.append(moved, False) | np.append(False, moved))
    flange = arm.sweep(track.setpoint[rows]).flange() if len(rows) else np.zeros((0, 4, 4))
    pairs = np.flatnonzero(np.diff(rows) == 1)
    dt = np.diff(track.at)[rows[pairs]] * 1e-9
    speeds = {}
    for hand, frame in T_flange_tcp.items():
        point = (flange @ frame)[:, :3, 3]
        speeds[hand] = np.zeros(len(track.at) - 1)
        speeds[hand][rows[pairs]] = np.linalg.norm(point[pairs + 1] - point[pairs], axis=1) / dt
    return speeds


def speed_exceedance(
    track: Track, what: str, speed: Array, limit: float, within: np.ndarray | None = None
) -> Iterator[Exceedance]:
    """The fastest of `speed` (N - 1,) over `limit`, among the chords that `within` (N - 1,) marks."""
    chosen = speed if within is None else np.where(within, speed, 0.0)
    if len(chosen) and chosen.max() > limit * (1.0 + TOLERANCE):
        k = int(np.argmax(chosen))
        yield Exceedance(what, int(track.at[k]), float(chosen[k]), limit)
