"""What the plan lists as meant: contacts and visits of zones, as windows of time of the recording.

A plan lists them over path parameters of a motion, and the recording says which parameter the readback had reached. After a
motion has ended the robot stands at its end, and what was meant there stays meant until it leaves; what the next motion may
touch at its start is meant from when the robot stands there. What is taken or let go there touches what it touches on leaving,
also where the robot never leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cell.geometry import Array
from cell.motion_plan import ContactAllowance, Motion
from cell.steps import Along, Docking, Touch
from tests.judge.recording import Run, Track

ON_PATH = 1e-9  # path parameter: rounding


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """`touch` (a contact) or `zone` (a visit) of `robot`, in [`first`, `last`] ns. `speed`: of the TCP, m/s, for contacts; a path
    `is_followed` then, and `is_whole` unless the robot was stopped on it. No plan lists what `is_left_over`."""

    robot: str
    run: Run
    first: float
    last: float
    touch: Touch | Docking | Along | None
    zone: str | None
    speed: float | None
    is_followed: bool = False
    is_whole: bool = True
    is_left_over: bool = False


@dataclass(frozen=True, slots=True)
class _Listed:
    """Meant at path parameters [`first`, `last`] of a run: a touch at `speed`, or a visit of a zone."""

    first: float
    last: float
    touch: Touch | Docking | Along | None = None
    zone: str | None = None
    speed: float | None = None
    is_followed: bool = False

    def turned(self, end: float) -> _Listed:
        """On the way back from path parameter `end` to the start, which is counted from there."""
        return replace(self, first=max(end - self.last, 0.0), last=end - self.first)


def allowed(track: Track, motions: Mapping[str, Motion]) -> tuple[Allowed, ...]:
    """Raises KeyError where the recording names a motion that the plan does not have."""
    followed = [np.maximum.accumulate(track.progress[run.first : run.last]) for run in track.runs]
    found: list[Allowed] = []
    for k, run in enumerate(track.runs):
        s, (length, meant) = followed[k], _listed(track, followed, k, motions)
        before = -np.inf
        if k:
            before = _stands_since(track, track.runs[k - 1], followed[k - 1], _listed(track, followed, k - 1, motions)[0])
        until = float(track.at[track.runs[k + 1].first]) if k + 1 < len(track.runs) else np.inf
        at = track.at[run.first : run.last].astype(np.float64)
        for one in meant:
            is_whole = bool(len(s)) and s[-1] >= one.last - ON_PATH
            for first, last in _windows(at, s, one.first, one.last, length, before, until):
                found.append(Allowed(track.robot, run, first, last, one.touch, one.zone, one.speed, one.is_followed, is_whole))
            left = _left_over(one.touch) if run.motion else None
            if left is not None and one.last >= length - ON_PATH and _has_ended(s, length):
                stands = _stands_since(track, run, s, length)
                found.append(Allowed(track.robot, run, stands, until, left, None, one.speed, is_left_over=True))
    return tuple(found)


LEAVING: dict[str, Literal["fingers and part", "part and place", "tool and pocket", "flange and tool"]] = {
    "fingers and part": "part and place",
    "part and place": "fingers and part",
    "tool and pocket": "flange and tool",
    "flange and tool": "tool and pocket",
}


def _left_over(touch: Touch | Docking | Along | None) -> Touch | Docking | None:
    """What a hand or a flange touches once it has taken or let go what it came to at the end of a motion."""
    if not isinstance(touch, Touch | Docking) or touch.end != "end":
        return None
    return replace(touch, pair=LEAVING[touch.pair])


def _listed(track: Track, followed: Sequence[Array], k: int, motions: Mapping[str, Motion]) -> tuple[float, Sequence[_Listed]]:
    """The length of run k and what is meant on it. One without a motion of its own, under the command of the one before, goes
    back the way that came in: what did not go in comes out again."""
    run = track.runs[k]
    if not run.motion and k and track.runs[k - 1].command == run.command:
        end, (_, meant) = float(followed[k - 1][-1]), _listed(track, followed, k - 1, motions)
        return end, [one.turned(end) for one in meant if one.first <= end]
    motion = motions[run.motion]
    visits = [_Listed(visit.first, visit.last, zone=visit.zone) for visit in motion.visits]
    return _length(motion), [*(one for c in motion.contacts for one in _of_contact(c)), *visits]


def _of_contact(c: ContactAllowance) -> Iterator[_Listed]:
    """Along a path the feed is the speed that is meant."""
    if not isinstance(c.touch, Along) or c.between is None:
        yield _Listed(c.first, c.last, c.touch, speed=c.speed)
        return
    start, end = c.between
    yield _Listed(c.first, start, c.touch, speed=c.speed)
    if start < end:
        yield _Listed(start, end, c.touch, speed=c.touch.feed, is_followed=True)
    yield _Listed(end, c.last, c.touch, speed=c.speed)


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


def _stands_since(track: Track, run: Run, s: Array, length: float) -> float:
    """When the robot came to the end of that run of `length`; never, if it was stopped on the way."""
    near = np.flatnonzero(s >= s[-1] - ON_PATH)
    return float(track.at[run.first + near[0]]) if _has_ended(s, length) else float(track.at[run.last - 1])


def _has_ended(s: Array, length: float) -> bool:
    return bool(len(s)) and bool(s[-1] >= (1.0 - 1e-3) * length)
