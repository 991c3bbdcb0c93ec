"""Drivers of grippers that speak Modbus with the registers of a Robotiq 2F: `driver modbus_gripper` of a cell file.

The entry point. registers.py says what the words mean, jaws.py what follows from them, link.py carries them.
"""

from __future__ import annotations

from cell.driver import Assembly, DriverSet

DRIVES = ("tool",)
TOLD_APART_BY = {"port": "502", "unit": "9"}
"""Several grippers hang on one serial server. How far the jaws open, how fast and in which frames makes no other gripper."""


def driver(assembly: Assembly) -> DriverSet:
    """Raises ValueError for a device that is no tool with one hand, and for an address that makes no sense."""
    from cell_drivers.modbus_gripper.assembly import modbus_grippers  # pymodbus is loaded only by a cell that needs it

    return modbus_grippers(assembly)
