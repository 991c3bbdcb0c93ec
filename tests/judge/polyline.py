"""The path of all robots between samples: which configurations are looked at, and how far each stands for.

Still stretches are one state. Where a joint moves more than `step` between two samples, states are put between them, so
each state answers for the half step before and after it. `slack` is what a straight line between two samples leaves out:
with |q̈| <= a, a curve stays within a dt²/8 of its chord.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from tests.judge.recording import Track

LONGEST_GAP = 0.02  # s between samples of a robot that moves; a longer one is reported by itself (limits.py)
STILL = 1e-6  # rad or m: a sample nearer than this to the last one kept is dropped, and counts as slack


@dataclass(frozen=True, slots=True, eq=False)
class Polyline:
    """`at` (S,) float ns; for each robot `q` (S, n) and `slack` (S, n): what the chord from each state to the next may miss."""

    at: Array
    q: Mapping[str, Array]
    slack: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.at)

    def half(self, robot: str) -> Array:
        """(S, n): how far each joint may be from the state on the half chords beside it."""
        forward = np.abs(np.diff(self.q[robot], axis=0)) / 2 + self.slack[robot][:-1]
        still = np.full_like(self.q[robot][:1], STILL)
        return np.maximum(np.concatenate([forward, still]), np.concatenate([still, forward]))

    def ahead(self, robot: str) -> Array:
        """(S, n): how far each joint may go until the next state; 0 at the last."""
        forward = np.abs(np.diff(self.q[robot], axis=0)) + 2 * self.slack[robot][:-1]
        return np.concatenate([forward, np.zeros_like(self.q[robot][:1])])


def polyline(tracks: Mapping[str, Track], bend: Mapping[str, Array], first: float, last: float, step: float) -> Polyline:
    """All robots from `first` to `last` (ns). `bend` (n,): acceleration that bounds the deviation from a chord."""
    times = np.unique(np.concatenate([t.at[(t.at > first) & (t.at < last)] for t in tracks.values()] + [[first, last]]))
    at = times.astype(np.float64)
    q = {r: at_times(t, at) for r, t in tracks.items()}
    keep = _moving(np.concatenate(list(q.values()), axis=1))
    at, q = at[keep], {r: v[keep] for r, v in q.items()}
    return _refined(at, q, {r: _slack(at, v, bend[r]) for r, v in q.items()}, step)


def at_times(track: Track, at: Array) -> Array:
    """Readback (S, n) at times in ns; before the first and after the last sample it stands."""
    return np.stack([np.interp(at, track.at.astype(np.float64), joint) for joint in track.readback.T], axis=1)


def _moving(q: Array) -> np.ndarray:
    """Indices of the states that differ from the last one kept, each with its predecessor, so that a chord never spans a
    still stretch and a motion; always the first."""
    same = np.flatnonzero(np.abs(np.diff(q, axis=0)).max(axis=1, initial=0.0) > 0.0) + 1
    kept, reference = [0], q[0]
    for k in same:
        if np.abs(q[k] - reference).max() > STILL:
            if kept[-1] != k - 1:
                kept.append(k - 1)
            kept.append(int(k))
            reference = q[k]
    return np.array(kept)


def _slack(at: Array, q: Array, bend: Array) -> Array:
    """(S, n). Two equal states have no curve between them."""
    dt = np.minimum(np.diff(at, append=at[-1])[:, None] * 1e-9, LONGEST_GAP)
    moved = np.abs(np.diff(q, axis=0, append=q[-1:])).max(axis=1)[:, None] > STILL
    return np.where(moved, bend * dt**2 / 8.0, 0.0) + STILL


def _refined(at: Array, q: Mapping[str, Array], slack: Mapping[str, Array], step: float) -> Polyline:
    """States added on each chord, so that no joint moves more than `step` between two."""
    if len(at) == 1:
        return Polyline(at, q, slack)
    largest = np.max([np.abs(np.diff(v, axis=0)).max(axis=1) for v in q.values()], axis=0)
    pieces = np.maximum(1, np.ceil(largest / step)).astype(int)
    inside = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    index = np.append(np.repeat(np.arange(len(pieces)), pieces) + inside / np.repeat(pieces, pieces), len(pieces))
    return _between(Polyline(at, q, slack), index)


def closer(line: Polyline, state: int, factor: int) -> Polyline:
    """`factor` times finer around one state: from the middle of the chord before to the middle of the one after."""
    low, high = max(state - 0.5, 0.0), min(state + 0.5, len(line) - 1.0)
    count = max(1, round((high - low) * 2)) * factor
    return _between(line, np.linspace(low, high, count + 1))


def _between(line: Polyline, index: Array) -> Polyline:
    """States at fractional indices (S,); what a chord may miss stays what it was on the longer one."""
    whole = np.minimum(index.astype(int), len(line) - 1)
    rows = np.arange(len(line), dtype=np.float64)
    q = {r: np.stack([np.interp(index, rows, joint) for joint in v.T], axis=1) for r, v in line.q.items()}
    return Polyline(np.interp(index, rows, line.at), q, {r: v[whole] for r, v in line.slack.items()})
