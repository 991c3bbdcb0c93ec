"""Where a goal wants its part, where it takes one from, and of whom it asks something: read off the line and the cell."""

from __future__ import annotations

from collections.abc import Iterator

from cell.members import Members, owner_of, resolved
from cell.model import CellModel
from cell.people import HANDOVER, Person
from cell.program import Goal, Ref
from cell.task_plan import Operation


def person_of(goal: Goal, cell: CellModel) -> Person | None:
    """Who the goal waits for: whoever takes or gives in a handover, `by` of the rest."""
    roles = ("to", "from") if goal.verb == HANDOVER else ("by",)
    named = (goal.role(role) for role in roles)
    return next((cell.people[who.text] for who in named if isinstance(who, Ref) and who.text in cell.people), None)


def is_given(goal: Goal, cell: CellModel) -> bool:
    """Whether a person gives what the goal is about."""
    who = goal.role("from")
    return goal.verb == HANDOVER and isinstance(who, Ref) and who.text in cell.people


def wanted_place(goal: Goal, cell: CellModel, members: Members) -> str:
    """The equipment, or the member of it: where the person works who is asked, or who gives it; else `to` of a move, `at` of
    the rest."""
    person = person_of(goal, cell)
    if person is not None:
        return person.name if is_given(goal, cell) else person.at
    where = goal.role("to") if goal.verb == "move" else goal.role("at")
    return resolved(where, members) if isinstance(where, Ref) else ""


def robot_of(goal: Goal, cell: CellModel) -> str | None:
    """The robot that the line names: `by` of it, or who gives or takes in a handover."""
    named = (goal.role(role) for role in ("by", "from", "to"))
    return next((who.text for who in named if isinstance(who, Ref) and who.text in cell.robots), None)


def wrong_in_asking(operation: Operation, goal: Goal, is_any_one: bool, cell: CellModel) -> Iterator[str]:
    """By whom it is done, and of `any one` where it is taken from, in words; a part that is in a hand was taken before."""
    robot, origin = robot_of(goal, cell), goal.role("from")
    if robot is not None and operation.robot != robot:
        yield f"its line asks for {robot}, not for {operation.robot or 'no robot'}"
    if not is_any_one or goal.verb != "move" or not isinstance(origin, Ref) or operation.source is None:
        return
    if cell.equipment_of(operation.source) != owner_of(origin.text):
        yield f"it takes one from {operation.source}, its line asks for one from {origin.text}"


def rests_in(equipment: str | None, cell: CellModel) -> str | None:
    """Where what is finished in an equipment comes to lie: there, or where a person carries it who works there."""
    return next((p.clears for p in cell.people.values() if p.at == equipment and p.clears is not None), equipment)
