"""Stages 3 and 4 until they agree: a schedule needs durations, durations need motions, motions need a schedule that asks.

The first schedule is made with estimates. Each round finds the motions that the schedule asks for and schedules again with what
they truly take; a motion that cannot be found is forbidden to the next round. The rounds end when a schedule asks for nothing
new. Pure: stores, processes and progress are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from cell.codec import digest
from cell.diagnostic import Diagnostic, Outcome, error
from cell.motion_plan import Motion, MotionPlan
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.state import PlanningRequest
from cell.steps import MotionNeed, Move, Step
from cell.task_plan import TaskPlan
from planner.motion.estimate import estimated_duration
from planner.motion.plan_motions import plan_motions
from planner.motion.store import MotionStore
from planner.recollection import Memory
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks

MAX_ROUNDS = 6
Progress = Callable[[str, int, int], None]
MapFunction = Callable[..., Iterable[object]]


@dataclass(frozen=True, slots=True)
class Means:
    """What planning may use beside its own thought: where motions are kept, how to map a pure function over many arguments
    (serially, or in a pool), whom to tell how far it is (stage, done, of)."""

    store: MotionStore
    map: MapFunction
    progress: Progress


def plan(request: PlanningRequest, means: Means, versions: tuple[tuple[str, str], ...]) -> Outcome[MotionPlan]:
    """A plan with all its motions, unproved. Its diagnostics say why there is none, or what a reader should know."""
    known: dict[MotionNeed, Motion] = {}
    refused: dict[MotionNeed, tuple[Diagnostic, ...]] = {}
    memory = Memory(means.store, request, versions)
    _find(memory.needs(), request, means, known, refused)
    for _ in range(MAX_ROUNDS):
        tasks = plan_tasks(request, Known(_durations(request, known), frozenset(refused)))
        if tasks.value is None:
            return Outcome(None, _with_reasons(tasks.diagnostics, refused))
        missing = tuple(need for need in _needs(tasks.value) if need not in known)
        if not missing:
            if not refused:
                memory.keep(known)
            return Outcome(_assembled(tasks.value, known, request, versions), tasks.diagnostics)
        _find(missing, request, means, known, refused)
    message = f"gave up: schedule and motions did not agree within {MAX_ROUNDS} rounds"
    return Outcome(None, _with_reasons((error("E691", message, help="The motions named before it cannot be found."),), refused))


def _find(
    needs: tuple[MotionNeed, ...],
    request: PlanningRequest,
    means: Means,
    known: dict[MotionNeed, Motion],
    refused: dict[MotionNeed, tuple[Diagnostic, ...]],
) -> None:
    if needs:
        found = plan_motions(needs, request.cell, request.robots, means.store, means.map, means.progress, request.seed)
        known.update(found.motions)
        refused.update(found.refused)


def _durations(request: PlanningRequest, known: Mapping[MotionNeed, Motion]) -> Callable[[MotionNeed], float]:
    def duration(need: MotionNeed) -> float:
        motion = known.get(need)
        return motion.duration if motion is not None else estimated_duration(need, request.cell, request.robots)

    return duration


def _needs(tasks: TaskPlan) -> tuple[MotionNeed, ...]:
    return tuple(dict.fromkeys(step.action.need for step in tasks.steps if isinstance(step.action, Move)))


def _with_reasons(
    diagnostics: tuple[Diagnostic, ...], refused: Mapping[MotionNeed, tuple[Diagnostic, ...]]
) -> tuple[Diagnostic, ...]:
    """The schedule's complaint comes after what lies beneath it: the motions that could not be found."""
    return tuple(dict.fromkeys((*(d for reasons in refused.values() for d in reasons), *diagnostics)))


def _assembled(
    tasks: TaskPlan, known: Mapping[MotionNeed, Motion], request: PlanningRequest, versions: tuple[tuple[str, str], ...]
) -> MotionPlan:
    keys = {need: digest(known[need]) for need in _needs(tasks)}
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
