"""Where the plan itself leaves a part between lines that the text does not put in order: those of `any order { inspect s at gauge
process s at brush }`, and a move to the one place or to the other behind it.

Law: a goal is met where its part lies as wanted at some moment behind all that it waits for and before all that waits for it. The
operations about one part follow one another as their steps do, for each finds it where the last has left it (facts.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cell.members import owner_of, places_in
from cell.model import CellModel
from cell.people import HANDOVER
from cell.task_plan import TaskPlan
from planner.proof.duty import Duty, ForkDuty
from planner.proof.duty_keys import Key


def in_plan(tasks: TaskPlan, duty_of: Mapping[str, Duty | ForkDuty]) -> dict[str, list[Duty]]:
    """By part the duties that bring it somewhere, in the order in which the plan does them."""
    first: dict[str, int] = {}
    for i, step in enumerate(tasks.steps):
        first.setdefault(step.operation, i)
    found: dict[str, list[Duty]] = {}
    for operation in sorted((o for o in tasks.operations if o.id in first), key=lambda o: first[o.id]):
        duty = duty_of.get(operation.id)
        if isinstance(duty, Duty) and duty.part is not None and not duty.goal.along:
            found.setdefault(duty.part, []).append(duty)
    return found


def is_left_there(duty: Duty, done: Mapping[str, Sequence[Duty]], cell: CellModel) -> bool:
    if duty.goal.verb != "move" or duty.part is None or duty.joint is not None:
        return False
    own = done.get(duty.part, ())
    behind = max((i for i, other in enumerate(own) if other.key in duty.after), default=0)
    before = min((i for i, other in enumerate(own) if duty.key in other.after), default=len(own))
    return any(_leaves_it(other, duty, cell) for other in own[behind:before])


def _leaves_it(other: Duty, duty: Duty, cell: CellModel) -> bool:
    """For certain: not by a person's hands, joined to nothing, and in no branch that may not be taken."""
    is_certain = other.under in (None, duty.under) and other.goal.verb != HANDOVER and other.joint is None
    places = _places(other, cell)
    return is_certain and bool(places) and places <= _places(duty, cell)


def _places(duty: Duty, cell: CellModel) -> frozenset[str]:
    equipment = cell.equipment.get(owner_of(duty.target))
    return frozenset(p.name for p in places_in(equipment, duty.target) if duty.kind in p.accepts) if equipment else frozenset()


def met_by_plan(
    tasks: TaskPlan, duty_of: Mapping[str, Duty | ForkDuty], open_: Sequence[Duty], cell: CellModel
) -> dict[Key, frozenset[Key]]:
    """Those of `open_`, which no operation does, that ask for nothing as this plan goes, with what they wait for."""
    done = in_plan(tasks, duty_of) if open_ else {}
    return {duty.key: duty.after for duty in open_ if is_left_there(duty, done, cell)}
