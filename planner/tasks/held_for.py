"""What a hand holds is for the base at which the work goes on: it may have been fetched before its line was due."""

from __future__ import annotations

from collections.abc import Set

from cell.model import CellModel
from cell.state import CellState, InHand, InPlace, PartState
from planner.tasks.any_one import any_one
from planner.tasks.assembling import Wanted
from planner.tasks.route import Stage


def any_for(
    cell: CellModel, state: CellState, stage: Stage, wanted: Wanted, taken: Set[str], looped: frozenset[tuple[str, str]]
) -> PartState | None:
    """Any one of the kind for that base; one that is held for another base only where there is no other."""
    best = any_one(cell, state, stage, wanted.kind, taken | _held_for_another(cell, state, wanted), looped)
    return best if best is not None else any_one(cell, state, stage, wanted.kind, taken, looped)


def _held_for_another(cell: CellModel, state: CellState, wanted: Wanted) -> frozenset[str]:
    """The held parts of the wanted kind, where not that base is being worked on but another one like it."""
    bench = cell.places[wanted.places[0]].equipment
    family = cell.parts[wanted.base.kind].family
    like = [part for part in state.parts if cell.parts[part.kind].family == family]
    if _lies_at(cell, bench, wanted.base) or not any(_lies_at(cell, bench, part) for part in like):
        return frozenset()
    return frozenset(p.id for p in state.parts if p.kind == wanted.kind and isinstance(p.location, InHand))


def _lies_at(cell: CellModel, bench: str, part: PartState) -> bool:
    at = part.location
    return isinstance(at, InPlace) and at.place in cell.places and cell.places[at.place].equipment == bench
