"""Where no plan goes on from where a robot was stopped: the way back out, as a plan of its own. Unproved."""

from __future__ import annotations

import numpy as np

from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cell.retreat import RULE, retreat_plan
from cell.state import CellState, InHand, PlanningRequest, tool_at
from cell.steps import AtHome, AtMeasured, Because, Carried, MotionNeed
from planner.assembled import Versions, assembled
from planner.motion.plan_motions import plan_motions, solver_for
from planner.motion.retreat import retreat
from planner.plan import Means


def plan_retreat(request: PlanningRequest, means: Means, versions: Versions) -> MotionPlan | None:
    """Of the first robot that has one; None where none has, or where another robot stands elsewhere than at home."""
    for need in request.stopped:
        found = _of(need, request, means, versions)
        if found is not None:
            return found
    return None


def _of(need: MotionNeed, request: PlanningRequest, means: Means, versions: Versions) -> MotionPlan | None:
    cell, state = request.cell, request.state
    stance = state.stances.get(need.robot)
    others = (state.stances.get(name) for name in cell.robots if name != need.robot)
    if not isinstance(stance, AtMeasured) or not all(isinstance(other, AtHome) for other in others):
        return None
    known = plan_motions((need,), cell, request.robots, means.store, means.map, means.progress, request.seed).motions.get(need)
    if known is None:
        return None
    solver = solver_for(cell, need.robot, need.tool, request.robots, means.store, means.map, request.seed)
    motion = retreat(solver, known, np.array(stance.q), _held(cell, state, need.robot))
    if motion is None:
        return None
    tasks = retreat_plan(motion.need, Because(cell.robots[need.robot].span, RULE), motion.duration, request.seed)
    return assembled(tasks, {motion.need: motion}, request, versions)


def _held(cell: CellModel, state: CellState, robot: str) -> tuple[Carried, ...]:
    tool = tool_at(cell, state, robot)
    hands = [] if tool is None else [f"{tool.name}.{hand.name}" for hand in tool.hands]
    held = {
        p.location.hand: Carried(p.location.hand, p.kind, p.location.grasp) for p in state.parts if isinstance(p.location, InHand)
    }
    return tuple(held[hand] for hand in hands if hand in held)
