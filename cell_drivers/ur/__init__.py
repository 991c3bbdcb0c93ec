"""Universal Robots: a trajectory as a program that the controller runs by itself, supervised over RTDE and the dashboard.

`driver` is the entry point `ur` of the group `cell_drivers`. It drives robots and nothing else; a gripper at the flange is
another driver's. What it was run against says `capabilities.VERIFIED`.
"""

from __future__ import annotations

from cell.driver import Assembly
from cell.real_devices import RealDevices
from cell_drivers.ur.robots import universal_robots

__all__ = ["driver"]

DRIVES = ("robot",)
TOLD_APART_BY = {"rtde": "30004"}
"""A robot has a host of its own; several that are simulated share one, on other ports."""


def driver(assembly: Assembly) -> RealDevices:
    """Raises ValueError for a device that is no robot, and for an address that is none of a controller."""
    return universal_robots(assembly)
