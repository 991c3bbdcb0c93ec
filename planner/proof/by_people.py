"""What people are asked for, derived again: the person and the place that a goal means, and whether a step asks for just that.

A person is awaited and never commanded. A robot that hands over stands still from before the person is asked until the hand is
open: the step that awaits them is a step of that robot, so no motion of it can be under way (exclusion.py), and it needs the
robot to stand where it hands over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from cell.diagnostic import Diagnostic, Span, error
from cell.model import CellModel
from cell.people import CLEAR, HANDOVER
from cell.steps import Action, AtPlace, Await, Grip, Move, Release, Step
from cell.task_plan import Operation, TaskPlan
from planner.proof.duty import Duty, ForkDuty
from planner.proof.precedence import Precedence
from planner.proof.robot_state import RobotState
from planner.proof.wanted_place import is_given, person_of


def is_handover(action: Action) -> TypeGuard[Await]:
    return isinstance(action, Await) and action.verb == HANDOVER


def tells(verb: str, cell: CellModel) -> str:
    """The outcome that the verb tells, "" for none."""
    return next((outcome.name for outcome in cell.vocabulary.told_by(verb)), "")


def wrong_in_awaiting(
    action: Await, operation: Operation, duty: Duty | ForkDuty | None, state: RobotState, lies_in: str, cell: CellModel
) -> Iterator[str]:
    """What does not follow, in words. `lies_in` is where the operation's part lies, "" in a hand."""
    if action.part != operation.part:
        yield f"is about {action.part}, its operation about {operation.part}"
    workplace = cell.people[action.person].at
    if action.verb == CLEAR:
        if action.place != operation.target or cell.people[action.person].clears != cell.places[action.place].equipment:
            yield f"has {action.person} carry {action.part} to {action.place}, which nothing says"
        return
    person = person_of(duty.goal, cell) if isinstance(duty, Duty) else None
    if person is None or not isinstance(duty, Duty) or (person.name, duty.goal.verb) != (action.person, action.verb):
        yield f"awaits {action.person} to {action.verb} {action.part}, which its goal does not ask for"
    if action.outcome != tells(action.verb, cell):
        yield f"awaits the outcome {action.outcome or 'none'} of {action.verb}"
    if action.verb == HANDOVER and (not isinstance(state.stance, AtPlace) or state.stance.place != action.person):
        yield f"hands over away from where {action.person} takes over"
    if isinstance(duty, Duty) and is_given(duty.goal, cell):
        if action.place != action.person or operation.source != lies_in or cell.places[lies_in].equipment != workplace:
            yield f"has {action.person} give {action.part} from {lies_in or 'a hand'} into {action.place}"
        return
    if cell.places[action.place].equipment != workplace:
        yield f"has {action.part} lie in {action.place}; {action.person} works at {workplace}"
    if action.verb == HANDOVER:
        if state.hands.get(getattr(state.stance, "hand", ""), ("",))[0] != action.part:
            yield f"hands over {action.part}, which the robot does not hold there"
    elif action.place != lies_in:
        yield f"awaits work on {action.part} in {action.place}; it lies in {lies_in or 'no place'}"


def standstills(tasks: TaskPlan) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """What is claimed of each robot and person that hand over, and the lines that ask for it."""
    found: dict[tuple[str, str], dict[Span, None]] = {}
    for step in tasks.steps:
        if is_handover(step.action):
            found.setdefault((step.robot or "", step.action.person), {})[step.because.span] = None
    for (robot, person), spans in found.items():
        until = "until its hand has opened or closed"
        yield f"{robot} stands still from before {person} is asked to take or give a part {until}", tuple(spans)


def check_handovers(tasks: TaskPlan, order: Precedence) -> tuple[Diagnostic, ...]:
    """Between the asking and the opening of the hand the robot has no motion, whatever anything takes."""
    found = []
    for i, step in enumerate(tasks.steps):
        if not is_handover(step.action):
            continue
        opening = _opening(tasks.steps, order, i, step)
        for j, other in enumerate(tasks.steps):
            if not isinstance(other.action, Move) or other.robot != step.robot:
                continue
            kept_off = (order.before[i] | order.apart[i]) >> j & 1
            if not kept_off and (opening is None or not order.after[opening] >> j & 1):
                message = f"{other.id} may move {step.robot} while {step.action.person} takes {step.part} over"
                found.append(error("E682", message, step.because.span, other.because.span))
    return tuple(found)


def _opening(steps: Sequence[Step], order: Precedence, i: int, step: Step) -> int | None:
    """The step after number `i` that lets go of the part that is handed over, or closes on it."""
    later = (j for j, s in enumerate(steps) if isinstance(s.action, Release | Grip) and s.action.part == step.part)
    return next((j for j in later if order.after[i] >> j & 1), None)
