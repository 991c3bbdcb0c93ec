"""What the plan lists as meant: contacts and visits of zones, as windows of time of the recording.

A plan lists them over path parameters of a motion, and the recording says which parameter the readback had reached. After a
motion has ended the robot stands at its end, and what was meant there stays meant until it leaves; what the next motion may
touch at its start is meant from when the robot stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Motion
from cell.steps import Touch
from tests.judge.recording import Run, Track

ON_PATH = 1e-9  # path parameter: rounding


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """`touch` (a contact) or `zone` (a visit) of `robot`, in [`first`, `last`] ns. `speed`: of the TCP, m/s, for contacts."""

    robot: str
    run: Run
    first: float
    last: float
    touch: Touch | None
    zone: str | None
    speed: float | None


def allowed(track: Track, motions: Mapping[str, Motion]) -> tuple[Allowed, ...]:
    """Raises KeyError where the recording names a motion that the plan does not have."""
    followed = [np.maximum.accumulate(track.progress[run.first : run.last]) for run in track.runs]
    found: list[Allowed] = []
    for k, run in enumerate(track.runs):
        motion, s = motions[run.motion], followed[k]
        before = _stands_since(track, track.runs[k - 1], followed[k - 1], motions) if k else -np.inf
        until = float(track.at[track.runs[k + 1].first]) if k + 1 < len(track.runs) else np.inf
        at = track.at[run.first : run.last].astype(np.float64)
        length = _length(motion)
        for contact in motion.contacts:
            for first, last in _windows(at, s, contact.first, contact.last, length, before, until):
                found.append(Allowed(track.robot, run, first, last, contact.touch, None, contact.speed))
        for visit in motion.visits:
            for first, last in _windows(at, s, visit.first, visit.last, length, before, until):
                found.append(Allowed(track.robot, run, first, last, None, visit.zone, None))
    return tuple(found)


def _length(motion: Motion) -> float:
    return float(sum(segment.length for segment in motion.segments))


def _windows(
    at: Array, s: Array, first: float, last: float, length: float, before: float, until: float
) -> Iterator[tuple[float, float]]:
    """Times at which `s` is in [first, last]. A window that starts with the motion starts when the robot has come to stand
    there (`before`), one that reaches its end lasts until it leaves (`until`)."""
    if not len(s) or s[-1] < first - ON_PATH:
        return
    begin = before if first <= ON_PATH else float(np.interp(first, s, at))
    if last >= length - ON_PATH or s[-1] <= last:
        yield begin, until
    else:
        k = int(np.searchsorted(s, last, side="right"))
        share = (last - s[k - 1]) / (s[k] - s[k - 1]) if k else 0.0
        yield begin, float(at[k - 1] + share * (at[k] - at[k - 1])) if k else float(at[0])


def _stands_since(track: Track, run: Run, s: Array, motions: Mapping[str, Motion]) -> float:
    """When the robot came to the end of that motion; never, if it was stopped on the way."""
    near = np.flatnonzero(s >= s[-1] - ON_PATH)
    ended = s[-1] >= (1.0 - 1e-3) * _length(motions[run.motion])
    return float(track.at[run.first + near[0]]) if ended else float(track.at[run.last - 1])
