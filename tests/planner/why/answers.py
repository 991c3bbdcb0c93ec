"""Small infeasible texts, and the whole answer to them, with motion times that need no robot."""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cell.program import IntentProgram
from cell.state import CellState, PlanningRequest
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from planner.why.no_plan import Inquiry, no_plan
from tests.planner.tasks.cells import TENDING, request_of, seconds

KNOWN = Known(seconds)


def answer(request: PlanningRequest, known: Known = KNOWN) -> Outcome[MotionPlan] | None:
    """What `plan` would answer; None where there is a plan."""

    def replan(program: IntentProgram) -> Outcome[object]:
        outcome = plan_tasks(replace(request, program=program), known)
        return Outcome(outcome.value, outcome.diagnostics)

    tasks = plan_tasks(request, known)
    return None if tasks.value is not None else no_plan(request, tasks.diagnostics, Inquiry(known, {}, replan))


def answer_to(intent: str, cell: str = TENDING, state: CellState | None = None, **more: object) -> Outcome[MotionPlan] | None:
    return answer(request_of(intent, cell, state, **more))
