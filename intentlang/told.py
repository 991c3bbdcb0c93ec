"""Asked before told: a `when` may ask for an outcome only where an earlier line of the same part tells it, on every path there.

A set of (part, fact) is carried through the written order. Branches join by what all of them tell. Lines whose order is off
(`any order`) tell nothing to one another; a loop's iterations tell nothing to what stands outside, but what a loop without
`until` tells of each member a later loop over the same set knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cell.diagnostic import Diagnostic, error
from cell.program import (
    AllOf,
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
from intentlang.types import Thing
from intentlang.words import quoted
from intentlang.world import World

Told = frozenset[tuple[str, ...]]


def asked_before_told(block: Block, world: World) -> Iterator[Diagnostic]:
    outcomes = {o.name for v in world.vocabulary.verbs.values() for o in v.tells}
    found: list[Diagnostic] = []
    _block(block, frozenset(), world, outcomes, found)
    yield from found


def _block(block: Block, told: Told, world: World, outcomes: set[str], found: list[Diagnostic], free: bool = False) -> Told:
    now = told
    for line in block.lines:
        after = _line(line, told if free else now, world, outcomes, found)
        now = now | after
    return now


def _line(line: Line, told: Told, world: World, outcomes: set[str], found: list[Diagnostic]) -> Told:
    match line:
        case Goal():
            verb = world.vocabulary.verbs[line.verb]
            if line.block is not None:
                told = _block(line.block, told, world, outcomes, found)
            return told | {(*line.object.path, outcome.name) for outcome in verb.tells}
        case When(_, branches, _):
            for branch in branches:
                if branch.condition is not None:
                    _asks(branch.condition, told, world, outcomes, found)
            ends = [_block(branch.block, told, world, outcomes, found) for branch in branches]
            is_covered = any(branch.condition is None for branch in branches)
            return frozenset.intersection(*ends) if is_covered else told
        case Loop():
            return told | _loop(line, told, world, outcomes, found)
        case Group(in_order, block, _):
            return _block(block, told, world, outcomes, found, free=not in_order)
        case Scope(_, block, _, _):
            return _block(block, told, world, outcomes, found)
        case Fresh(_, _, block, _):
            _block(block, told, world, outcomes, found)
            return told
        case _:
            assert_never(line)


def _loop(loop: Loop, told: Told, world: World, outcomes: set[str], found: list[Diagnostic]) -> Told:
    """What it tells of every member of its set, under a name that no variable can have."""
    each = f"{loop.members.text}[]"
    known = {(loop.variable, *path[1:]) for path in told if path[0] == each}
    ends = _block(loop.block, told | known, world, outcomes, found)
    return frozenset((each, *path[1:]) for path in ends if path[0] == loop.variable and loop.until is None)


def _asks(condition: Condition, told: Told, world: World, outcomes: set[str], found: list[Diagnostic]) -> None:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                _asks(part, told, world, outcomes, found)
        case IsState(subject, _, _, _):
            asked = _outcome(subject, world, outcomes)
            if asked is not None and asked not in told:
                tellers = [v.name for v in world.vocabulary.verbs.values() if asked[-1] in [o.name for o in v.tells]]
                message = f"`{subject.text}` is asked before it is told"
                help_ = f"Put {quoted(tellers)} `{'.'.join(asked[:-1])}` on every path to this line."
                found.append(error("E220", message, condition.span, help=help_))
        case Compare() | IsIn():
            pass
        case _:
            assert_never(condition)


def _outcome(subject: Ref, world: World, outcomes: set[str]) -> tuple[str, ...] | None:
    """(part …, outcome) when it is an outcome that is asked for. A bare part asked `is gear` asks for its kind; a bare thing
    of the cell reports by itself."""
    if subject.path[-1] in outcomes:
        return subject.path
    is_part = len(subject.path) == 1 and not isinstance(world.declared().get(subject.text), Thing)
    return (*subject.path, "kind") if is_part else None
