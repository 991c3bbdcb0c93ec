"""How a driver call fails: closed, typed, each with the device, the command id, the time (ns) and the last state known.

Raised by the call itself, so before any motion. What goes wrong later arrives as an event and in `status`; `Aborted` and
`Timeout` are for drivers that wait inside a call.
"""

from __future__ import annotations

from enum import StrEnum

from cell.device import GripperState, MachineState, RobotState, SignalSample

LastState = RobotState | GripperState | MachineState | SignalSample | None


class Refusal(StrEnum):
    START_DIFFERS = "the first point is not where the robot stands"
    NOT_FINITE = "a number is not finite"
    TIMES = "times do not strictly increase"
    JOINTS = "the joints are not the robot's"
    POSITION_LIMIT = "a joint leaves its range"
    VELOCITY_LIMIT = "a joint is too fast"
    ACCELERATION_LIMIT = "a joint accelerates too hard"
    JERK_LIMIT = "a joint's jerk is too high"
    NOT_AT_REST = "the trajectory does not start and end at rest"
    NOT_PREPARED = "nothing was prepared under this id"
    NOT_OPEN = "the driver is not open"
    NOT_ACTIVE = "the device has no power or is not activated"
    BUSY = "another command is running"
    ID_REUSED = "the id belongs to a command of another kind"
    UNKNOWN_NAME = "the device has nothing of that name"
    DOOR_OPEN = "the door is not closed"
    NOT_CLAMPED = "no part is clamped"
    NO_PART = "no part is there"
    PART_THERE = "a part is there"
    RUNNING = "a program is running"
    ALARM = "an alarm is not acknowledged"
    OUT_OF_RANGE = "the value is outside what the device can do"
    NOT_OFFERED = "the device cannot do this"


class DriverError(Exception):
    """`text` says it without the device and the command. `last` is the last state that the driver knew."""

    def __init__(self, device: str, command: str | None, time: int, text: str, last: LastState = None) -> None:
        super().__init__(f"{device}: {text}" + (f" (command {command})" if command else ""))
        self.text = text
        self.device = device
        self.command = command
        self.time = time
        self.last = last


class Refused(DriverError):
    """Nothing has moved and nothing will."""

    def __init__(
        self, code: Refusal, device: str, command: str | None, time: int, detail: str = "", last: LastState = None
    ) -> None:
        super().__init__(device, command, time, f"{code.value}{': ' if detail else ''}{detail}", last)
        self.code = code
        self.detail = detail


class Aborted(DriverError):
    """`at`: path parameter or fraction, None when not known."""

    def __init__(self, at: float | None, device: str, command: str | None, time: int, last: LastState = None) -> None:
        super().__init__(device, command, time, f"aborted at {at}", last)
        self.at = at


class LinkLost(DriverError):
    """The outcome of the command is unknown."""


class DriverDefect(LinkLost):
    """The driver's own program has failed, so what it has done is unknown."""


class SafetyStop(DriverError):
    """The robot's own controller has stopped it; a person has to acknowledge."""


class DeviceFault(DriverError):
    """`code` and `vendor_text` as the device gives them."""

    def __init__(self, code: str, vendor_text: str, device: str, command: str | None, time: int, last: LastState = None) -> None:
        super().__init__(device, command, time, f"fault {code}: {vendor_text}", last)
        self.code = code
        self.vendor_text = vendor_text


class ProtocolViolation(DriverError):
    """The device, or the caller, broke the contract."""


class Stale(DriverError):
    """The last state is older than its maximum age, so nothing is sent."""


class Timeout(DriverError):
    """No answer in the declared time; the outcome is unknown."""


class DriverHangs(Timeout):
    """It is the driver's own program that does not answer, whatever its device does."""


def as_told(cause: BaseException) -> str:
    """What a driver's factory raised. A ValueError is its own word about the cell file; of others the kind is told too."""
    return str(cause) if isinstance(cause, ValueError) and str(cause) else f"{type(cause).__name__}: {cause}"
