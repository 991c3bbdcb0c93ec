"""Seats: where parts are joined to a base or lie in a pocket of it, and what the base becomes by it.

A base has a family, the kind that it began as; what is joined to it changes its kind, never its family. In a place where work is
done each seat of a base is a place of its own (nest.gear), so motions go into it as into any other; but nothing lies there by
itself: what is put there belongs to the base.
"""

from __future__ import annotations

from cell.equipment import Feature, Place, Seat
from cell.grasps import symmetries
from cell.model import CellModel
from cell.state import CellState, InPart

ON_AXIS = 1e-6  # m


def has_family(cell: CellModel, kind: str) -> bool:
    """Whether parts of that kind are or have become bases, so that what they are is a fact of its own."""
    return kind in cell.parts and bool(cell.parts[kind].family)


def turns(cell: CellModel, kind: str) -> tuple[float, ...]:
    """The symmetries of a part of that kind; none but no turn where something goes in beside its axis, or a tool goes along a
    path of it, for that would then be elsewhere."""
    part = cell.parts[kind]
    if any(_is_beside(feature) for feature in part.features):
        return (0.0,)
    family = (other for other in cell.parts.values() if part.family and other.family == part.family)
    is_beside = any(abs(v) > ON_AXIS for other in family for seat in other.seats for v in seat.frame.translation[:2])
    return (0.0,) if is_beside else symmetries(part.shape)


def _is_beside(path: Feature) -> bool:
    """Whether a path or a spot is elsewhere when the part is turned about its axis."""
    along = (*path.points, *path.normals)
    return any(abs(v) > ON_AXIS for point in along for v in point[:2])


def seats_ever(cell: CellModel, kind: str) -> tuple[Seat, ...]:
    """The seats of that kind and of all that it can still become, each name once."""
    found: dict[str, Seat] = {}
    open_kinds, seen = [kind], {kind}
    while open_kinds:
        for seat in cell.parts[open_kinds.pop()].seats:
            found.setdefault(seat.name, seat)
            if seat.becomes not in seen:
                seen.add(seat.becomes)
                open_kinds.append(seat.becomes)
    return tuple(found.values())


def place_of_seat(cell: CellModel, where: str, family: str, seat: str) -> Place | None:
    """The place that is this seat of a base that lies at `where`."""
    equipment = cell.equipment[cell.places[where].equipment]
    wanted = (where, family, seat)
    return next((p for p in equipment.seats if p.of is not None and (p.lies_on[0], p.of.family, p.of.name) == wanted), None)


def seated(state: CellState, base: str) -> dict[str, str]:
    """Seat -> part, for all that is joined to `base` or lies in its pockets and is known by name."""
    return {p.location.seat: p.id for p in state.parts if isinstance(p.location, InPart) and p.location.part == base}
