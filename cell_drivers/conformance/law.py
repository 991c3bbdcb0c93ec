"""A law of the driver contract: its name, its sentence, which devices it binds, and how it is tried.

Law of laws: what a driver declares decides what it is exempt from, and nothing else does. What the bench cannot bring about is
`not tested`, which is a gap in the statement and never a pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cell_drivers.conformance.bed import Bed

Binds = Literal["device", "motion", "gripper", "coupling", "machine", "station", "supply", "person", "signals", "people", "set"]
"""`device`: every device of whatever kind. `set`: the DriverSet as a whole."""

Trial = Callable[[Bed, str], str]
"""Tries a law on the device of that name. Gives what was seen. Raises Broken, NotTried; all else that it raises breaks it."""

Exemption = Callable[[Bed, str], str]
"""Why what the device declares exempts it, "" where it does not."""


def none(bed: Bed, device: str) -> str:
    """Nothing exempts from it."""
    return ""


@dataclass(frozen=True, slots=True)
class Law:
    """`name` names it in statements and tests, `says` is its sentence in docs/drivers.md's words."""

    name: str
    says: str
    binds: Binds
    trial: Trial
    exempt: Exemption = none


def law(binds: Binds, says: str, exempt: Exemption = none) -> Callable[[Trial], Law]:
    """Makes a law of a trial, called as the function is."""
    return lambda trial: Law(trial.__name__.replace("_", "-"), says, binds, trial, exempt)
