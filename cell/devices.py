"""What of a cell a driver drives, by the names that drivers, commands and events use; and which drivers the cell file names.

A coupling at a flange is a device of its own, called by `coupling_name`; the changer that serves the robot speaks for it. A zone
is a device where somebody reports whether a person is inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from cell.arrivals import brings
from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.driven_by import LinkBound, bound_of
from cell.driver import coupling_name
from cell.equipment import Equipment
from cell.model import CellModel
from cell.people import PERSON

DeviceKind = Literal["robot", "coupling", "tool", "equipment", "person", "zone"]
"""What a driver may say that it drives. Equipment is a machine, a station, a fixture, a conveyor, a feed, a sensor."""


@dataclass(frozen=True, slots=True)
class Named:
    """A cell file names `driver` for `device`."""

    device: str
    driver: str
    span: Span


def devices_of(cell: CellModel) -> tuple[str, ...]:
    """Every device, in the order of declaration."""
    serving = dict.fromkeys(robot for changer in cell.changers.values() for robot in changer.serves)
    equipment = (name for name, thing in cell.equipment.items() if is_driven(cell, thing))
    zones = (name for name, zone in cell.zones.items() if zone.occupied or zone.distance or name in cell.driven_by)
    return (*cell.robots, *map(coupling_name, serving), *cell.tools, *equipment, *cell.people, *zones)


def kind_of(cell: CellModel, device: str) -> DeviceKind:
    """Raises KeyError for what is no device."""
    if device in cell.robots:
        return "robot"
    if device in cell.tools:
        return "tool"
    if device in cell.people:
        return "person"
    if device in cell.equipment:
        return "equipment"
    if device in cell.zones:
        return "zone"
    if any(device == coupling_name(robot) for robot in cell.robots):
        return "coupling"
    raise KeyError(device)


def is_driven(cell: CellModel, thing: Equipment) -> bool:
    """Whether there is anything to command or to read. Of a changer the couplings are the devices; a person counts as one."""
    if thing.kind == PERSON or thing.name in cell.changers:
        return False
    has_work = bool(thing.programs or thing.offers or thing.signals or brings(thing))
    return has_work or thing.name in cell.driven_by


def named_drivers(cell: CellModel) -> Iterator[Named]:
    """Each `driver NAME` of the cell files, robots first. A changer's is said of the couplings of the robots that it serves."""
    for unit in cell.robots.values():
        yield Named(unit.name, unit.driver, unit.attribute_spans.get("driver", unit.span))
    for name, by in cell.driven_by.items():
        if by.driver is None or name in cell.robots:
            continue
        for device in _speaks_for(cell, name):
            yield Named(device, by.driver, by.span)


def addresses(cell: CellModel) -> Mapping[str, str]:
    """By device."""
    said = ((name, by.address) for name, by in cell.driven_by.items() if by.address is not None)
    return {device: address for name, address in said for device in _speaks_for(cell, name)}


def link_bounds(cell: CellModel) -> Mapping[str, LinkBound]:
    """By device, where the cell file says how well its link has to do."""
    said = ((name, by) for name, by in cell.driven_by.items() if by.link_span is not None)
    return {device: bound_of(by) for name, by in said for device in _speaks_for(cell, name)}


def span_of(cell: CellModel, device: str) -> Span:
    """Where it is declared; of a coupling, where its robot is. Raises KeyError for what is no device."""
    name = device.partition(".")[0]
    spans = {zone.name: zone.span for zone in cell.zones.values()}
    spans |= {thing.name: thing.span for thing in cell.equipment.values()}
    spans |= {person.name: person.span for person in cell.people.values()}
    spans |= {tool.name: tool.span for tool in cell.tools.values()}
    spans |= {unit.name: unit.span for unit in cell.robots.values()}
    return spans[name]


def signal_devices(cell: CellModel) -> Mapping[str, str]:
    """By signal: the device that the cell file has report it. Of several the one that is declared last."""
    tools = {signal: name for name, tool in cell.tools.items() for signal in tool.signals.values()}
    things = {signal: name for name, thing in cell.equipment.items() for signal in thing.signals.values()}
    zones = {signal: name for name, zone in cell.zones.items() for signal in (zone.occupied, zone.distance) if signal is not None}
    people = {person.ready: name for name, person in cell.people.items() if person.ready is not None}
    return tools | things | zones | people


def _speaks_for(cell: CellModel, name: str) -> tuple[str, ...]:
    changer = cell.changers.get(name)
    return (name,) if changer is None else tuple(map(coupling_name, changer.serves))
