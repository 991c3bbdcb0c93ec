"""Where no plan goes on from where robots were stopped: the ways back out, each as a plan of its own. Unproved."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cell.diagnostic import Diagnostic, Outcome, error
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan
from cell.retreat import RULE, retreat_plan
from cell.state import PlanningRequest, tool_at
from cell.steps import AtMeasured, Because, MotionNeed
from planner.assembled import Versions, assembled
from planner.motion.plan_motions import plan_motions, solver_for
from planner.motion.retreat import NoWayOut, retreat
from planner.plan import Means
from planner.proof.standing import held_at_start

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
    return retreat(solver, known, np.array(stance.q), held_at_start(request, need.robot))


def _refused(need: MotionNeed, why: str, cell: CellModel) -> Diagnostic:
    return error("E693", f"no way out for {need.robot}: it {why}", cell.robots[need.robot].span, help=BY_HAND)
