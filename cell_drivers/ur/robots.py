"""The robots of one cell that are Universal Robots', as a `DriverSet` without anything else in it."""

from __future__ import annotations

from cell.driver import Assembly
from cell.real_devices import RealDevices
from cell_drivers.ur.address import read_address
from cell_drivers.ur.driver import UrDriver


def universal_robots(assembly: Assembly) -> RealDevices:
    """Raises ValueError for a device that is no robot, or has no address."""
    others = sorted(assembly.devices - assembly.cell.robots.keys())
    if others:
        raise ValueError(f"it drives robots, and none of {', '.join(others)} is one: name another driver there")
    return RealDevices(motion={name: _driver(assembly, name) for name in sorted(assembly.devices)})


def _driver(assembly: Assembly, name: str) -> UrDriver:
    address = assembly.addresses.get(name)
    if address is None:
        raise ValueError(f'{name} needs an address: address "ur://HOST"')
    return UrDriver(name, assembly.robots[name], read_address(address))
