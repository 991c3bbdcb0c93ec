"""Places that a branch can fill up: not an infeasibility, for it takes many repetitions, but an event that a policy should name.

Only where it is certain: the members of the loop are known, and the place that a branch of a `when` moves them to has room for
fewer.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, warning
from cell.program import Block, Fresh, Goal, Group, Loop, Ref, Scope, When
from intentlang.world import World


def exhausted(block: Block, world: World) -> Iterator[Diagnostic]:
    yield from _walk(block, world, frozenset(), members=1, is_branch=False)


def _walk(block: Block, world: World, named: frozenset[str], members: int, is_branch: bool) -> Iterator[Diagnostic]:
    named |= {event.text for policy in block.policies for event in policy.events}
    for line in block.lines:
        match line:
            case Goal():
                if is_branch:
                    yield from _filled(line, world, named, members)
            case When(_, branches, _):
                for branch in branches:
                    yield from _walk(branch.block, world, named, members, is_branch=True)
            case Loop():
                count = _members(line, world)
                yield from _walk(line.block, world, named, members * count, is_branch)
            case Group() | Scope() | Fresh():
                yield from _walk(line.block, world, named, members, is_branch)


def _members(loop: Loop, world: World) -> int:
    """How many iterations are certain to be possible: the parts that lie there at the start, or the kits of them."""
    equipment = world.cell.equipment.get(loop.members.path[0]) if len(loop.members.path) == 1 else None
    if equipment is None:
        return 1
    counts = [count for _, count in equipment.contains]
    return max(1, min(counts, default=1) if world.group_in(equipment) is not None else sum(counts))


def _filled(goal: Goal, world: World, named: frozenset[str], members: int) -> Iterator[Diagnostic]:
    to = goal.role("to")
    equipment = world.cell.equipment.get(to.path[0]) if isinstance(to, Ref) and len(to.path) == 1 else None
    if equipment is None or not equipment.places or not world.vocabulary.kinds[equipment.kind].event("full"):
        return
    room = 0
    for place in equipment.places:
        if place.capacity is None:
            return
        room += place.capacity
    room -= sum(count for _, count in equipment.contains)
    if room < members and not {"full", f"{equipment.name}.full"} & named:
        message = f"`{equipment.name}` has room for {room} and could get {members} parts, and no policy says what then"
        help_ = f"Add `on {equipment.name}.full: …`; without it the run holds."
        yield warning("W203", message, goal.span, equipment.span.labelled("declared here"), help=help_)
