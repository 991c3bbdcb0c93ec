"""The Modbus grippers of one cell, as a set of drivers: tools by name, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from cell.device import DeviceEvent
from cell.driver import (
    Assembly,
    CouplingDriver,
    MachineDriver,
    MotionDriver,
    PersonDriver,
    StationDriver,
    SupplyDriver,
)
from cell.driver_errors import LinkLost
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell_drivers.modbus_gripper.address import EXPECTED, address_of
from cell_drivers.modbus_gripper.gripper import ModbusGripper
from cell_drivers.modbus_gripper.scale import Scale


class ModbusGrippers:
    """Raises ValueError for a device that it cannot drive."""

    def __init__(self, assembly: Assembly) -> None:
        self.grippers = {name: _gripper(assembly, name) for name in sorted(assembly.devices)}
        self.motion: Mapping[str, MotionDriver] = {}
        self.couplings: Mapping[str, CouplingDriver] = {}
        self.machines: Mapping[str, MachineDriver] = {}
        self.stations: Mapping[str, StationDriver] = {}
        self.supplies: Mapping[str, SupplyDriver] = {}
        self.persons: Mapping[str, PersonDriver] = {}
        self.signals, self.people = NO_SIGNALS, NO_PEOPLE
        self.virtual = None

    def poll(self) -> tuple[DeviceEvent, ...]:
        news = (event for gripper in self.grippers.values() for event in gripper.poll())
        return tuple(sorted(news, key=lambda event: event.time))

    def open(self) -> None:
        """All or none: raises LinkLost with the cause."""
        try:
            for gripper in self.grippers.values():
                gripper.open()
        except LinkLost:
            self.close()
            raise

    def close(self) -> None:
        for gripper in self.grippers.values():
            gripper.close()


def _gripper(assembly: Assembly, name: str) -> ModbusGripper:
    tool = assembly.cell.tools.get(name)
    if tool is None:
        raise ValueError(f"it drives tools, and `{name}` is none")
    if len(tool.hands) != 1 or tool.drives:
        raise ValueError(f"it drives grippers with one hand, and `{name}` is none")
    if tool.force is None:
        raise ValueError(f"`{name}` says no `force`: the lowest and the highest of its gripper, like 20 N to 235 N")
    if name not in assembly.addresses:
        raise ValueError(f"`{name}` says no `address`; {EXPECTED}")
    address = address_of(assembly.addresses[name])
    return ModbusGripper(name, tool.hands[0].name, address, Scale(address.stroke, *tool.force))
