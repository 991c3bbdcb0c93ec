"""A driver that could not be reached, or that failed, in one line with what to look at first."""

from __future__ import annotations

from cell.driver_errors import DriverDefect, DriverHangs, LinkLost, Timeout

UNREACHED = (LinkLost, Timeout, ConnectionError, TimeoutError)
LOOK = (
    "Look whether its `address` in the cell file is right, the device is on and in remote control, and nothing blocks the port."
)

HANGS = (
    "The driver's own program hangs, whatever its device does: `cellwright drivers test NAME --cell FILE` tells in which call."
)


def told(cause: BaseException) -> str:
    """What the driver raised, as it says it; with where to look, if nobody answered it."""
    ours = type(cause).__module__.startswith("cell.")
    text = str(cause) if ours and str(cause) else f"{type(cause).__name__}: {cause}"
    match cause:
        case DriverHangs():
            return f"{text}. {HANGS}"
        case DriverDefect():
            return text
        case _ if isinstance(cause, UNREACHED):
            return f"{text}. {LOOK}"
        case _:
            return text


def told_by_name(kind: str, text: str) -> str:
    """The same of what another process has raised; `kind` is the name of its class."""
    if kind == DriverHangs.__name__:
        return f"{text}. {HANGS}"
    return f"{text}. {LOOK}" if kind in {unreached.__name__ for unreached in UNREACHED} else text
