"""Where no plan goes on from where robots were stopped: the ways back out, each as a plan of its own. Unproved."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cell.diagnostic import Diagnostic, Outcome, error
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.retreat import RULE, retreat_plan
from cell.state import CellState, InHand, PlanningRequest, tool_at
from cell.steps import AtMeasured, Because, Carried, MotionNeed
from planner.assembled import Versions, assembled
from planner.motion.plan_motions import plan_motions, solver_for
from planner.motion.retreat import NoWayOut, retreat
from planner.plan import Means

BY_HAND = "Bring it clear by its own means, then resume: where it stands is looked at again."


def plan_retreats(request: PlanningRequest, means: Means, versions: Versions) -> Iterator[Outcome[MotionPlan]]:
    """Of each robot that was stopped on its way in turn: the way out, or why there is none (E693)."""
    for need in request.stopped:
        found = _motion(need, request, means)
        if isinstance(found, NoWayOut):
            yield Outcome(None, (_refused(need, found.why, request.cell),))
            continue
        tasks = retreat_plan(found.need, Because(request.cell.robots[need.robot].span, RULE), found.duration, request.seed)
        yield Outcome(assembled(tasks, {found.need: found}, request, versions))


def _motion(need: MotionNeed, request: PlanningRequest, means: Means) -> Motion | NoWayOut:
    cell, state = request.cell, request.state
    stance, tool = state.stances.get(need.robot), tool_at(cell, state, need.robot)
    if not isinstance(stance, AtMeasured):
        return NoWayOut("is not seen where it stands")
    if (None if tool is None else tool.name) != need.tool:
        now, then = (name or "a bare flange" for name in (None if tool is None else tool.name, need.tool))
        return NoWayOut(f"has {now} now, and was on its way with {then}")
    known = plan_motions((need,), cell, request.robots, means.store, means.map, means.progress, request.seed).motions.get(need)
    if known is None:
        return NoWayOut("was on a way that is not found again")
    solver = solver_for(cell, need.robot, need.tool, request.robots, means.store, means.map, request.seed)
    return retreat(solver, known, np.array(stance.q), _held(cell, state, need.robot))


def _refused(need: MotionNeed, why: str, cell: CellModel) -> Diagnostic:
    return error("E693", f"no way out for {need.robot}: it {why}", cell.robots[need.robot].span, help=BY_HAND)


def _held(cell: CellModel, state: CellState, robot: str) -> tuple[Carried, ...]:
    tool = tool_at(cell, state, robot)
    hands = [] if tool is None else [f"{tool.name}.{hand.name}" for hand in tool.hands]
    held = {
        p.location.hand: Carried(p.location.hand, p.kind, p.location.grasp) for p in state.parts if isinstance(p.location, InHand)
    }
    return tuple(held[hand] for hand in hands if hand in held)
