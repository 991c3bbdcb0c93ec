"""The members of a set that belongs to a thing: the layers of a pallet, the spots of a layer. A member is called by its name.

`left.layers` has `left.layers[1]`, `left.layers[2]` …, and `left.layers[1].spots` has `left.layers[1].spots[1]` …; a place
belongs to every member whose name its own begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cell.demands import order_of
from cell.equipment import Equipment, Place
from cell.model import CellModel
from cell.program import Loop, Ref
from cell.state import Expected, InPlace, PartState

Members = Mapping[str, str]
"""Loop variable -> the member that it stands for."""


def resolved(ref: Ref, bound: Members) -> str:
    """The name with a loop variable replaced by its member."""
    return ".".join((bound.get(ref.path[0], ref.path[0]), *ref.path[1:]))


def owner_of(name: str) -> str:
    """The equipment that a member or a place belongs to."""
    return name.split("[")[0].split(".")[0]


def members_of(equipment: Equipment, name: str) -> tuple[str, ...]:
    """The members of the set called `name`, in order; empty where there is no such set."""
    start = f"{name}["
    found = (place.name for place in equipment.places if place.name.startswith(start))
    return tuple(dict.fromkeys(start + place.removeprefix(start).split("]")[0] + "]" for place in found))


def places_in(equipment: Equipment, name: str) -> tuple[Place, ...]:
    """The places of a member, of a set of members, or of the whole equipment."""
    if name == equipment.name:
        return equipment.places
    return tuple(p for p in equipment.places if p.name == name or p.name.startswith((f"{name}.", f"{name}[")))


def binds_parts(loop: Loop, cell: CellModel) -> bool:
    """Whether its members are parts: of one kind, or of any where they lie in a thing that holds several."""
    return loop.member in cell.parts or (loop.member == "part" and loop.members.path[0] in cell.equipment)


def is_bound_by(loop: Loop, kind: str) -> bool:
    """Whether a part of `kind` is a member, when it lies in the loop's set."""
    return loop.member in (kind, "part")


def set_of(loop: Loop, cell: CellModel) -> Equipment | None:
    """Where the parts lie that the loop is about: `infeed`, or `infeed.gear` for one kind of what lies there."""
    path = loop.members.path
    is_whole = len(path) == 1 or (len(path) == 2 and path[1] in (loop.member, f"{loop.member}s"))
    return cell.equipment.get(path[0]) if is_whole else None


def in_order(source: Equipment, parts: Iterable[PartState]) -> list[PartState]:
    """Those that began in `source`, as an iteration each: place by place, a pile from the top, a belt or a bin as they come."""
    rank = {place.name: -i if place.lies_on or _carries(source, place) else i for i, place in enumerate(source.places)}
    return sorted((part for part in parts if part.origin in rank), key=lambda part: rank[part.origin])


def lies_untouched(part: PartState) -> bool:
    """Whether it is where it was first seen, or still to come."""
    return part.location in (InPlace(part.origin), Expected(part.origin))


def begun_members(parts: Iterable[PartState]) -> frozenset[str]:
    """The parts and orders of which something was done before a plan begins. Their iterations are half over there, so when they
    end tells nothing of the pace of those that the plan begins."""
    touched = (part for part in parts if not lies_untouched(part) or part.reached)
    return frozenset(name for part in touched for name in (part.id, order_of(part.bound)) if name)


def _carries(source: Equipment, place: Place) -> bool:
    return any(place.name in other.lies_on for other in source.places)
