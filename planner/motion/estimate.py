"""How long a motion will take, from distances alone: for the first schedule, before any motion is known."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cell.docking import T_world_flange
from cell.geometry import Array
from cell.model import CellModel
from cell.paths import length_of
from cell.robot import RobotModel
from cell.steps import Along, AtHub, AtPlace, AtPocket, MotionNeed, Stance
from planner.motion.margins import CONTACT_LENGTH, CONTACT_SPEED

ABOVE = 0.30  # m: a hub is about that much above its equipment
SWIFT = 1.0  # m/s where no speed is declared
PULL = 1.5  # m/s² of the TCP, a middling arm
WRIST = 0.5  # s that turning the tool over takes besides


def estimated_duration(need: MotionNeed, cell: CellModel, robots: Mapping[str, RobotModel]) -> float:
    """Seconds, positive and the same for equal needs; no kinematics, so no promise."""
    speed = min(v for v in (need.speed_limit, cell.robots[need.robot].max_speed, SWIFT) if v is not None)
    start, end = (_point(stance, need.robot, cell, robots) for stance in (need.start, need.end))
    distance = float(np.linalg.norm(end - start))
    contact = CONTACT_LENGTH / CONTACT_SPEED if need.touch is not None else 0.0
    if isinstance(need.touch, Along):
        contact += _along(need.touch, cell) + 2.0 * _rest_to_rest(ABOVE, speed)
    return round(_rest_to_rest(distance, speed) + contact + WRIST, 3)


Class = tuple[str, bool]


def class_of(need: MotionNeed) -> Class:
    """The robot, and whether the motion ends or begins in contact: estimates err alike within these."""
    return need.robot, need.touch is not None


def caution(found: Mapping[MotionNeed, float], cell: CellModel, robots: Mapping[str, RobotModel]) -> dict[Class, float]:
    """By how much at most motions that were `found` (s) take longer than was estimated, 1 or more. An estimate that errs on the
    short side would lure each schedule away from motions that are known to equal ones that have yet to be looked for."""
    most: dict[Class, float] = {}
    for need, seconds in found.items():
        ratio = seconds / estimated_duration(need, cell, robots)
        most[class_of(need)] = max(most.get(class_of(need), 1.0), ratio)
    return most


def _along(touch: Along, cell: CellModel) -> float:
    """Seconds of following the path, and at rest at its ends."""
    feature = cell.parts[touch.kind].path(touch.feature)
    way = 0.0 if feature is None or touch.feed <= 0.0 else length_of(feature) / touch.feed
    return way + sum(touch.dwells)


def _rest_to_rest(distance: float, speed: float) -> float:
    if distance >= speed * speed / PULL:
        return distance / speed + speed / PULL
    return 2.0 * math.sqrt(distance / PULL)


def _point(stance: Stance, robot: str, cell: CellModel, robots: Mapping[str, RobotModel]) -> Array:
    """Where the TCP about is, in the world, (3,)."""
    match stance:
        case AtPlace(place):
            return np.asarray(cell.places[place].frame.translation)
        case AtPocket(pocket):
            return np.asarray(T_world_flange(cell, cell.pockets[pocket]).translation)
        case AtHub(equipment):
            thing = cell.equipment[equipment]
            pockets = cell.changers[equipment].pockets if equipment in cell.changers else ()
            docks = [T_world_flange(cell, pocket).translation for pocket in pockets]
            points = docks or [p.frame.translation for p in thing.places] or [thing.frame.translation]
            above: Array = np.mean(points, axis=0) + np.array([0.0, 0.0, ABOVE])
            return above
        case _:
            reach = robots[robot].reach if robot in robots else 1.0
            middle: Array = cell.robots[robot].base.translation + np.array([0.0, 0.0, 0.6 * reach])
            return middle
