"""The plan works on as many members of each loop as the text asks for, and on the right ones: none left, none too many."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator, Mapping, Sequence

from cell.diagnostic import Diagnostic, error
from cell.members import binds_parts, is_bound_by, lies_untouched, set_of
from cell.model import CellModel
from cell.program import AllOf, Amount, AnyOf, Compare, Condition, Goal, Group, Line, Loop, Scope, When
from cell.program_walk import goals_in
from cell.state import CellState, InPlace, PartState
from cell.task_plan import TaskPlan
from planner.proof.nothing_asked import asks_nothing
from planner.proof.outcomes import asked, branch_for, good_values, told_by
from planner.proof.sampling import Sampled
from planner.proof.wanted_place import rests_in, wanted_place

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def started_by(tasks: TaskPlan) -> dict[str, tuple[str, ...]]:
    """For each loop the members whose iterations the plan has, in the order of their first operations."""
    found: dict[str, dict[str, None]] = {}
    for operation in tasks.operations:
        for loop, member in operation.serves:
            found.setdefault(loop, {})[member] = None
    return {loop: tuple(members) for loop, members in found.items()}


def check_iterations(
    loops: Mapping[str, Loop],
    started: Mapping[str, tuple[str, ...]],
    cell: CellModel,
    state: CellState,
    sampled: Sequence[Sampled] = (),
) -> tuple[Diagnostic, ...]:
    """`sampled`: which iterations owe what is done only every so many parts."""
    owed = {one for s in sampled for one in s.owed}
    unknown = (
        error("E689", f"the plan works for loop {name}, which the text does not have") for name in started if name not in loops
    )
    about_parts = {name: loop for name, loop in loops.items() if binds_parts(loop, cell) and set_of(loop, cell) is not None}
    return (*unknown, *(d for name, loop in about_parts.items() for d in _check(loop, started.get(name, ()), cell, state, owed)))


def _check(
    loop: Loop, started: tuple[str, ...], cell: CellModel, state: CellState, owed: Collection[tuple[str, str]]
) -> Iterator[Diagnostic]:
    source = set_of(loop, cell)
    origins = {place.name for place in source.places} if source is not None else set()
    members = {p.id: p for p in state.parts if is_bound_by(loop, p.kind) and p.origin in origins and not p.given_up}
    for name in started:
        if name not in members:
            yield error("E689", f"{name} is not a member of {loop.members.text} to work on", loop.span)
            return
    goals = {goal.id for goal in goals_in(loop.block)}
    begun = {name for name, p in members.items() if not lies_untouched(p) or p.reached & goals}
    fresh = [name for name in started if name not in begun]
    if loop.until is None:
        open_ = [name for name in members if name not in begun and name not in started]
        if left := [name for name in open_ if not asks_nothing(loop.block, members[name], cell, owed)]:
            yield error("E689", f"the plan leaves out {left[0]} of {loop.members.text}", loop.span)
        return
    counts = _counts(loop.until, cell, state)
    if counts is None:
        yield error("E690", "this `until` cannot be proved yet", loop.until.span)
        return
    ends = [_usual_end(loop, members[name], cell) for name in (*sorted(begun), *fresh)]
    if not holds(loop.until, _after(counts, ends)):
        yield error("E689", f"with {len(started)} iterations `until` is not reached", loop.until.span)
    elif fresh and holds(loop.until, _after(counts, ends[:-1])):
        yield error("E689", f"{len(started)} iterations are more than `until` asks for", loop.until.span)


def _after(counts: Mapping[str, int], ends: list[tuple[str | None, str | None]]) -> dict[str, int]:
    """The counts once every iteration has moved its part from one equipment to another."""
    out = dict(counts)
    for start, end in ends:
        if start in out:
            out[start] -= 1
        if end in out:
            out[end] += 1
    return out


def _usual_end(loop: Loop, part: PartState, cell: CellModel) -> tuple[str | None, str | None]:
    """Where the part is and where it rests at the end when no outcome is adverse."""
    place = part.location.place if isinstance(part.location, InPlace) else None
    places = cell.places
    start = places[place].equipment if place is not None and place in places else None
    end = start
    for goal in _usual_goals(loop.block.lines, part, cell):
        end = wanted_place(goal, cell, {}) or end
    return start, rests_in(end, cell)


def _usual_goals(lines: tuple[Line, ...], part: PartState, cell: CellModel, before: tuple[Goal, ...] = ()) -> Iterator[Goal]:
    """The goals of an iteration in the written order, moves last, through the branches that are taken or usual. `before`: what
    comes before these lines."""
    ordered, passed = sorted(lines, key=lambda line: isinstance(line, Goal) and line.verb == "move"), list(before)
    for line in ordered:
        for goal in _usual_in(line, part, cell, tuple(passed)):
            passed.append(goal)
            yield goal


def _usual_in(line: Line, part: PartState, cell: CellModel, before: tuple[Goal, ...]) -> Iterator[Goal]:
    match line:
        case Goal():
            yield line
        case Group(block=block) | Scope(block=block):
            yield from _usual_goals(block.lines, part, cell, before)
        case When():
            branch = _usual_branch(line, part, cell, before)
            if branch is not None:
                yield from _usual_goals(line.branches[branch].block.lines, part, cell, before)
        case _:
            pass


def _usual_branch(when: When, part: PartState, cell: CellModel, before: tuple[Goal, ...]) -> int | None:
    """What was told before a goal that is to tell it anew is no answer."""
    for k, branch in enumerate(when.branches):
        if any(goal.id in part.reached for goal in goals_in(branch.block)):
            return k
    question = asked(when, cell)
    if question is None:
        return None
    told, telling = dict(part.outcomes).get(question[1]), [goal for goal in before if question[1] in told_by(goal.verb, cell)]
    is_open = told is None or any(goal.id not in part.reached for goal in telling)
    return branch_for(when, good_values(when, question[1], cell)[0] if is_open or told is None else told)


def _counts(condition: Condition, cell: CellModel, state: CellState) -> dict[str, int] | None:
    """The counts that the condition reads, as they are; None when it asks for anything else."""
    names = _counted(condition)
    if names is None or any(name not in cell.equipment for name in names):
        return None
    places = cell.places
    at = [
        places[p.location.place].equipment for p in state.parts if isinstance(p.location, InPlace) and p.location.place in places
    ]
    return {name: at.count(name) for name in names}


def _counted(condition: Condition) -> tuple[str, ...] | None:
    match condition:
        case Compare(subject=subject, limit=Amount()) if len(subject.path) == 2 and subject.path[1] == "count":
            return (subject.path[0],)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            inner = [_counted(part) for part in parts]
            return None if None in inner else tuple(name for names in inner if names for name in names)
        case _:
            return None


def holds(condition: Condition, counts: Mapping[str, int]) -> bool:
    match condition:
        case Compare(subject=subject, operator=sign, limit=Amount(quantity=quantity)):
            return bool(_COMPARE[sign](counts[subject.path[0]], quantity.value))
        case AllOf(parts=parts):
            return all(holds(part, counts) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, counts) for part in parts)
        case _:
            raise ValueError("not a condition on counts")
