"""Robots that LinuxCNC moves, over its shell linuxcncrsh. `driver` is what the entry point names."""

from __future__ import annotations

from cell_drivers.linuxcnc.assembly import driver

__all__ = ["driver"]

DRIVES = ("robot",)
TOLD_APART_BY = {"port": "5007"}
"""The folder of an address is where programs are put: another one is no other robot."""
