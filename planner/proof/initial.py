"""The facts that hold before the first step: read from the observed state, never from the plan."""

from __future__ import annotations

from collections.abc import Iterator

from cell.equipment import Equipment
from cell.model import CellModel
from cell.seats import has_family, seated, seats_ever
from cell.shelves import is_full_of_many
from cell.state import (
    CellState,
    DeviceState,
    Expected,
    InHand,
    InPart,
    InPlace,
    Lost,
    PartState,
    mount_of,
    tool_at,
)
from cell.steps import Fact, stance_name


def initial_facts(cell: CellModel, state: CellState) -> frozenset[Fact]:
    return frozenset((*_parts(cell, state), *_devices(cell, state), *_robots(state), *_tools(cell, state)))


def is_heap(cell: CellModel, place: str) -> bool:
    """A place for many: nothing makes it free, and nothing waits until it is."""
    return is_full_of_many(cell.places[place])


def has_door(equipment: Equipment) -> bool:
    return "door" in equipment.signals


def has_clamp(equipment: Equipment) -> bool:
    return "clamp" in equipment.signals


def is_device(cell: CellModel, equipment: Equipment) -> bool:
    """Something that can be busy with a part."""
    return cell.kind_of(equipment).works_by_itself or bool(equipment.programs or equipment.offers)


def _parts(cell: CellModel, state: CellState) -> Iterator[Fact]:
    taken, holding = set(), set()
    for part in state.parts:
        match part.location:
            case InPlace(place):
                taken.add(place)
                yield Fact("at", (part.id, place))
            case InHand(hand, _):
                holding.add(hand)
                yield Fact("held", (part.id, hand))
            case InPart(base, _):
                yield Fact("joined", (part.id, base))
            case Lost() | Expected():
                pass
        yield from _seats(cell, state, part)
    for name, spot in cell.places.items():
        if not is_full_of_many(spot) and spot.of is None and name not in taken:
            yield Fact("free", (name,))
    for grip in (f"{tool.name}.{hand.name}" for tool in cell.tools.values() for hand in tool.hands):
        if grip not in holding:
            yield Fact("empty", (grip,))


def _seats(cell: CellModel, state: CellState, part: PartState) -> Iterator[Fact]:
    """What a base is, and which of its seats nothing is in."""
    if has_family(cell, part.kind):
        yield Fact("is", (part.id, part.kind))
        filled = seated(state, part.id)
        yield from (Fact("vacant", (part.id, s.name)) for s in seats_ever(cell, part.kind) if s.name not in filled)


def _devices(cell: CellModel, state: CellState) -> Iterator[Fact]:
    """A door that nothing reports counts as shut, a clamp as open: assumptions, which the plan has to list (figures.py)."""
    for name, equipment in cell.equipment.items():
        device = state.devices.get(name, DeviceState())
        if has_door(equipment):
            yield Fact("open" if device.door_open else "shut", (name,))
        if has_clamp(equipment):
            yield Fact("clamped" if device.clamped else "unclamped", (name,))
        if is_device(cell, equipment):
            yield Fact("running" if device.running else "idle", (name,))


def floating(cell: CellModel, state: CellState) -> Iterator[tuple[str, str]]:
    """(part, place) of every part that lies where nothing carries it: no scene of a motion would be right then."""
    taken = {p.location.place for p in state.parts if isinstance(p.location, InPlace)}
    for part in state.parts:
        if isinstance(part.location, InPlace) and not taken.issuperset(cell.places[part.location.place].lies_on):
            yield part.id, part.location.place


def _tools(cell: CellModel, state: CellState) -> Iterator[Fact]:
    for tool in cell.tools:
        mount, pocket = mount_of(cell, state, tool), cell.pocket_of(tool)
        if mount in cell.robots:
            yield Fact("mounted", (tool, mount))
        elif pocket is not None and mount == pocket.changer:
            yield Fact("stored", (tool, pocket.name))
    yield from (Fact("bare", (robot,)) for robot in cell.robots if tool_at(cell, state, robot) is None)


def _robots(state: CellState) -> Iterator[Fact]:
    for robot, stance in state.stances.items():
        yield Fact("stands", (robot, stance_name(stance)))
