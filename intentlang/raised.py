"""Events that nothing in scope can raise: a policy for one is a promise that is never kept.

A block can raise what its verbs raise, what they tell that is adverse, what its clauses raise, and what the things of the cell
raise by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, error
from cell.program import Block, Fresh, Goal
from cell.program_walk import inner_blocks
from intentlang.words import quoted
from intentlang.world import World


def unraised(block: Block, world: World) -> Iterator[Diagnostic]:
    yield from _unraised(block, world, _by_things(world), is_top=True)


def _unraised(block: Block, world: World, things: frozenset[str], is_top: bool) -> Iterator[Diagnostic]:
    possible = _raised(block, world, is_top) | things if block.policies else things
    for policy in block.policies:
        for event in policy.events:
            if len(event.path) == 1 and event.text not in possible:
                message = f"nothing in this block can raise `{event.text}`"
                yield error("E223", message, event.span, help=f"It can raise {quoted(sorted(possible))}.")
    for inner in _inner(block):
        yield from _unraised(inner, world, things, is_top=False)


def _inner(block: Block) -> Iterator[Block]:
    """The act of a goal is in the scope of its own block."""
    for line in block.lines:
        yield from (_with_goal(b, line) if isinstance(line, Goal) else b for b in inner_blocks(line))


def _with_goal(inner: Block, goal: Goal) -> Block:
    bare = Goal(goal.id, goal.verb, goal.object, goal.any_one, goal.roles, goal.bounds, None, goal.span)
    return Block((*inner.lines, bare), (*inner.waits, ()), inner.ensures, inner.within, inner.pace, inner.prefers, inner.policies)


def _raised(block: Block, world: World, is_top: bool) -> frozenset[str]:
    clauses = world.vocabulary.clause_events
    by_clause = {
        "within": block.within is not None,
        "ensure": bool(block.ensures) or is_top,
        "pace": block.pace is not None,
        "fresh": any(isinstance(line, Fresh) for line in block.lines),
    }
    found = {e.name for e in clauses.values() if by_clause.get(e.clause)}
    for line in block.lines:
        if isinstance(line, Goal):
            found |= world.vocabulary.verbs[line.verb].raises
            found |= {e.name for e in clauses.values() if e.clause == "ensure" and line.bounds}
    for inner in _inner(block):
        if inner.lines or inner.policies or inner.within:
            found |= _raised(inner, world, is_top=False)
    return frozenset(found)


def _by_things(world: World) -> frozenset[str]:
    """Events that a declared thing raises by itself; some only with an attribute (`vacuum_lost` with `vacuum`)."""
    found: set[str] = set()
    cell = world.cell
    declared = [("robot", cell.robots), ("zone", cell.zones), ("person", cell.people), ("queue", cell.queues)]
    for kind, things in declared:
        for name in things:
            found |= {e.name for e in world.vocabulary.kinds[kind].events if _can(e.only_with, cell.zones.get(name))}
    for tool in cell.tools.values():
        kind_events = world.vocabulary.kinds["tool"].events
        found |= {e.name for e in kind_events if not e.only_with or e.only_with in tool.attributes}
    for equipment in cell.equipment.values():
        kind_events = world.vocabulary.kinds[equipment.kind].events
        found |= {e.name for e in kind_events if not e.only_with or e.only_with in equipment.attributes}
    return frozenset(found)


def _can(only_with: str, zone: object) -> bool:
    return not only_with or (only_with == "humans" and bool(getattr(zone, "humans_allowed", False)))
