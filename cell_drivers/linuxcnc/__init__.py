"""Robots that LinuxCNC moves, over its shell linuxcncrsh. `driver` is what the entry point names."""

from __future__ import annotations

from cell_drivers.linuxcnc.assembly import driver

__all__ = ["driver"]
