"""What robots did while somebody was in a zone with a rule, with nothing of the controller, its journal or our kinematics in it.

Law: a robot has the time to be told and to brake from its full speed, by its own limits. From then on nothing of it moves where
the rule is `stop`, and no point of its links, its tools and its load is faster than the limit where the rule is `slow`. Excused
is only what nobody could have told it: the motion under way when its link was cut, and a detector that was frozen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from tests.judge.arm import Arm
from tests.judge.bodies import Moving
from tests.judge.recording import Interval, Recording, Track
from tests.judge.solids import points_of
from tests.judge.verdict import Exceedance

TOLD = 0.03  # s from a detector's word to the brakes
DEAF = 1.6  # s where the detector was frozen: what it says grows old, and is looked at once a second
STILL = 1e-3  # rad/s or m/s
ROUNDING = 1.005  # of the limit


def broken(
    cell: CellModel, arms: Mapping[str, Arm], recording: Recording, bodies: Sequence[Moving], first: int, last: int
) -> Iterator[Exceedance]:
    """From `first` to `last` (ns), in which `bodies` are what moves: the fastest of each robot and stay."""
    for name, stays in recording.occupied.items():
        zone = cell.zones[name]
        if zone.occupied is None or zone.when_occupied is None:
            continue
        for stay in stays:
            for robot, track in recording.tracks.items():
                since = stay.first + round((_hearing(recording, stay) + braking(arms[robot])) * 1e9)
                chords = _during(recording, track, max(since, first), min(stay.last, last))
                what = f"{robot}, with somebody in {name} since {stay.first / 1e9:.3f} s"
                if zone.when_occupied == "stop":
                    yield from _moving(track, chords, what)
                elif zone.slow_to is not None:
                    own = [body for body in bodies if body.robot == robot]
                    yield from _fast(arms[robot], own, track, chords, zone.slow_to, what)


def braking(arm: Arm) -> float:
    """s from full speed to rest within the limits of acceleration and jerk."""
    limits = arm.limits
    return float((limits.velocity / limits.acceleration).max() + (limits.acceleration / limits.jerk).max())


def _hearing(recording: Recording, stay: Interval) -> float:
    return DEAF if any(deaf.first <= stay.last and stay.first <= deaf.last for deaf in recording.deaf) else TOLD


def _during(recording: Recording, track: Track, since: int, until: int) -> np.ndarray:
    """(N - 1,) which chords between two samples lie in that time, but for the motion that a cut link left under way."""
    inside = (track.at[:-1] >= since) & (track.at[1:] <= until)
    for cut in recording.cuts.get(track.robot, ()):
        for run in track.runs:
            if track.at[run.first] <= cut.first <= track.at[run.last - 1]:
                inside[run.first : run.last - 1] &= track.at[run.first : run.last - 1] < cut.first
    return inside


def _moving(track: Track, chords: np.ndarray, what: str) -> Iterator[Exceedance]:
    rate = np.abs(np.diff(track.readback, axis=0)).max(axis=1, initial=0.0) / (np.diff(track.at) * 1e-9)
    if len(rate) and np.any(chords & (rate > STILL)):
        k = int(np.argmax(np.where(chords, rate, 0.0)))
        yield Exceedance(f"the fastest joint of {what}, where it has to stand,", int(track.at[k]), float(rate[k]), STILL)


def _fast(arm: Arm, bodies: Sequence[Moving], track: Track, chords: np.ndarray, limit: float, what: str) -> Iterator[Exceedance]:
    moved = chords & (np.abs(np.diff(track.readback, axis=0)).max(axis=1, initial=0.0) > 0.0)
    starts = np.flatnonzero(moved)
    if not len(starts):
        return
    seconds = (track.at[starts + 1] - track.at[starts]) * 1e-9
    before, after = arm.sweep(track.readback[starts]).T_world_joint, arm.sweep(track.readback[starts + 1]).T_world_joint
    worst = max((_fastest(before, after, body, seconds) for body in bodies), key=lambda found: found[1], default=None)
    if worst is not None and worst[1] > limit * ROUNDING:
        name, speed, k = worst
        yield Exceedance(f"the speed of {name} of {what},", int(track.at[starts[k]]), speed, limit)


def _fastest(before: Array, after: Array, body: Moving, seconds: Array) -> tuple[str, float, int]:
    points = points_of(body.solid) @ body.placement[:3, :3].T + body.placement[:3, 3]
    speed = np.linalg.norm(_placed(after, body, points) - _placed(before, body, points), axis=2).max(axis=1) / seconds
    k = int(np.argmax(speed))
    return body.name, float(speed[k]), k


def _placed(T_world_joint: Array, body: Moving, points: Array) -> Array:
    """(S, P, 3) the points in the world."""
    T = T_world_joint[:, body.joint]
    return np.asarray(np.einsum("sij,pj->spi", T[:, :3, :3], points) + T[:, None, :3, 3])
