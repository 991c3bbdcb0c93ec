"""Carrying away: the one operation that no line asks for, for people whose declaration says that they clear where they work.

It may be left out; where it is there it has to be just that: the last that becomes of a part that lies where the person works.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.people import CLEAR
from cell.reasons import carrying_away
from cell.steps import Await, Step
from cell.task_plan import Operation, TaskPlan
from planner.proof.precedence import Precedence


def is_clearing(operation: Operation) -> bool:
    return operation.verb == CLEAR


def check_clearing(tasks: TaskPlan, cell: CellModel) -> tuple[Diagnostic, ...]:
    """Its own fields, and its one step."""
    own: dict[str, list[Step]] = {}
    for step in tasks.steps:
        own.setdefault(step.operation, []).append(step)
    return tuple(
        error("E683", f"{operation.id}: {what}", operation.because.span)
        for operation in tasks.operations
        if is_clearing(operation)
        for what in _wrong(operation, own.get(operation.id, []), cell)
    )


def check_cleared_last(tasks: TaskPlan, order: Precedence) -> tuple[Diagnostic, ...]:
    """Nothing that a line asks for is done to a part that is carried away, or may still be."""
    clearing = {o.id: o.part for o in tasks.operations if is_clearing(o)}
    found = []
    for i, step in enumerate(tasks.steps):
        part = clearing.get(step.operation)
        if part is None:
            continue
        for j, other in enumerate(tasks.steps):
            kept = (order.before[i] | order.apart[i]) >> j & 1
            if j != i and other.part == part and other.operation not in clearing and not kept:
                message = f"{step.id} carries {part} away, and {other.id} may come after it"
                found.append(error("E682", message, step.because.span, other.because.span))
    return tuple(found)


def _wrong(operation: Operation, steps: Sequence[Step], cell: CellModel) -> Iterator[str]:
    if operation.steps != tuple(s.id for s in steps):
        yield "its list of steps is not that of the steps that name it"
    action = steps[0].action if len(steps) == 1 else None
    if not isinstance(action, Await) or action.verb != CLEAR or steps[0].branch is not None:
        yield "it is more or less than one carrying away"
        return
    person = cell.people[action.person]
    source = cell.places.get(operation.source or "")
    if (operation.goal, operation.serves, operation.robot) != ("", (), None):
        yield "no line asks for it, and no robot takes part"
    if source is None or source.equipment != person.at:
        yield f"{person.name} carries away from {person.at}, not from {operation.source or 'nowhere'}"
    if (operation.because.span, operation.because.rule) != (person.span, carrying_away(person.name, operation.part)):
        yield "it does not say who carries away"
