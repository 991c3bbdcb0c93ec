"""A plan as the fold reads it: who waits for whom, which device a step runs on, where each robot's stances are.

Built once when a plan is taken over, never changed after; only what is in the plan, nothing observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from cell.commands import Subject
from cell.dataclass import dataclass
from cell.driver import coupling_name
from cell.motion_plan import MotionPlan
from cell.steps import (
    Action,
    Await,
    Couple,
    Decide,
    Drive,
    Grip,
    Inspect,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Treat,
    Uncouple,
)
from cell.task_plan import Choice, Operation, TaskPlan


@dataclass(frozen=True, slots=True, eq=False)
class PlanIndex:
    """`waits` counts the predecessors of each step. `position` is the step's place in the plan: due steps start in that order.
    `in_choice` gives the steps of each choice's alternatives; `asked` the choices by (outcome, part). `latest`: by when (s from
    the plan's start) a step has to have ended for the plan to end as planned, at the declared durations."""

    plan: MotionPlan
    steps: Mapping[str, Step]
    position: Mapping[str, int]
    waits: Mapping[str, int]
    successors: Mapping[str, tuple[str, ...]]
    operation: Mapping[str, Operation]
    choices: Mapping[str, Choice]
    in_choice: Mapping[str, tuple[tuple[str, ...], ...]]
    asked: frozenset[tuple[str, str]]
    latest: Mapping[str, float]
    subjects: Mapping[str, Subject]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlanIndex) and self.plan.plan_id == other.plan.plan_id

    def __hash__(self) -> int:
        return hash(self.plan.plan_id)


def plan_index(plan: MotionPlan, run: str) -> PlanIndex:
    steps = {step.id: step for step in plan.tasks.steps}
    successors: dict[str, list[str]] = {name: [] for name in steps}
    for step in plan.tasks.steps:
        for before in step.predecessors:
            successors[before].append(step.id)
    by_operation = {operation.id: operation for operation in plan.tasks.operations}
    operation = {step.id: by_operation[step.operation] for step in plan.tasks.steps if step.operation in by_operation}
    return PlanIndex(
        plan=plan,
        steps=steps,
        position={name: i for i, name in enumerate(steps)},
        waits={step.id: len(step.predecessors) for step in plan.tasks.steps},
        successors={name: tuple(after) for name, after in successors.items()},
        operation=operation,
        choices={choice.id: choice for choice in plan.tasks.choices},
        in_choice={choice.id: _alternatives(choice, plan.tasks.steps) for choice in plan.tasks.choices},
        latest=_latest(plan.tasks, successors),
        asked=frozenset((choice.outcome, choice.part) for choice in plan.tasks.choices),
        subjects={
            step.id: Subject(
                run,
                plan.plan_id,
                step.id,
                operation[step.id].goal if step.id in operation else None,
                step.part,
                step.motion,
            )
            for step in plan.tasks.steps
        },
    )


def _latest(tasks: TaskPlan, successors: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """A backward pass: steps stand in an order in which each comes before its successors."""
    end = float(tasks.bounds.makespan)
    begin: dict[str, float] = {}
    latest: dict[str, float] = {}
    for step in reversed(tasks.steps):
        latest[step.id] = min((begin[after] for after in successors[step.id]), default=end)
        begin[step.id] = latest[step.id] - float(step.duration)
    return latest


def device_of(action: Action) -> str | None:
    """The device that carries it out: a robot, tool.hand, a machine or a station. None: the controller itself."""
    match action:
        case Move(need):
            return need.robot
        case Grip(tool, hand, _, _) | Release(tool, hand, _) | Drive(tool, hand):
            return f"{tool}.{hand}" if hand else tool
        case Couple(robot, _) | Uncouple(robot, _):
            return coupling_name(robot)
        case SetDoor(machine, _) | SetClamp(machine, _) | RunProgram(machine, _, _):
            return machine
        case Inspect(station, _, _) | Treat(station, _, _) | Service(station, _):
            return station
        case Await(person, _, _, _, _):
            return person
        case Present(supply, _):
            return supply
        case Decide():
            return None
    assert_never(action)


def _alternatives(choice: Choice, steps: tuple[Step, ...]) -> tuple[tuple[str, ...], ...]:
    mine: list[list[str]] = [[] for _ in choice.alternatives]
    for step in steps:
        if step.branch is not None and step.branch.choice == choice.id:
            mine[step.branch.index].append(step.id)
    return tuple(tuple(names) for names in mine)
