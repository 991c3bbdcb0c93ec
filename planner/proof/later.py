"""Choices of which a plan holds one branch only: the others are planned when they are taken. Which may be so follows from the
text.

The one that is planned is taken when no outcome is adverse; it stands behind the decision like any other lines. A plan may do
that where a branch holds a `when` that is open itself, a person's work, or a program on a part that is in the machine already,
or ends behind a door or in a clamp; or where lines follow that would find the part in different places. When another branch is
taken nothing of the plan is started any more, so what is proved of the rest of the plan is about the runs in which the planned
one is.
"""

from __future__ import annotations

from collections.abc import Sequence

from cell.members import owner_of
from cell.model import CellModel
from cell.program import Goal
from cell.task_plan import TaskPlan
from planner.proof.initial import has_clamp, has_door
from planner.proof.wanted_place import person_of, wanted_place

PutOff = frozenset[tuple[str, str]]
"""(when, part) of the choices that a plan holds one branch of."""


def put_off_by(tasks: TaskPlan) -> PutOff:
    return frozenset((c.when, c.part) for c in tasks.choices if any(a.is_planned_later for a in c.alternatives))


def is_too_much(goals: Sequence[Goal], has_choice: bool, told_at: str, cell: CellModel) -> bool:
    """Of a branch with these goals, in reading order; `told_at` is the equipment in which its outcome is told."""
    if has_choice or any(person_of(goal, cell) is not None or goal.along for goal in goals):
        return True
    ordered = sorted(goals, key=lambda goal: goal.verb == "move")
    places = [owner_of(wanted_place(goal, cell, {})) for goal in ordered]
    for goal, here, before in zip(ordered, places, [told_at, *places], strict=False):
        if goal.verb == "process" and here == before:
            return True
    last = cell.equipment.get(places[-1]) if places else None
    return last is not None and (has_door(last) or has_clamp(last))
