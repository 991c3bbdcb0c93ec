"""The machines, stations and signals of one cell that PLCs drive, as a set of drivers."""

from __future__ import annotations

from collections.abc import Mapping

from cell.device import DeviceEvent
from cell.driver import Assembly, CouplingDriver, GripperDriver, MotionDriver, PersonDriver, SupplyDriver
from cell.driver_errors import LinkLost
from cell.equipment import Equipment
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell_drivers.opcua_io.address import EXPECTED, Address, address_of
from cell_drivers.opcua_io.drivers import OpcUaMachine, OpcUaSignals, Shared
from cell_drivers.opcua_io.machine import Machine
from cell_drivers.opcua_io.plc import Plc
from cell_drivers.opcua_io.tags import tags_of


class OpcUaDevices:
    """Raises ValueError for a device that it cannot drive."""

    def __init__(self, assembly: Assembly) -> None:
        things = [_thing(assembly, name) for name in sorted(assembly.devices)]
        by_address: dict[Address, list[Equipment]] = {}
        for thing in things:
            by_address.setdefault(_address(assembly, thing.name), []).append(thing)
        self._shared = tuple(Shared(address, _plc(at)) for address, at in by_address.items())
        of = {name: shared for shared in self._shared for name in shared.plc.machines}
        words, commanded = assembly.cell.vocabulary, [thing for thing in things if _is_commanded(thing)]
        self.machines = {thing.name: OpcUaMachine(of[thing.name], thing, words) for thing in commanded}
        self.stations = {name: self.machines[name] for name, thing in ((t.name, t) for t in things) if thing.offers}
        self.signals = OpcUaSignals(self._shared) if any(shared.plc.signals for shared in self._shared) else NO_SIGNALS
        self.motion: Mapping[str, MotionDriver] = {}
        self.grippers: Mapping[str, GripperDriver] = {}
        self.couplings: Mapping[str, CouplingDriver] = {}
        self.supplies: Mapping[str, SupplyDriver] = {}
        self.persons: Mapping[str, PersonDriver] = {}
        self.people = NO_PEOPLE
        self.virtual = None

    def poll(self) -> tuple[DeviceEvent, ...]:
        news = (event for shared in self._shared for event in shared.poll())
        return tuple(sorted(news, key=lambda event: event.time))

    def open(self) -> None:
        """All or none: raises LinkLost with the cause."""
        try:
            for shared in self._shared:
                shared.open()
        except LinkLost:
            self.close()
            raise

    def close(self) -> None:
        for shared in self._shared:
            shared.close()


def _thing(assembly: Assembly, name: str) -> Equipment:
    thing = assembly.cell.equipment.get(name)
    if thing is None:
        raise ValueError(f"it drives machines, stations, fixtures and what else reports signals, and `{name}` is none of these")
    if not tags_of(thing):
        raise ValueError(f"`{name}` has neither a signal nor a program nor work that it offers: there is no tag to speak of")
    return thing


def _address(assembly: Assembly, name: str) -> Address:
    if name not in assembly.addresses:
        raise ValueError(f"`{name}` says no `address`; {EXPECTED}")
    return address_of(assembly.addresses[name])


def _plc(things: list[Equipment]) -> Plc:
    machines = {thing.name: Machine(thing.name, frozenset(thing.signals)) for thing in things}
    return Plc(machines, (tag for thing in things for tag in tags_of(thing)))


def _is_commanded(thing: Equipment) -> bool:
    return bool(thing.programs or thing.offers or thing.signals.keys() & {"door", "clamp"})
