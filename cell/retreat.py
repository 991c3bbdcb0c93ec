"""A retreat: a plan of one motion, in which a robot that was stopped on its way goes back out of where it stands, and no more.

It serves no goal. What follows is planned from where it ends.
"""

from __future__ import annotations

from dataclasses import replace

from cell.motion_plan import MotionPlan
from cell.steps import Along, AtMeasured, Because, Docking, Fact, MotionNeed, Move, Step, Touch, stance_name
from cell.task_plan import Bounds, TaskPlan

SPEED = 0.25  # m/s of the TCP at most: manual reduced speed
RULE = "it was stopped on its way"
BARELY = 1e-6
"""Of s. A joint covers at most 100 rad or m in a unit of s, so all of them together move no point of an arm by half a millimetre
over that: contact over no more is none, and only says which place or pocket is empty, for the robot has what would be there."""
LEAVE = "leave"
"""What a tool that was stopped along a path does there: nothing but come off it."""


def left(touch: Touch | Docking | Along) -> Touch | Docking | Along:
    """The contact of a robot that comes out of that one."""
    if isinstance(touch, Along):
        return replace(touch, verb=LEAVE, feed=0.0, force=0.0, dwells=(0.0, 0.0), settings=())
    return replace(touch, end="start")


def retreat_plan(need: MotionNeed, because: Because, duration: float, seed: int) -> TaskPlan:
    """The whole of it, but for the motion. Who proves it makes it again."""
    at, then = (Fact("stands", (need.robot, stance_name(stance))) for stance in (need.start, need.end))
    step = Step("s1", "", Move(need), need.robot, None, (), (at,), (then,), (at,), (), 0.0, duration, None, None, because)
    bounds = Bounds(duration, duration, 0.0, need.robot, None, None)
    return TaskPlan((), (), (step,), {}, (), bounds, (), (), seed)


def retreat_of(plan: MotionPlan) -> MotionNeed | None:
    """The motion's need where the plan is a retreat."""
    tasks = plan.tasks
    if tasks.operations or len(tasks.steps) != 1 or not isinstance(tasks.steps[0].action, Move):
        return None
    need = tasks.steps[0].action.need
    return need if isinstance(need.start, AtMeasured) else None
