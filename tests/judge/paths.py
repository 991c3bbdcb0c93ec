"""Whether a tool was on the path that it is meant to follow: its tip, by the judge's own kinematics, against straight lines
between the waypoints that the cell declares, and each waypoint passed, in order, unless it was stopped on its way.

Where a path turns gently it is a curve and not those lines; it leaves them by no more than SAGITTA of a side.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from cell.steps import Along
from tests.judge.allowances import Allowed
from tests.judge.arm import Arm
from tests.judge.recording import Track
from tests.judge.verdict import Exceedance

NEAR = 1e-3  # m
GENTLE = 0.93  # cosine of the turn below which a path has no corner, with a little to spare
SAGITTA = 0.05  # of a side: a curve that turns by 20 deg at both its ends leaves the chord by less


def off_the_path(track: Track, arm: Arm, frame: Array, meant: Allowed, cell: CellModel) -> Iterator[Exceedance]:
    """`frame` (4, 4) is the TCP in the flange."""
    assert isinstance(meant.touch, Along)
    feature = cell.parts[meant.touch.kind].path(meant.touch.feature)
    inside = (track.at >= meant.first) & (track.at <= meant.last)
    if feature is None or not inside.any():
        return
    points = np.array(cell.places[meant.touch.place].frame.apply(np.array(feature.points)))
    tips = np.asarray((arm.sweep(track.setpoint[inside]).flange() @ frame)[:, :3, 3])
    room = _leaves(points)
    apart = np.min([_from_line(tips, a, b) - more for (a, b), more in zip(pairwise(points), room, strict=True)], axis=0)
    k = int(apart.argmax())
    if apart[k] > NEAR:
        at = int(track.at[inside][k])
        yield Exceedance(f"distance of {meant.touch.hand} from {meant.touch.feature}", at, float(apart[k]), NEAR)
    if not meant.is_whole:
        return
    passed = 0
    for point in points:
        near = np.flatnonzero(np.linalg.norm(tips[passed:] - point, axis=1) <= NEAR)
        if not len(near):
            distance = float(np.linalg.norm(tips - point, axis=1).min())
            yield Exceedance(f"a point of {meant.touch.feature} passed by {meant.touch.hand}", int(meant.last), distance, NEAR)
            return
        passed += int(near[0])


def _leaves(points: Array) -> list[float]:
    """How far (m) the path may be from each of its sides: nothing where it has a corner, or an end, at both ends of the side."""
    sides = np.diff(points, axis=0)
    lengths = np.linalg.norm(sides, axis=1)
    turns = [float(a @ b) > GENTLE * m * n for (a, b), (m, n) in zip(pairwise(sides), pairwise(lengths), strict=True)]
    gentle = [False, *turns, False]
    return [SAGITTA * float(m) * (gentle[k] or gentle[k + 1]) for k, m in enumerate(lengths)]


def _from_line(points: Array, a: Array, b: Array) -> Array:
    """Distance (N,) of points (N, 3) from the line from a to b."""
    along = np.clip((points - a) @ (b - a) / float((b - a) @ (b - a)), 0.0, 1.0)
    return np.asarray(np.linalg.norm(points - (a + along[:, None] * (b - a)), axis=1))
