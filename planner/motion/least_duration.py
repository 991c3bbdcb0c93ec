"""How long a motion takes at least, from its two ends alone: no path between them is quicker.

Each joint goes from rest to rest, so bang-bang at its limits is the least for it (jerk only makes it longer), and the slowest
joint counts; the TCP goes at least the straight line at no more than the speed allowed. Ends are known from motions that were
found: a stance is one configuration in all of them. Of a place to which no motion was found yet it is known where the TCP will
be, whatever the configuration. Of any other end nothing is known. How long the motion that was found takes does not enter:
with another load, or by way of another stance, it might go quicker.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from cell.geometry import Array, Pose
from cell.grasps import T_part_tcp
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.robot import RobotModel
from cell.seats import turns
from cell.steps import AtPlace, MotionNeed, Stance

Found = Mapping[MotionNeed, Motion]
_End = tuple[str, str | None, Stance]


def least_duration(cell: CellModel, models: Mapping[str, RobotModel], found: Found) -> Callable[[MotionNeed], float]:
    """By need, s; 0 where nothing is known of an end. It keeps the triangle inequality over stances that were found."""
    ends, of_hand = at_the_ends(found), _OfHand(cell, models)

    def seconds(need: MotionNeed) -> float:
        start, end = ends.get((need.robot, need.tool, need.start)), ends.get((need.robot, need.tool, need.end))
        if need.robot not in models:
            return 0.0
        if start is None or end is None:
            return of_hand.seconds(need, start, end)
        return max(least_of_joints(models[need.robot], np.abs(end - start)), _of_tcp(cell, models[need.robot], need, start, end))

    return seconds


def at_the_ends(found: Found) -> dict[_End, Array]:
    """The joint positions in each stance to or from which a motion was found, by robot, tool and stance."""
    ends: dict[_End, Array] = {}
    for need, motion in found.items():
        if motion.segments:
            ends[need.robot, need.tool, need.start] = motion.segments[0].control[0]
            ends[need.robot, need.tool, need.end] = motion.segments[-1].control[-1]
    return ends


def least_of_joints(model: RobotModel, distance: Array) -> float:
    """s for joints that go so far (n,), 0 or more each: time-optimal from rest to rest of a double integrator with bounded speed.
    Source: Bryson and Ho, Applied Optimal Control (1975), 3.9."""
    peak = np.minimum(model.velocity, np.sqrt(distance * model.acceleration))
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.where(distance > 0.0, distance / peak + peak / model.acceleration, 0.0)
    return float(times.max(initial=0.0))


def _of_tcp(cell: CellModel, model: RobotModel, need: MotionNeed, start: Array, end: Array) -> float:
    tool, speed = cell.tools.get(need.tool or ""), _speed(cell, need)
    if tool is None or speed == math.inf:
        return 0.0
    flange = model.chain.flange_pose(np.stack([start, end]))
    tcps = [flange @ hand.T_flange_tcp.matrix for hand in tool.hands]
    return max((float(np.linalg.norm(T[1, :3, 3] - T[0, :3, 3])) for T in tcps), default=0.0) / speed


def _speed(cell: CellModel, need: MotionNeed) -> float:
    return min((v for v in (need.speed_limit, cell.robots[need.robot].max_speed) if v is not None), default=math.inf)


class _OfHand:
    """One end a place to which no motion is known: then only where the hand has to be there."""

    def __init__(self, cell: CellModel, models: Mapping[str, RobotModel]) -> None:
        self._cell, self._models = cell, models
        self._known: dict[tuple[str, str | None, Stance, str], Array] = {}

    def seconds(self, need: MotionNeed, start: Array | None, end: Array | None) -> float:
        hands = {stance.hand for stance in (need.start, need.end) if isinstance(stance, AtPlace)}
        speed = _speed(self._cell, need)
        if len(hands) != 1 or speed == math.inf:
            return 0.0
        (hand,) = hands
        there, here = self._points(need, need.start, start, hand), self._points(need, need.end, end, hand)
        if not len(there) or not len(here):
            return 0.0
        return float(np.linalg.norm(there[:, None] - here[None], axis=-1).min()) / speed

    def _points(self, need: MotionNeed, stance: Stance, q: Array | None, hand: str) -> Array:
        key = (need.robot, need.tool, stance, hand)
        if key not in self._known:
            self._known[key] = self._found(need, stance, q, hand)
        return self._known[key]

    def _found(self, need: MotionNeed, stance: Stance, q: Array | None, hand: str) -> Array:
        """Where the TCP of that hand may be in that stance, (K, 3) in the world; (0, 3) where that is not known."""
        cell = self._cell
        tool = cell.tools.get(need.tool or "")
        frames = [h.T_flange_tcp for h in tool.hands if f"{tool.name}.{h.name}" == hand] if tool is not None else []
        if q is not None and frames:
            T_world_flange = cell.robots[need.robot].base.matrix @ self._models[need.robot].chain.flange_pose(q)
            point: Array = (T_world_flange @ frames[0].matrix)[None, :3, 3]
            return point
        if isinstance(stance, AtPlace) and stance.place in cell.places:
            frame, part = cell.places[stance.place].frame, T_part_tcp(cell.parts[stance.kind].shape, stance.grasp)
            return np.stack([(frame @ Pose.about_z(turn) @ part).translation for turn in turns(cell, stance.kind)])
        return np.zeros((0, 3))
