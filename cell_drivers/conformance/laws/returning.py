"""Laws of a link that is not there: it comes back by itself, and nobody who opens or closes a driver waits for it without end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from cell.driver_errors import DriverError
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.hushing import acknowledge, age_of, is_heard_again
from cell_drivers.conformance.laws.linking import BACK
from cell_drivers.conformance.seen import Broken, demand

OPENING = 15.0
"""s within which `open` has brought a state, or has raised."""
CLOSING = 5.0
"""s within which `close` is over, whatever it finds."""


@law("gripper", "A tool's link that was lost the driver makes anew by itself, each time it was: nobody calls `open` again.")
def a_tools_lost_link_comes_back_by_itself(bed: Bed, tool: str) -> str:
    return _comes_back(bed, tool)


@law("machine", "A machine's link that was lost the driver makes anew by itself, each time it was: nobody calls `open` again.")
def a_machines_lost_link_comes_back_by_itself(bed: Bed, machine: str) -> str:
    return _comes_back(bed, machine)


@law("signals", "The link that signals come over and that was lost the driver makes anew by itself, each time it was.")
def a_lost_link_of_signals_comes_back_by_itself(bed: Bed, device: str) -> str:
    return _comes_back(bed, device)


def _comes_back(bed: Bed, device: str) -> str:
    """Twice: one that is made anew once may have used up what it needs for it."""
    allowed, took = bed.capabilities(device).max_age, list[float]()
    for _ in range(2):
        with bed.cut(device):
            bed.wait(2.0 * allowed + 0.2)
        back = bed.now()

        def is_fresh() -> bool:
            with suppress(DriverError):
                acknowledge(bed, device)
                return age_of(bed, device) <= allowed
            return False

        if not bed.until(is_fresh, BACK, 0.02):
            raise Broken(
                f"{BACK:g} s after the network is back nothing fresh is told of it. Nobody calls `open` again in a run: make the "
                "link anew in the thread that reads, a few times a second"
            )
        took.append((bed.now() - back) / SECOND)
    return f"back {' and '.join(f'{seconds:.2g}' for seconds in took)} s after its network"


@law(
    "device",
    "`close` and `open` of a driver whose device is silent come back: the one within 5 s, the other within 15 s.",
)
def nobody_waits_for_a_silent_device_to_open(bed: Bed, device: str) -> str:
    with bed.hushed(device):
        closing = _took(bed, bed.drivers.close)
        demand(closing <= CLOSING, f"with the device silent `close` took {closing:.3g} s, {CLOSING:g} s is allowed")
        opening = _took(bed, bed.drivers.open)
        demand(opening <= OPENING, f"with the device silent `open` took {opening:.3g} s, {OPENING:g} s is allowed")
        closing = max(closing, _took(bed, bed.drivers.close))
        demand(closing <= CLOSING, f"after an `open` to a silent device `close` took {closing:.3g} s, {CLOSING:g} s is allowed")
    bed.drivers.open()
    is_heard_again(bed, device)
    return f"closed within {closing:.2g} s, opened or refused within {opening:.2g} s"


def _took(bed: Bed, call: Callable[[], None]) -> float:
    """s. What `open` raises is right: there is nobody."""
    began = bed.now()
    with suppress(Exception):
        call()
    return (bed.now() - began) / SECOND
