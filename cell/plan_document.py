"""A plan as people and other programs read it: the keys that docs of the command line promise, in seconds and plain words.

Derived from the plan alone, so a reader can derive it again: a plan file whose readable part says something else is refused.
What was proved is added where a proof is at hand; a file never claims it.
"""

from __future__ import annotations

from typing import Any, assert_never

from cell.diagnostic import Span
from cell.motion_plan import MotionPlan
from cell.released_plan import Obligation, Proof
from cell.steps import (
    Action,
    Along,
    Await,
    Couple,
    Decide,
    Docking,
    Drive,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Touch,
    Treat,
    Uncouple,
    stance_name,
)
from cell.task_plan import Choice


def plan_document(plan: MotionPlan, proof: Proof | None = None) -> dict[str, Any]:
    """Plain JSON types only. `obligations` are there when `proof` is."""
    bounds = plan.tasks.bounds
    document: dict[str, Any] = {
        "plan_id": plan.plan_id,
        "makespan_s": bounds.makespan,
        "lower_bound_s": bounds.lower_bound,
        "gap": bounds.gap,
        "bottleneck": bounds.bottleneck,
        "takt_s": bounds.takt,
        "one_by_one_s": bounds.one_by_one,
        "steps": [_step(step) for step in plan.tasks.steps],
        "orders": {resource: list(operations) for resource, operations in plan.tasks.orders.items()},
        "branches": [_choice(choice) for choice in plan.tasks.choices],
    }
    if proof is not None:
        document["obligations"] = [_obligation(o) for o in proof.obligations]
        document["assumptions"] = list(proof.assumptions)
    return document


def span_document(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "start": {"line": span.start.line, "column": span.start.column},
        "end": {"line": span.end.line, "column": span.end.column},
        "label": span.label,
    }


def step_verb(action: Action) -> str:
    """One word for what a step does."""
    match action:
        case Move(need=MotionNeed(touch=Along(verb=verb))):
            return verb
        case Move(need=MotionNeed(touch=Touch(end=end) | Docking(end=end))):
            return "approach" if end == "end" else "retract"
        case Move():
            return "travel"
        case Grip():
            return "grip"
        case Release():
            return "release"
        case Drive():
            return "drive"
        case Couple():
            return "couple"
        case Uncouple():
            return "uncouple"
        case SetDoor(is_open=is_open):
            return "open door" if is_open else "close door"
        case SetClamp(is_closed=is_closed):
            return "clamp" if is_closed else "unclamp"
        case RunProgram():
            return "run program"
        case Inspect():
            return "inspect"
        case Treat(verb=verb) | Service(verb=verb) | Await(verb=verb):
            return verb
        case Present():
            return "present"
        case Decide():
            return "decide"
    assert_never(action)


def _step(step: Step) -> dict[str, Any]:
    start, end = _ends(step.action)
    return {
        "id": step.id,
        "operation": step.operation,
        "verb": step_verb(step.action),
        "robot": step.robot,
        "object": step.part,
        "from": start,
        "to": end,
        "start_s": step.start,
        "duration_s": step.duration,
        "claims": list(step.claims),
        "preds": list(step.predecessors),
        "branch": None if step.branch is None else [step.branch.choice, step.branch.index],
        "because": {"rule": step.because.rule, **span_document(step.because.span)},
    }


def _ends(action: Action) -> tuple[str | None, str | None]:
    """Where a motion starts and ends; for a step that is no motion, the device that acts under `to`."""
    match action:
        case Move(need=need):
            return stance_name(need.start), stance_name(need.end)
        case Grip(tool=tool, hand=hand):
            return None, f"{tool}.{hand}"
        case Release(tool=tool, hand=hand):
            return f"{tool}.{hand}", None
        case Drive(tool=tool, hand=hand, base=base):
            return f"{tool}.{hand}", base
        case Couple(robot=robot, tool=tool):
            return tool, robot
        case Uncouple(robot=robot, tool=tool):
            return robot, tool
        case SetDoor(machine=name) | SetClamp(machine=name) | RunProgram(machine=name):
            return None, name
        case Inspect(station=name) | Treat(station=name) | Service(station=name):
            return None, name
        case Await(person=name) | Present(supply=name):
            return None, name
        case Decide():
            return None, None
    assert_never(action)


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "id": choice.id,
        "outcome": choice.outcome,
        "object": choice.part,
        "alternatives": [
            {"values": list(a.values), "operations": list(a.operations), "planned_later": a.is_planned_later}
            for a in choice.alternatives
        ],
        "because": {"rule": choice.because.rule, **span_document(choice.because.span)},
    }


def _obligation(obligation: Obligation) -> dict[str, Any]:
    return {
        "id": obligation.id,
        "kind": obligation.kind,
        "claim": obligation.claim,
        "verdict": "proved",
        "holds": obligation.holds,
        "evidence": obligation.evidence,
        "margin": obligation.margin,
        "spans": [span_document(span) for span in obligation.spans],
    }
