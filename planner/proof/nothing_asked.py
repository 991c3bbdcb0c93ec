"""What asks for nothing: a loop of which no line is about a member, or whose member lies where its only moves want it."""

from __future__ import annotations

from collections.abc import Collection

from cell.members import owner_of, places_in
from cell.model import CellModel
from cell.program import Block, Fresh, Goal, Group, Line, Scope, When
from cell.state import InPlace, PartState
from planner.proof.wanted_place import wanted_place


def asks_nothing(block: Block, part: PartState, cell: CellModel, owed: Collection[tuple[str, str]]) -> bool:
    """`owed`: which clause of `every 10 parts { }` is due for which part."""
    return all(_is_nothing(line, part, cell, owed) for line in block.lines)


def _is_nothing(line: Line, part: PartState, cell: CellModel, owed: Collection[tuple[str, str]]) -> bool:
    match line:
        case Goal():
            return line.verb == "move" and line.block is None and _lies_there(line, part, cell)
        case Group(block=block) | Scope(block=block):
            return asks_nothing(block, part, cell, owed)
        case Fresh(id=id_, block=block):
            is_counted = line.interval.quantity.dimension == "parts"
            return (is_counted and (id_, part.id) not in owed) or asks_nothing(block, part, cell, owed)
        case When(branches=branches):
            return not any(branch.block.lines for branch in branches)
        case _:
            return False


def _lies_there(goal: Goal, part: PartState, cell: CellModel) -> bool:
    target = wanted_place(goal, cell, {})
    equipment = cell.equipment.get(owner_of(target))
    places = {p.name for p in places_in(equipment, target)} if equipment is not None else set()
    return isinstance(part.location, InPlace) and part.location.place in places
