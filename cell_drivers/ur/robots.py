"""The robots of one cell that are Universal Robots', as a `DriverSet` without anything else in it."""

from __future__ import annotations

from collections.abc import Mapping

from cell.device import DeviceEvent
from cell.driver import Assembly, CouplingDriver, GripperDriver, MachineDriver, PersonDriver, StationDriver, SupplyDriver
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell_drivers.ur.address import read_address
from cell_drivers.ur.driver import UrDriver


class UrRobots:
    def __init__(self, assembly: Assembly) -> None:
        others = sorted(assembly.devices - assembly.cell.robots.keys())
        if others:
            raise ValueError(f"it drives robots; {', '.join(others)} is none")
        self.motion: Mapping[str, UrDriver] = {name: _driver(assembly, name) for name in sorted(assembly.devices)}
        self.grippers: Mapping[str, GripperDriver] = {}
        self.couplings: Mapping[str, CouplingDriver] = {}
        self.machines: Mapping[str, MachineDriver] = {}
        self.stations: Mapping[str, StationDriver] = {}
        self.supplies: Mapping[str, SupplyDriver] = {}
        self.persons: Mapping[str, PersonDriver] = {}
        self.signals, self.people, self.virtual = NO_SIGNALS, NO_PEOPLE, None

    def poll(self) -> tuple[DeviceEvent, ...]:
        found = [event for robot in self.motion.values() for event in robot.poll()]
        return tuple(sorted(found, key=lambda event: event.time))

    def open(self) -> None:
        """All or none."""
        for robot in self.motion.values():
            try:
                robot.open()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        for robot in self.motion.values():
            robot.close()


def _driver(assembly: Assembly, name: str) -> UrDriver:
    address = assembly.addresses.get(name)
    if address is None:
        raise ValueError(f'{name} needs an address: address "ur://HOST"')
    return UrDriver(name, assembly.robots[name], read_address(address))
