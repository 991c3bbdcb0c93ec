"""`ensure conveyor.waiting < n` against a schedule: how many parts wait there at most, at the arrival law and declared durations.

Asked of a schedule with the durations of its own motions: estimates would refuse what is quick enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from cell.arrivals import interval, most_waiting
from cell.diagnostic import Diagnostic
from cell.model import CellModel
from cell.program import Amount, Compare, Ensure, IntentProgram
from cell.program_walk import blocks_in
from cell.steps import Move, Present, Touch
from cell.task_plan import TaskPlan
from planner.tasks.findings import Findings


def backing_up(cell: CellModel, program: IntentProgram, plan: TaskPlan) -> tuple[Diagnostic, ...]:
    """For each such clause that the schedule does not keep how many wait, and which arrival law it would keep."""
    found = Findings()
    for ensure, supply, most in waiting_limits(cell, program):
        every, left = interval(cell.equipment[supply]) or math.inf, sorted(_departures(plan, supply))
        waiting = most_waiting(every, left, left[-1]) if left else 0
        if waiting > most:
            paces = f"one is taken each {_pace(left):g} s, one comes each {every:g} s"
            message = f"no schedule was found in which no more than {most} parts wait at {supply}: {waiting} would, {paces}"
            spans = (ensure.span, cell.equipment[supply].attribute_spans.get("every", cell.equipment[supply].span))
            found.error("E507", message, *spans, help=f"The best one would keep `every {kept_interval(every, left, most):g} s`.")
    return found.all()


def waiting_limits(cell: CellModel, program: IntentProgram) -> Iterator[tuple[Ensure, str, int]]:
    """Each such clause of the text with its conveyor and the most that may wait there."""
    for ensure in (e for block in blocks_in(program.block) for e in block.ensures):
        limited = waiting_limit_of(cell, ensure)
        if limited is not None:
            yield ensure, *limited


def waiting_limit_of(cell: CellModel, ensure: Ensure) -> tuple[str, int] | None:
    """(conveyor, the most that may wait) of `ensure line1.waiting < 8 parts`; None for any other condition."""
    match ensure.condition:
        case Compare(subject=subject, operator="<" | "<=" as sign, limit=Amount(quantity=quantity)):
            thing = cell.equipment.get(subject.path[0])
            if thing is not None and interval(thing) is not None and subject.path[1:] == ("waiting",):
                most = math.ceil(quantity.value) - 1 if sign == "<" else math.floor(quantity.value)
                return thing.name, most
    return None


def _departures(plan: TaskPlan, supply: str) -> Iterator[float]:
    """When each part is off the conveyor."""
    brought = {step.action.part for step in plan.steps if isinstance(step.action, Present) and step.action.supply == supply}
    for step in plan.steps:
        match step.action:
            case Move(need=need) if isinstance(need.touch, Touch) and (need.touch.pair, need.touch.end) == (
                "part and place",
                "start",
            ):
                if step.part in brought:
                    brought.discard(step.part)
                    yield step.start + step.duration
            case _:
                pass


def _pace(left: list[float]) -> float:
    return round(left[-1] / len(left), 1)


def kept_interval(every: float, left: list[float], most: int) -> float:
    """The smallest interval, to a tenth of a second, at which these departures leave no more than `most` waiting."""
    tenths = math.ceil(every * 10)
    while most_waiting(tenths / 10, left, left[-1]) > most:
        tenths += 1
    return tenths / 10
