"""What the search is told of motions that nobody has looked for: how long they take at least, as planner/plan.py tells it."""

from __future__ import annotations

from collections.abc import Callable

from cell.motion_plan import Motion
from cell.state import PlanningRequest
from cell.steps import MotionNeed
from planner.motion.least_duration import least_duration


def told_least(asked: PlanningRequest, made: Callable[[MotionNeed], Motion]) -> Callable[[MotionNeed], float]:
    """s; `made` makes any motion by arithmetic, of which the two ends are what counts."""

    def least(need: MotionNeed) -> float:
        return least_duration(asked.cell, asked.robots, {need: made(need)})(need)

    return least
