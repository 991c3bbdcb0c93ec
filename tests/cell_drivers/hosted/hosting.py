"""A driver of the gantry cell in a process of its own, and waiting for what it does without sleeping on a guess."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cell.device import DeviceEvent
from cell.devices import devices_of
from cell.driver import Assembly
from cell.scenario import Scenario
from cell_drivers.hosted import Bounds, HostedSet, Pace, StartUp, hosted
from tests.cell_drivers.gantry import gantry_cell, gantry_model
from tests.cell_drivers.test_registry import plant
from tests.doubles.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
BOUNDS = Bounds(start=60.0, answer=20.0, silence=30.0, stop=20.0)
"""Wide: a busy machine is no broken driver."""

T = TypeVar("T")


def start_up(driver: str, folder: Path, way: str = "", scenario: Scenario | None = None, keeps: float = 0.0) -> StartUp:
    """With the drivers of misbehaving.py installed in `folder` as `wrong`, and one that does not import as `unfit`."""
    if not (folder / "wrong-1.2.dist-info").is_dir():
        plant(folder, "wrong", "wrong = tests.cell_drivers.hosted.misbehaving:driver")
        (folder / "an_unfit_driver.py").write_text("raise RuntimeError('made for another machine')\n")
        plant(folder, "unfit", "unfit = an_unfit_driver:driver")
    cell = gantry_cell()
    addresses = {"g1": way} if way else {}
    assembly = Assembly(cell, {"g1": gantry_model()}, scenario or Scenario(), frozenset(devices_of(cell)), addresses)
    return StartUp(driver, assembly, Pace(0), (str(folder), str(ROOT), *sys.path), keeps=keeps)


def opened(driver: str, folder: Path, way: str = "", bounds: Bounds = BOUNDS) -> HostedSet:
    drivers = hosted(start_up(driver, folder, way), bounds)
    drivers.open()
    return drivers


def waited(drivers: HostedSet, is_there: Callable[[], T | bool | None]) -> T:
    """The first answer that is one. Wakes with what the child says, within PATIENCE s."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = is_there()
        if found:
            return found  # type: ignore[return-value]
        select.select([], [], [], 0.005)
    raise AssertionError(f"not within {PATIENCE:g} s; {drivers.line.why}")


def until(drivers: HostedSet, wanted: Callable[[DeviceEvent], bool]) -> list[DeviceEvent]:
    """Every event up to the first that is `wanted`."""
    events: list[DeviceEvent] = []

    def there() -> bool:
        events.extend(drivers.poll())
        return any(map(wanted, events))

    waited(drivers, there)
    return events
