"""The plan itself, once every step that moves has its motion: what is written to a file, with its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cell.codec import digest
from cell.motion_plan import Motion, MotionPlan
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.state import PlanningRequest
from cell.steps import MotionNeed, Move, Step
from cell.task_plan import TaskPlan

Versions = tuple[tuple[str, str], ...]


def needs_of(tasks: TaskPlan) -> tuple[MotionNeed, ...]:
    return tuple(dict.fromkeys(step.action.need for step in tasks.steps if isinstance(step.action, Move)))


def assembled(tasks: TaskPlan, known: Mapping[MotionNeed, Motion], request: PlanningRequest, versions: Versions) -> MotionPlan:
    keys = {need: digest(known[need]) for need in needs_of(tasks)}
    steps = tuple(_with_motion(step, keys) for step in tasks.steps)
    inputs = plan_inputs(request)
    plan = MotionPlan(
        plan_id="",
        tasks=replace(tasks, steps=steps),
        motions={key: known[need] for need, key in sorted(keys.items(), key=lambda item: item[1])},
        sources=inputs.sources,
        params=inputs.params,
        cell_revision=inputs.cell_revision,
        robot_digests=inputs.robot_digests,
        versions=versions,
    )
    return with_plan_id(plan)


def _with_motion(step: Step, keys: Mapping[MotionNeed, str]) -> Step:
    return replace(step, motion=keys[step.action.need]) if isinstance(step.action, Move) else step
