"""Devices that fall to a driver which does not drive their kind, before anybody plans for them.

Law: it is told of what a driver says in its module that it drives (`DRIVES`), which is read and never imported. What it does not
say there, it tells when it is asked for its drivers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from cell.devices import DeviceKind, devices_of, kind_of, named_drivers, span_of
from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell_drivers.declared import drives
from cell_drivers.registry import find_driver
from cellwright.assignment import Assigned, assigned

CODE = "E295"
WORDS: Mapping[DeviceKind, tuple[str, str]] = {
    "robot": ("a robot", "robots"),
    "coupling": ("a coupling of tools", "couplings of tools"),
    "tool": ("a tool", "tools"),
    "equipment": ("equipment", "equipment (machines, stations, fixtures, sensors and their like)"),
    "person": ("a person", "people"),
    "zone": ("a zone", "zones"),
}


def wrongly_driven(cell: CellModel) -> tuple[Diagnostic, ...]:
    """E295 for each of them, at the device and where the driver is named."""
    return tuple(found for part in assigned(cell).value or () for found in _wrong(cell, part))


def _wrong(cell: CellModel, part: Assigned) -> Iterator[Diagnostic]:
    kinds = _kinds(part.driver)
    if kinds is None:
        return
    named = {by.device for by in named_drivers(cell)}
    what = " and ".join(WORDS[kind][1] for kind in kinds)
    for device in devices_of(cell):
        kind = kind_of(cell, device)
        if device not in part.devices or kind in kinds:
            continue
        message = f"`{part.driver}` drives {what}, and `{device}` is {WORDS[kind][0]}"
        fallen = "" if device in named else ": what names none is the only driver's that the cell names"
        where = (span.labelled(f"`{part.driver}` is named here") for span in part.spans[:1])
        yield error(CODE, message, span_of(cell, device), *where, help=f"name another driver where it is declared{fallen}")


def _kinds(driver: str) -> tuple[DeviceKind, ...] | None:
    """None where the driver says none that there are, or is not there, which is told elsewhere."""
    found = find_driver(driver).value
    said = drives(found) if found is not None else None
    if not said or not set(said) <= WORDS.keys():
        return None
    return cast("tuple[DeviceKind, ...]", said)
