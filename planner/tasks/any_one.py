"""`move shaft to gauge`: which shaft. A part kind as object means any one, chosen here, afresh for each line."""

from __future__ import annotations

from collections.abc import Set

from cell.model import CellModel
from cell.program import Ref
from cell.shelves import is_bin
from cell.state import CellState, Expected, InHand, InPart, InPlace, Lost, PartState
from planner.tasks.methods import is_heap
from planner.tasks.route import Stage


def any_one(
    cell: CellModel, state: CellState, stage: Stage, kind: str, taken: Set[str], looped: frozenset[tuple[str, str]]
) -> PartState | None:
    """One that lies there already, one in a hand, one that has come, one that no loop is about; of those that a loop (set, kind)
    of `looped` is about the last, for loops begin at the front; of those on one another the uppermost; of those still to come the
    next. None where there is none but those `taken`."""
    where = {name: place.equipment for name, place in cell.places.items()}
    rank_of = {place.name: i for e in cell.equipment.values() for i, place in enumerate(e.places)}
    origin = stage.goal.role("from") if stage.handing is None else None  # who hands it over is no place
    source = origin.text if isinstance(origin, Ref) else None

    def rank(numbered: tuple[int, PartState]) -> tuple[bool, bool, bool, bool, int]:
        number, part = numbered
        first = where.get(part.origin, "")
        is_looped = not looped.isdisjoint({(first, part.kind), (first, "part")})
        held, expected = isinstance(part.location, InHand), isinstance(part.location, Expected)
        order = -number if is_looped else number
        if isinstance(part.location, InPlace) and _is_piled(cell, where.get(part.location.place, "")):
            order = -rank_of[part.location.place]
        return (not lies_in(part, stage), not held, expected, is_looped, order)

    candidates = [p for p in state.parts if p.kind == kind and p.id not in taken and not p.given_up]
    best = min(enumerate(p for p in candidates if _is_takeable(cell, p, source)), key=rank, default=None)
    return None if best is None else best[1]


def lies_in(part: PartState, stage: Stage) -> bool:
    return isinstance(part.location, InPlace) and part.location.place in stage.places


def is_there(part: PartState, stage: Stage) -> bool:
    """Whether nothing is left to do: the part lies there, and nothing is done to it."""
    return stage.work is None and stage.handing is None and lies_in(part, stage)


def _is_takeable(cell: CellModel, part: PartState, source: str | None) -> bool:
    match part.location:
        case InHand():
            return True
        case InPlace(place):
            known = cell.places.get(place)
            if known is None or not cell.kind_of(cell.equipment[known.equipment]).gives_out:
                return False
            if is_heap(known) and not is_bin(cell, place):
                return False
            return source is None or known.equipment == source
        case Expected(place):
            return source is None or cell.places[place].equipment == source
        case InPart() | Lost():
            return False


def _is_piled(cell: CellModel, equipment: str) -> bool:
    return equipment in cell.equipment and any(place.lies_on for place in cell.equipment[equipment].places)
