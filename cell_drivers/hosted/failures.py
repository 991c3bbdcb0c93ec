"""What a call has raised in a driver's process, as it is raised here."""

from __future__ import annotations

from cell.driver_errors import (
    DeviceFault,
    DriverDefect,
    DriverError,
    LinkLost,
    ProtocolViolation,
    Refusal,
    Refused,
    SafetyStop,
    Stale,
    Timeout,
)
from cell_drivers.hosted.wire import Failed

KINDS = {kind.__name__: kind for kind in (SafetyStop, Stale, Timeout, ProtocolViolation)}
"""Anything else leaves open what it has done, as a lost link does."""


def as_raised(failed: Failed, driver: str) -> DriverError:
    """A defect of the driver leaves open what it has done. What is of no single device is the driver's."""
    if failed.kind == "Defect":
        text = f"a defect of driver {driver}: {failed.text}"
        return DriverDefect(failed.device or driver, failed.command, failed.time, text, failed.last)
    if failed.kind == "Refused" and failed.code in Refusal.__members__:
        return Refused(Refusal[failed.code], failed.device, failed.command, failed.time, failed.text, failed.last)
    if failed.kind == "DeviceFault":
        return DeviceFault(failed.code, failed.text, failed.device, failed.command, failed.time, failed.last)
    kind = KINDS.get(failed.kind, LinkLost)
    return kind(failed.device or driver, failed.command, failed.time, failed.text, failed.last)
