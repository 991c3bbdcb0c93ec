"""The law of those that measure the way to their devices."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cell.device import LinkHeard
from cell.driver import Metered
from cell_drivers.conformance.bed import Bed, devices
from cell_drivers.conformance.law import law
from cell_drivers.conformance.seen import demand


def _measures_nothing(bed: Bed, _: str) -> str:
    return "" if isinstance(bed.drivers, Metered) else "exempt because it measures no link"


@law(
    "set",
    "Who measures its links tells of its own devices, in seconds, each answer once and nothing less than none.",
    exempt=_measures_nothing,
)
def links_are_measured_of_its_own_devices(bed: Bed, _: str) -> str:
    drivers = bed.drivers
    assert isinstance(drivers, Metered)
    known = set(devices(bed.drivers))
    heard, count = list[LinkHeard](), 0
    for _look in range(5):
        bed.wait(0.2)
        heard += drivers.heard()
    for link in heard:
        demand(link.device in known, f"it has measured {link.device}, which is none of its own")
        demand(link.lost >= 0 and _are_times(link.took), f"of {link.device} it tells {link.took[:5]} and {link.lost} lost")
        count += len(link.took) + link.lost
    if bed.drivers.virtual is not None:
        demand(not any(link.took or link.lost for link in drivers.heard()), "asked again in the same instant, it tells answers")
    return f"{count} answers of {len({link.device for link in heard})} devices"


def _are_times(took: Iterable[float]) -> bool:
    return all(math.isfinite(seconds) and seconds >= 0.0 for seconds in took)
