"""Which devices a scenario's disturbance happens in: those have to be simulated, for nobody can disturb a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cell.devices import signal_devices
from cell.driver import coupling_name
from cell.model import CellModel
from cell.scenario import (
    Beside,
    Bump,
    CouplingFails,
    Disturbance,
    Drift,
    DriveSpoiled,
    EmergencyStop,
    FrozenState,
    GripLost,
    Identified,
    Jam,
    Late,
    LinkCut,
    LinkSlow,
    MachineAlarm,
    MissingPart,
    OrderComes,
    OrderGoes,
    OutfeedStops,
    PersonAway,
    PersonEnters,
    PersonNears,
    PersonRefuses,
    ProtectiveStop,
    Reject,
    RejectShare,
    Scenario,
    Stall,
    Stretched,
    Stuck,
    SupplyStops,
)


def reached(scenario: Scenario, cell: CellModel) -> Iterator[tuple[Disturbance, str]]:
    """Each disturbance with each device that it happens in; one that happens in none (an order, a longer duration) is not among
    them."""
    for disturbance in scenario.disturbances:
        for device in _devices(disturbance, cell):
            yield disturbance, device


def _devices(disturbance: Disturbance, cell: CellModel) -> tuple[str, ...]:
    match disturbance:
        case MissingPart(place=place):  # found out by whoever closes on nothing, or says whether a part is there
            return (place.partition(".")[0], *cell.tools)
        case GripLost(tool=device) | DriveSpoiled(tool=device):
            return (device,)
        case CouplingFails(robot=robot):
            return (coupling_name(robot),)
        case Stall(robot=device) | Stuck(robot=device) | Drift(robot=device) | ProtectiveStop(robot=device) | Jam(robot=device):
            return (device,)
        case Bump(robot=device) | EmergencyStop(robot=device):
            return (device,)
        case MachineAlarm(machine=device) | Late(machine=device) | SupplyStops(supply=device) | OutfeedStops(outfeed=device):
            return (device,)
        case PersonEnters(zone=device) | PersonNears(zone=device) | PersonAway(person=device) | PersonRefuses(person=device):
            return (device,)
        case FrozenState(device="signals"):
            return tuple(dict.fromkeys(signal_devices(cell).values()))
        case FrozenState(device="people"):
            return tuple(name for name, zone in cell.zones.items() if zone.occupied is not None)
        case FrozenState(device=device) | LinkCut(device=device) | LinkSlow(device=device):
            return (device,)
        case RejectShare() | Reject() | Identified():
            return tuple(name for name, thing in cell.equipment.items() if thing.offers)
        case Stretched() | OrderComes() | OrderGoes():
            return ()
        case _ if isinstance(disturbance, Beside):
            return ()
        case _:
            assert_never(disturbance)
