"""What trials share: a call that has to be refused, and who is near enough to whom."""

from __future__ import annotations

from collections.abc import Callable

from cell.driver_errors import DriverError, Refused
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.seen import Broken, demand


def refusal(call: Callable[[], object], what: str) -> Refused:
    """The refusal that `call` raises. Raises Broken where it is taken, or fails otherwise."""
    try:
        call()
    except Refused as refused:
        return refused
    except DriverError as other:
        raise Broken(f"{what} is not refused but fails with {type(other).__name__}") from other
    raise Broken(f"{what} is taken")


def unsent(call: Callable[[], object], what: str) -> None:
    """Raises Broken where a closed driver takes the call."""
    try:
        call()
    except DriverError:
        return
    raise Broken(f"`{what}` is taken by a closed driver")


def cannot_tell(bed: Bed, device: str) -> str:
    return "" if bed.capabilities(device).command_status else "exempt because command_status is False"


def is_not_seen(bed: Bed, device: str, command: str) -> None:
    """A refused command leaves no trace. Raises Broken where the device can tell and has seen it."""
    if bed.capabilities(device).command_status:
        state = bed.device(device).status(command).state
        demand(state == "not seen", f"it was refused, and is {state}")
