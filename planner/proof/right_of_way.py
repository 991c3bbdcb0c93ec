"""What robots are never in together, whatever else they do: zones for fewer than there are, zones that the text forbids
together, and places that only one may reach into. Read from the cell and the text alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.model import CellModel
from cell.program import AllOf, AnyOf, Condition, IsIn, Never
from planner.proof.initial import has_clamp, has_door, is_device

InZone = tuple[str, str]  # robot, zone


def shared_zones(cell: CellModel, nevers: Sequence[Never]) -> tuple[str, ...]:
    """Zones that a robot enters only to serve a place inside: those for fewer robots than there are, and those that the text
    forbids together; in the order of declaration."""
    pairs = (forbidden_together(parts, cell) for never in nevers for parts in _conjunctions(never.condition))
    named = {zone for pair in pairs if pair is not None for _, zone in pair}
    few = [z.name for z in cell.zones.values() if z.capacity is not None and z.capacity < len(cell.robots)]
    return tuple(name for name in cell.zones if name in few or name in named)


def entered_zones(cell: CellModel, place: str, shared: tuple[str, ...]) -> tuple[str, ...]:
    """The guard zone of the machine served at `place` (a place or a pocket), then the shared zones that its frame lies in."""
    guard = cell.equipment[cell.equipment_of(place)].guard
    at = cell.frame_of(place).translation
    inside = tuple(z for z in shared if z != guard and cell.zones[z].holds(at))
    return inside if guard is None else (guard, *inside)


def closed_zones(cell: CellModel, shared: tuple[str, ...], place: str | None) -> tuple[str, ...]:
    """What a motion stays out of, in the order of declaration: keep-out zones, guard zones and shared zones, but for those
    that it enters to serve `place`."""
    entered = () if place is None else entered_zones(cell, place, shared)
    closed = {*shared, *(e.guard for e in cell.equipment.values() if e.guard is not None)}
    return tuple(z.name for z in cell.zones.values() if (z.keep_out or z.name in closed) and z.name not in entered)


def unit_of(cell: CellModel, place: str) -> str:
    """What only one robot at a time reaches into: a device, something with a door or a clamp, a changer; else the place itself,
    or that of the base whose seat it is."""
    equipment, spot = cell.equipment[cell.equipment_of(place)], cell.places.get(place)
    is_one = is_device(cell, equipment) or has_door(equipment) or has_clamp(equipment)
    if spot is None or is_one:
        return equipment.name
    return place if spot.of is None else spot.lies_on[0]


def forbidden_together(parts: Sequence[Condition], cell: CellModel) -> tuple[InZone, InZone] | None:
    """The pair of `a in z and b in y` with two robots of the cell; whatever else has to be true besides only makes it rarer."""
    inside = [(p.subject.text, p.place.text) for p in parts if isinstance(p, IsIn) and is_robot_in_zone(p, cell)]
    return next(((a, b) for a in inside for b in inside if a[0] < b[0]), None)


def _conjunctions(condition: Condition) -> Iterator[tuple[Condition, ...]]:
    match condition:
        case AnyOf(parts=parts):
            for part in parts:
                yield from _conjunctions(part)
        case AllOf(parts=parts):
            yield parts
        case _:
            yield (condition,)


def is_robot_in_zone(inside: IsIn, cell: CellModel) -> bool:
    return not inside.negated and inside.subject.text in cell.robots and inside.place.text in cell.zones
