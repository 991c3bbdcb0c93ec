"""The state that a cell file declares: parts where `contains` says or on their way, robots at home, machines shut, empty, idle.

What a driver observes comes before this; it fills in what nothing observes, with source *declared*.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.arrivals import expected_parts
from cell.equipment import Equipment
from cell.model import CellModel
from cell.state import CellState, DeviceState, InPlace, PartState
from cell.steps import AtHome


def declared_state(cell: CellModel) -> CellState:
    """Parts are named by kind and number (shaft#1), in the order of declaration and of places."""
    return CellState(
        parts=tuple(_parts(cell)),
        stances={name: AtHome() for name in cell.robots},
        devices={e.name: _device(e) for e in cell.equipment.values() if e.programs or e.offers},
        mounts={tool.name: tool.mount for tool in cell.tools.values()},
    )


def _parts(cell: CellModel) -> Iterator[PartState]:
    named: dict[str, int] = {}
    for equipment in cell.equipment.values():
        for kind, place in _contents(equipment):
            named[kind] = named.get(kind, 0) + 1
            yield PartState(f"{kind}#{named[kind]}", kind, InPlace(place), place)
    yield from expected_parts(cell, named)


def _contents(equipment: Equipment) -> Iterator[tuple[str, str]]:
    """(kind, place) for each part that lies there at the start: each in the first place with room that accepts its kind.
    `check` has seen to it that all find room."""
    room = {place.name: place.capacity for place in equipment.places}
    for kind, count in equipment.contains:
        for _ in range(count):
            place = next((p.name for p in equipment.places if kind in p.accepts and room[p.name] != 0), None)
            if place is None:
                raise ValueError(f"{equipment.name} has no place for another {kind}")
            if (left := room[place]) is not None:
                room[place] = left - 1
            yield kind, place


def _device(equipment: Equipment) -> DeviceState:
    signals = equipment.signals
    return DeviceState(
        door_open=False if "door" in signals else None,
        clamped=False if "clamp" in signals else None,
        running=False,
    )
