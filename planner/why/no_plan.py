"""The answer where there is no plan: what is told, of which kind that is, which clauses conflict, and what bounded the search."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from cell.diagnostic import Diagnostic, Outcome, WhyNot
from cell.motion_plan import MotionPlan
from cell.state import PlanningRequest
from cell.steps import MotionNeed
from planner.motion.inverse_kinematics import InverseKinematics
from planner.tasks.crew import Known
from planner.why.kinds import PROVED_OF_MOTIONS
from planner.why.proofs import cores_of, is_same, reasons_of
from planner.why.reasons import Refused, kind_told, told
from planner.why.relief import Replan, relieved


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What may be asked after the search has failed: what it knows of motions, which it looked for in vain, and how to plan
    another text from the same state."""

    known: Known
    refused: Refused
    replan: Replan


def no_plan(request: PlanningRequest, complaints: tuple[Diagnostic, ...], inquiry: Inquiry) -> Outcome[MotionPlan]:
    """`complaints` are the schedule's."""
    kind = kind_told(complaints, inquiry.refused, request.cell, lambda robot: _knows_all(request, robot))
    diagnostics = told(relieved(request.program, complaints, inquiry.replan), inquiry.refused, request.cell)
    if kind != "proved impossible":
        return Outcome(None, diagnostics, WhyNot(kind, (), budget(request) if kind == "gave up" else ""))
    reasons = reasons_of(request, complaints, at_any_speed(inquiry))
    hidden = (reason.proof for reason in reasons if not any(is_same(reason.proof, d) for d in complaints))
    return Outcome(None, (*diagnostics, *hidden), WhyNot(kind, cores_of(reasons, diagnostics, request.program)))


def at_any_speed(inquiry: Inquiry) -> Known:
    """What is known, but that a motion which cannot be for what stands there cannot be at another speed either: a text without
    one of its speed limits asks for it again."""
    known = inquiry.known
    never = {
        replace(need, speed_limit=None) for need, why in inquiry.refused.items() if {d.code for d in why} <= PROVED_OF_MOTIONS
    }

    def durations(need: MotionNeed) -> float:
        return math.inf if replace(need, speed_limit=None) in never else known.durations(need)

    return replace(known, durations=durations) if never else known


def budget(request: PlanningRequest) -> str:
    """What bounded the search, in the words of a person."""
    return f"{request.iterations} iterations of the search from seed {request.seed}"


def _knows_all(request: PlanningRequest, robot: str) -> bool:
    return robot in request.robots and InverseKinematics(request.robots[robot]).knows_all_branches()
