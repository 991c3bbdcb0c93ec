"""The answer where there is no plan: what is told, of which kind it is, and within which bounds was looked."""

from __future__ import annotations

from cell.diagnostic import Diagnostic, Outcome, WhyNot
from cell.motion_plan import MotionPlan
from cell.state import PlanningRequest
from planner.motion.inverse_kinematics import InverseKinematics
from planner.reasons import Refused, kind_told, told


def no_plan(request: PlanningRequest, complaints: tuple[Diagnostic, ...], refused: Refused) -> Outcome[MotionPlan]:
    """`complaints` are the schedule's, `refused` the motions that were looked for in vain."""

    def knows_all(robot: str) -> bool:
        return robot in request.robots and InverseKinematics(request.robots[robot]).knows_all_branches()

    kind = kind_told(complaints, refused, request.cell, knows_all)
    diagnostics = told(complaints, refused, request.cell)
    return Outcome(None, diagnostics, WhyNot(kind, (), budget(request) if kind == "gave up" else ""))


def budget(request: PlanningRequest) -> str:
    """What bounded the search, in the words of a person."""
    return f"{request.iterations} iterations of the search from seed {request.seed}"
