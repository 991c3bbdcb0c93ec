"""What a call has raised in a driver's process, as it is raised here."""

from __future__ import annotations

from cell.driver_errors import DeviceFault, DriverError, LinkLost, ProtocolViolation, Refusal, Refused, SafetyStop, Stale, Timeout
from cell_drivers.hosted.wire import Failed

KINDS = {kind.__name__: kind for kind in (SafetyStop, Stale, Timeout, ProtocolViolation)}
"""Anything else leaves open what it has done, as a lost link does."""


def as_raised(failed: Failed) -> DriverError:
    """A defect of the driver leaves open what it has done."""
    if failed.kind == "Refused" and failed.code in Refusal.__members__:
        return Refused(Refusal[failed.code], failed.device, failed.command, failed.time, failed.text, failed.last)
    if failed.kind == "DeviceFault":
        return DeviceFault(failed.code, failed.text, failed.device, failed.command, failed.time, failed.last)
    kind = KINDS.get(failed.kind, LinkLost)
    return kind(failed.device, failed.command, failed.time, failed.text, failed.last)
