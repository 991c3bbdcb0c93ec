"""What orders ask of the parts of a plan: each demand gets one part and keeps it, no part serves two, and one that is new comes
from where its line says.

Derived from the orders of the observed state and from the text; of the plan comes only which part an open demand gets.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.demands import bound_parts
from cell.diagnostic import Diagnostic, error
from cell.members import owner_of
from cell.model import CellModel
from cell.people import HANDOVER
from cell.program import Ref
from cell.state import CellState, Expected, InPlace, Lost, PartState
from cell.task_plan import TaskPlan
from planner.proof.duty import Duty
from planner.proof.operations import Matched


def check_demands(tasks: TaskPlan, matched: Matched, cell: CellModel, state: CellState) -> tuple[Diagnostic, ...]:
    """Needs operations to be matched before."""
    return tuple(_wrong(tasks, matched, cell, {part.id: part for part in state.parts}))


def _wrong(tasks: TaskPlan, matched: Matched, cell: CellModel, parts: dict[str, PartState]) -> Iterator[Diagnostic]:
    has = {name: part.id for name, part in bound_parts(parts.values()).items()}
    serves = {part: name for name, part in has.items()}
    for operation in tasks.operations:
        duty = matched.duty_of.get(operation.id)
        name, part = (duty.demand if isinstance(duty, Duty) else serves.get(operation.part, "")), operation.part
        said = f"{operation.id} takes {part} for {name or 'no order'}"
        if serves.get(part, name) != name:
            yield error("E689", f"{said}; it is for {serves[part]}", operation.because.span)
        elif name and has.get(name, part) != part:
            yield error("E689", f"{said}, which has {has[name]}", operation.because.span)
        elif name and name not in has and isinstance(duty, Duty) and (why := _unfit(duty, parts[part], cell)):
            yield error("E689", f"{said}, and {why}", operation.because.span)
        if name:
            has[name], serves[part] = part, name


def _unfit(duty: Duty, part: PartState, cell: CellModel) -> str:
    """Why a part cannot be a demand's from now on, "" where it can."""
    if part.given_up or isinstance(part.location, Lost):
        return "it is given up or lost"
    origin = duty.goal.role("from")
    if not isinstance(origin, Ref) or duty.goal.verb == HANDOVER:  # who gives is no place
        return ""
    place = part.location.place if isinstance(part.location, InPlace | Expected) else None
    if place is None or cell.places[place].equipment != owner_of(origin.text):
        return f"it is not taken from {origin.text}"
    return ""
