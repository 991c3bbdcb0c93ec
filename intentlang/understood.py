"""What a checked text was understood to say, clause by clause: for `check --explain` and an editor's hover.

Read off the compiled program, so that it tells what planning will be given and not what the words look like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from cell.diagnostic import Span
from cell.program import (
    AllOf,
    AnyOf,
    Block,
    Compare,
    Condition,
    Fresh,
    Goal,
    Group,
    IntentProgram,
    IsIn,
    IsState,
    Line,
    Loop,
    Ref,
    Scope,
    When,
)
from cell.program_walk import goals_in
from cell.quantities import Quantity
from intentlang.reported import told_by_the_cell
from intentlang.types import SetOf, Type
from intentlang.world import World


@dataclass(frozen=True, slots=True)
class Understood:
    """One line or clause, and what it was taken to mean, a sentence each without a full stop. `depth`: blocks around it."""

    span: Span
    depth: int
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """What a block stands in: `what` it is the block of, in words; the loop whose iterations it is; variables and what they are;
    who tells each outcome so far; `act`: the goal whose own block it is."""

    what: str
    loop: Loop | None
    variables: Mapping[str, Type]
    tellers: Mapping[tuple[str, ...], Goal]
    depth: int = 0
    act: Goal | None = None


def understood(program: IntentProgram, world: World) -> tuple[Understood, ...]:
    """In the order of the text."""
    top = _Around("the run, from its first step", None, {}, {})
    found = [*_block(program.block, top, world)]
    for never in program.nevers:
        says = ("in the whole run, recovery included, no step starts that makes it true", *_facts(never.condition, top, world))
        found.append(Understood(never.span, 0, says))
    return tuple(sorted(found, key=lambda u: (u.span.file != program.file, u.span)))


def _block(block: Block, around: _Around, world: World) -> Iterator[Understood]:
    tellers = dict(around.tellers)
    for index, line in enumerate(block.lines):
        here = replace(around, tellers=tellers)
        order = _order(block, index)
        yield from _line(line, order, here, world)
        if isinstance(line, Goal):
            tellers |= {(*line.object.path, outcome.name): line for outcome in world.vocabulary.verbs[line.verb].tells}
    yield from _clauses(block, around, world)


def _order(block: Block, index: int) -> str:
    waits = block.waits[index]
    if not waits:
        return "waits for no line of its block" if len(block.lines) > 1 else ""
    lines = [str(block.lines[i].span.start.line) for i in waits]
    by_rule = set(block.by_rule[index]) if block.by_rule else set(waits)
    because = "they are about the same part" if set(waits) <= by_rule else "the block is `in order`"
    return f"after {'line' if len(lines) == 1 else 'lines'} {', '.join(lines)}: {because}"


def _line(line: Line, order: str, around: _Around, world: World) -> Iterator[Understood]:
    inside = around.depth + 1

    def within(what: str, loop: Loop | None = around.loop, more: Mapping[str, Type] = {}) -> _Around:
        return _Around(what, loop, {**around.variables, **more}, around.tellers, inside)

    match line:
        case Goal():
            yield Understood(line.span, around.depth, _said(_goal(line, world), order))
            if line.block is not None:
                yield from _block(line.block, replace(within(f"this `{line.verb}`"), act=line), world)
        case Loop():
            members = _type(line.members, around.variables, world)
            bound = world.members(members) if members is not None else None
            yield Understood(line.span, around.depth, _said(_loop(line, bound), order, *_until(line, around, world)))
            more = {} if bound is None else {line.variable: bound.member}
            yield from _block(line.block, within("each iteration", line, more), world)
        case When():
            yield Understood(line.span, around.depth, _when(line, order, around, world))
            for branch in line.branches:
                yield from _block(branch.block, within("this branch"), world)
        case Group(in_order, block, span):
            what = "each line after all steps of the one before" if in_order else "the ordering rule is off between these lines"
            yield Understood(span, around.depth, _said(what, order))
            yield from _block(block, within("this block"), world)
        case Scope():
            elsewhere = "" if line.definition.file == line.span.file else f" of {line.definition.file}"
            task = f"a copy of `{line.task}` of line {line.definition.start.line}{elsewhere}"
            yield Understood(line.span, around.depth, _said(task, order))
            yield from _block(line.block, within(f"this `do {line.task}`"), world)
        case Fresh():
            yield Understood(line.span, around.depth, _said(_fresh(line, around), order))
            yield from _block(line.block, within("this block"), world)
        case _:
            assert_never(line)


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for s in sentences if s))


def _when(when: When, order: str, around: _Around, world: World) -> tuple[str, ...]:
    facts = [fact for b in when.branches if b.condition is not None for fact in _facts(b.condition, around, world)]
    ends = "" if when.branches[-1].condition is None else "where nothing is true, no branch is taken"
    return _said("chosen once, when all that it asks for is known", order, *facts, ends)


def _goal(goal: Goal, world: World) -> str:
    verb = world.vocabulary.verbs[goal.verb]
    about = f"any one {goal.object.text}, chosen by the planner" if goal.any_one else f"this very `{goal.object.text}`"
    told = f"; tells its {', '.join(o.name for o in verb.tells)}" if verb.tells else ""
    by = {"motion": "by a robot", "program": "by the machine", "offer": "by who offers it"}[verb.duration]
    return f"{about}; done {by if not goal.role('by') else 'by the person named'}{told}"


def _loop(loop: Loop, bound: SetOf | None) -> str:
    over = "members may come and go while it runs" if bound is not None and bound.is_open else "its members are known now"
    order = "one after the other" if loop.in_order else "iterations overlap, in the planner's order"
    return f"`{loop.variable}` is each {loop.member} of `{loop.members.text}`; {over}; {order}"


def _until(loop: Loop, around: _Around, world: World) -> Iterator[str]:
    if loop.until is not None:
        yield "an iteration starts only while those that are open would not be enough"
        yield from _facts(loop.until, around, world)


def _fresh(fresh: Fresh, around: _Around) -> str:
    amount = fresh.interval.quantity
    if amount.dimension == "parts" and around.loop is not None:
        step = round(amount.value)
        turns = f"at the 1st, the {_ordinal(1 + step)}, the {_ordinal(1 + 2 * step)} {around.loop.member}"
        return f"{turns} of the loop of line {_at(around.loop.span)}"
    return f"due at once, then again before {_written(amount)} have passed since it was last completed"


def _ordinal(number: int) -> str:
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _clauses(block: Block, around: _Around, world: World) -> Iterator[Understood]:
    depth = around.depth
    if block.within is not None:
        yield Understood(block.within.span, depth, (f"deadline of {around.what}; time held counts",))
    if block.pace is not None and around.loop is not None:
        every, line = _written(block.pace.interval.quantity), _at(around.loop.span)
        pace = f"paces the loop of line {line}: the k-th iteration ends at most k - 1 times {every} after the first"
        yield Understood(block.pace.span, depth, (pace,))
    yield from _ensures(block, around, world)
    for number, prefer in enumerate(block.prefers):
        rank = f"decides where `{block.prefers[number - 1].objective}` leaves a choice" if number else "decides first"
        yield Understood(prefer.span, depth, (f"soft; {rank}",))
    for policy in block.policies:
        yield Understood(policy.span, depth, _said(*(_raised(event, block, around, world) for event in policy.events)))


_KINDS = {"limit": "a limit that planning and drivers keep", "monitor": "a monitor: `violated` is raised where it is not so"}


def _ensures(block: Block, around: _Around, world: World) -> Iterator[Understood]:
    """One for each `ensure` of the text, whose conjuncts are limits and monitors by themselves."""
    for span in dict.fromkeys(ensure.span for ensure in block.ensures):
        says = []
        for ensure in (e for e in block.ensures if e.span == span):
            says += [f"in {around.what}: {_KINDS[ensure.kind]}", *_facts(ensure.condition, around, world)]
        yield Understood(span, around.depth, _said(*says))


def _raised(event: Ref, block: Block, around: _Around, world: World) -> str:
    if len(event.path) > 1:
        return f"`{event.text}` is raised by `{'.'.join(event.path[:-1])}` itself"
    goals = [*goals_in(block), *((around.act,) if around.act is not None else ())]
    lines = sorted({goal.span.start.line for goal in goals if event.text in world.vocabulary.verbs[goal.verb].raises})
    if lines:
        return f"`{event.text}` may be raised by {'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}"
    clause = world.vocabulary.clause_events.get(event.text)
    by = _A_CLAUSE.get(clause.clause, f"a `{clause.clause}`") if clause is not None else "a thing of the cell"
    return f"`{event.text}` is raised by {by}"


_A_CLAUSE = {"within": "a `within`", "ensure": "an `ensure` or a `never`", "pace": "an `every`", "fresh": "an `every … { }`"}
"""The clause as the text has it, by its name in the registry."""


def _facts(condition: Condition, around: _Around, world: World) -> Iterator[str]:
    """Who reports each fact of the condition."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _facts(part, around, world)
        case Compare(subject=subject) | IsState(subject=subject) | IsIn(subject=subject):
            yield _reporter(condition, subject, around, world)
        case _:
            assert_never(condition)


def _reporter(condition: Compare | IsState | IsIn, subject: Ref, around: _Around, world: World) -> str:
    names = [n for n in ((*subject.path,), (*subject.path, "kind")) if n in around.tellers]
    if names:
        goal = around.tellers[names[0]]
        return f"`{subject.text}` is told by `{goal.verb}` in line {_at(goal.span)}"
    place = _type(condition.place, around.variables, world) if isinstance(condition, IsIn) else None
    text = f"{subject.text} in {condition.place.text}" if isinstance(condition, IsIn) else subject.text
    return told_by_the_cell(text, _type(subject, around.variables, world), place, world)


def _type(ref: Ref, variables: Mapping[str, Type], world: World) -> Type | None:
    found = variables.get(ref.path[0]) or world.declared().get(ref.path[0])
    for word in ref.path[1:]:
        found = None if found is None else world.step(found, word)
    return found


def _at(span: Span) -> int:
    return span.start.line


def _written(quantity: Quantity) -> str:
    return quantity.text or f"{quantity.value:g} {quantity.dimension}"
