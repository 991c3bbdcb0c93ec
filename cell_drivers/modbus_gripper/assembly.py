"""The Modbus grippers of one cell, as a set of drivers: tools by name, and nothing else."""

from __future__ import annotations

from cell.driver import Assembly
from cell.real_devices import RealDevices
from cell_drivers.modbus_gripper.address import EXPECTED, address_of
from cell_drivers.modbus_gripper.gripper import ModbusGripper
from cell_drivers.modbus_gripper.scale import Scale


def modbus_grippers(assembly: Assembly) -> RealDevices:
    """Raises ValueError for a device that it cannot drive."""
    return RealDevices(grippers={name: _gripper(assembly, name) for name in sorted(assembly.devices)})


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
