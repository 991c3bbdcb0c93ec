"""Shelves: bins of many parts of one kind, out of which parts come one by one at the front.

What rests in a bin is counted; only the part at its front can be reached, and when that has been lifted out the next one comes to
its place, by gravity or by a spring. So which of them is taken next is fixed: they come out in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from cell.equipment import Place
from cell.model import CellModel
from cell.state import InPlace, PartState


def is_bin(cell: CellModel, place: str) -> bool:
    """Whether parts come out of that place one by one although it holds many."""
    spot = cell.places[place]
    return is_full_of_many(spot) and cell.kind_of(cell.equipment[spot.equipment]).layout == "bins"


def is_full_of_many(place: Place) -> bool:
    """A place for any number of parts, or for more than one: nothing makes it free, nothing waits for it to be."""
    return place.capacity != 1


def stock(parts: Iterable[PartState], place: str) -> tuple[str, ...]:
    """What lies there, from the front."""
    return tuple(part.id for part in parts if part.location == InPlace(place))


def presentation(place: str) -> str:
    """What a plan assumes of a bin that it takes from, in words."""
    return f"in {place} the next part comes to the front when the one before has been lifted out"
