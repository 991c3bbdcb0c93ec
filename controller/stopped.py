"""Robots that stand on their way: on which motion each was stopped, and where the others stand meanwhile.

Nothing of it is asked of anybody: it follows from the plan in hand, from what was asked for before, and from what is observed.
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.retreat import retreat_of
from cell.run import TELLS_WHERE_OTHERS_STAND
from cell.steps import AtHome, AtMeasured, MotionNeed, Move
from controller.draft import Draft


def stopped(d: Draft) -> tuple[MotionNeed, ...]:
    """The last motion of each robot that stands on its way, where it did not come to its end. While one of them comes out the
    others stay stopped; who is stopped while it comes out is still on the way that it was on."""
    last = {need.robot: need for need in d.trouble.stopped}
    if d.progress.plan is not None and retreat_of(d.plan.plan) is None:
        for step in d.plan.plan.tasks.steps:
            if isinstance(step.action, Move) and d.progress.status.get(step.id) in ("failed", "unknown"):
                last[step.action.need.robot] = step.action.need
    return tuple(need for robot, need in sorted(last.items()) if isinstance(d.belief.robots[robot].stance, AtMeasured))


def standing(d: Draft) -> Mapping[str, tuple[float, ...]]:
    """Joint positions of robots that are seen in a stance of the plan in hand which does not give them."""
    if d.known.rules < TELLS_WHERE_OTHERS_STAND or d.progress.plan is None:
        return {}
    seen = {name: robot.stance for name, robot in d.belief.robots.items()}
    found: dict[str, tuple[float, ...]] = {}
    for motion in d.plan.plan.motions.values():
        need = motion.need
        ends = ((need.start, motion.segments[0].control[0]), (need.end, motion.segments[-1].control[-1]))
        for stance, q in ends:
            if stance == seen.get(need.robot) and not isinstance(stance, AtHome | AtMeasured):
                found[need.robot] = tuple(float(x) for x in q)
    return dict(sorted(found.items()))
