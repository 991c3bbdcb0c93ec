"""Drivers of machines, stations and signals that a PLC offers as OPC UA tags: `driver opcua_io` of a cell file.

The entry point. tags.py says which tags there have to be, plc.py what follows from them, link.py carries them.
"""

from __future__ import annotations

from cell.driver import Assembly, DriverSet

SHARES_ADDRESS = True
"""A PLC's server has several clients. What a client commands is told by names: a device's for jobs, a signal's for its `.set`."""

DRIVES = ("equipment",)
TOLD_APART_BY = {"port": "4840", "namespace": "", "prefix": ""}


def driver(assembly: Assembly) -> DriverSet:
    """Raises ValueError for a device that it cannot drive, and for an address that makes no sense."""
    from cell_drivers.opcua_io.assembly import OpcUaDevices  # asyncua is loaded only by a cell that needs it

    return OpcUaDevices(assembly)
