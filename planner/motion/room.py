"""How much room a place lacks: the numbers of what the motion stage says where an arm reaches a place and cannot serve it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cell.geometry import Array, Pose
from cell.steps import AtPlace, AtPocket
from planner.motion.access import Target, checks_of, contact_configurations, has_line, target_of
from planner.motion.collision import Blocker
from planner.motion.workbench import Workbench

MOST_STANCES = 24  # ways of standing that are measured
STEP, FARTHEST = 0.025, 0.6  # m: how finely, and how far, a better place is looked for


def lacking(bench: Workbench, stance: AtPlace, blocker: Blocker) -> float | None:
    """By how much (m) the pair that is in the way is too near, in the way of standing that lacks least; None where it is not the
    pair of a stance with empty other hands."""
    target = target_of(bench, stance)
    found = contact_configurations(bench, _middle(bench), target)[:MOST_STANCES]
    wanted = [check.collider.shortfall(q, check.contact, blocker) for check in checks_of(bench, stance, ()) for q in found]
    short = [amount for amount in wanted if amount is not None and amount > 0.0]
    return min(short, default=None)


def better_place(bench: Workbench, stance: AtPlace | AtPocket) -> tuple[float | None, float | None]:
    """How much nearer to the robot's base, and how much lower (m), the place would have to be for a straight way in to be within
    reach; None where no distance up to FARTHEST helps."""
    target = target_of(bench, stance)
    way = bench.arm.unit.base.translation - target.poses[0].translation
    level = float(np.hypot(way[0], way[1]))
    nearer = None if level == 0.0 else _least(bench, target, np.array([way[0], way[1], 0.0]) / level, min(level, FARTHEST))
    return nearer, _least(bench, target, np.array([0.0, 0.0, -1.0]), min(max(-float(way[2]), 0.0), FARTHEST))


def _least(bench: Workbench, target: Target, step: Array, most: float) -> float | None:
    tried = np.arange(STEP, most + STEP / 2.0, STEP)
    return next((float(by) for by in tried if _is_served(bench, _moved(target, by * step))), None)


def _is_served(bench: Workbench, target: Target) -> bool:
    return has_line(bench, contact_configurations(bench, _middle(bench), target), target)


def _moved(target: Target, by: Array) -> Target:
    return replace(target, poses=tuple(Pose(pose.rotation, pose.translation + by) for pose in target.poses))


def _middle(bench: Workbench) -> Array:
    return np.zeros(bench.arm.model.degrees_of_freedom)
