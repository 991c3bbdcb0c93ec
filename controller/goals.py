"""Whether what the intent asks for is reached: the `until` of its loops over what is believed, and the count of goals.

A goal is reached when its fact held after those before it on the same part; the fold keeps that as a fact of the part, so there
is no counter to lose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import assert_never

from cell.kleene import all_of, any_of
from cell.program import (
    AllOf,
    Amount,
    AnyOf,
    Block,
    Compare,
    Condition,
    Fresh,
    Goal,
    Group,
    IsIn,
    IsState,
    Line,
    Loop,
    Ref,
    Scope,
    When,
)
from cell.run import Aim, RunContext
from cell.state import InPlace
from controller.policies import Policies
from controller.run_state import Belief, RunState


def is_done(context: RunContext, policies: Policies, belief: Belief) -> bool | None:
    """Whether every `until` is true; None when one of them asks about something that is not known here."""
    return all_of(value(context, belief, loop.until) for loop in policies.loops.values() if loop.until is not None)


def value(context: RunContext, belief: Belief, condition: Condition) -> bool | None:
    match condition:
        case AllOf(parts=parts):
            return all_of(value(context, belief, part) for part in parts)
        case AnyOf(parts=parts):
            return any_of(value(context, belief, part) for part in parts)
        case Compare(subject=subject, operator=operator, limit=limit):
            return _compare(_count(context, belief, subject), operator, _amount(context, limit))
        case IsState() | IsIn():
            return None
    assert_never(condition)


def aims(state: RunState) -> tuple[Aim, ...]:
    """Every count that an `until` asks to reach, in the order of the text."""
    context, policies = state.context, state.policies
    if policies is None or context is None:
        return ()
    found = (
        aim for loop in policies.loops.values() if loop.until is not None for aim in _aims(context, state.belief, loop.until)
    )
    return tuple(dict.fromkeys(found))


def _aims(context: RunContext, belief: Belief, condition: Condition) -> Iterator[Aim]:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _aims(context, belief, part)
        case Compare(subject=subject, operator=">=" | ">", limit=limit):
            have, want = _count(context, belief, subject), _amount(context, limit)
            if have is not None and want is not None:
                yield Aim(subject.text, int(have), math.ceil(want) + (condition.operator == ">" and want == math.ceil(want)))
        case _:
            pass


def goals(state: RunState) -> tuple[int, int]:
    """(met, total): goals that are facts of a part, and those plus what is still to be reached: by the plan in hand, and by
    the iterations that it has none for. A choice not yet decided counts with its longest alternative; what `skip` gave up
    counts in neither."""
    lines = state.policies.around if state.policies is not None else {}  # a rung's goal is none of them
    met = {(goal, name) for name, held in state.belief.parts.items() for goal in held.part.reached if goal in lines}
    met |= {(goal, state.policies.goals[goal].object.text) for goal in state.belief.tended if state.policies and goal in lines}
    open_goals: set[tuple[str, str]] = set()
    undecided = 0
    progress = state.progress
    if progress.plan is not None and state.policies is not None and state.pack != "Complete":
        written = state.policies.around  # an operation may also stand for a `when`, which is no goal
        index = progress.plan
        given_up = {name for name, held in state.belief.parts.items() if held.part.given_up}
        in_choice = {o for c in index.choices.values() for a in c.alternatives for o in a.operations}
        for operation in index.plan.tasks.operations:
            if operation.goal in written and operation.id not in in_choice and operation.part not in given_up:
                open_goals.add((operation.goal, operation.part))
        by_id = {operation.id: operation for operation in index.plan.tasks.operations}
        for choice in index.choices.values():
            if choice.part in given_up:
                continue
            taken = progress.taken.get(choice.id)
            branches = [{(by_id[o].goal, by_id[o].part) for o in a.operations} for a in choice.alternatives]
            if taken is None:
                undecided += max((len(branch - met) for branch in branches), default=0)
            elif taken >= 0:
                open_goals |= branches[taken]
    still = 0 if state.pack == "Complete" else _beyond_the_plan(state, {part for _, part in open_goals - met})
    left = state.belief.left_goals
    return len(met) + left, len(met | open_goals) + undecided + still + left


def _beyond_the_plan(state: RunState, under_way: set[str]) -> int:
    """The goals of the iterations that an `until` still needs when all parts under way come out well."""
    if state.policies is None:
        return 0
    short = max((aim.want - aim.have for aim in aims(state)), default=0) - len(under_way)
    lengths = [_length(loop.block) for loop in state.policies.loops.values() if loop.until is not None]
    return max(0, short) * max(lengths, default=0)


def _length(block: Block) -> int:
    """Goals of one pass through a block, by the longest way."""
    return sum(_goals_of(line) for line in block.lines)


def _goals_of(line: Line) -> int:
    match line:
        case Goal():
            return 1
        case When(branches=branches):
            return max((_length(branch.block) for branch in branches), default=0)
        case Loop(block=block) | Group(block=block) | Scope(block=block) | Fresh(block=block):
            return _length(block)
    assert_never(line)


def _count(context: RunContext, belief: Belief, subject: Ref) -> float | None:
    """How many parts lie in a thing: `outfeed.count`; how many orders of a queue are done: `orders.done`."""
    if subject.path[0] in context.queues and subject.path[1:] == ("done",):
        return float(sum(order.is_done for order in belief.orders.values() if order.queue == subject.path[0]))
    if len(subject.path) != 2 or subject.path[1] != "count":
        return None
    places = {name for name, equipment in context.places.items() if equipment == subject.path[0]}
    if not places:
        return None
    return float(
        sum(isinstance(held.part.location, InPlace) and held.part.location.place in places for held in belief.parts.values())
    )


def _amount(context: RunContext, limit: Amount | Ref) -> float | None:
    if isinstance(limit, Amount):
        return limit.quantity.value
    found = dict(context.program.params).get(limit.text)
    return None if found is None or isinstance(found, str) else found.value


def _compare(left: float | None, operator: str, right: float | None) -> bool | None:
    if left is None or right is None:
        return None
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right
