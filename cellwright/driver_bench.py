"""An installed driver on the bench of the conformance kit: in the kit's own cell, or in a cell file as its devices there.

A driver that brings `bench`, a function from `Assembly` to `Bench` beside what its entry point names, says by it what only its
author can bring about (a cut link, a part between the jaws); another one is tried without.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from cell.diagnostic import Diagnostic, Outcome, Span, error
from cell.driver import Assembly, DriverFactory, DriverSet
from cell.driver_errors import as_told
from cell.model import CellModel
from cell.scenario import Scenario
from cell_drivers.conformance import Bench
from cell_drivers.conformance.built_in import FILE, TRAVEL, built_in
from cell_drivers.registry import InstalledDriver, as_set, find_driver, load
from cellwright.assignment import assigned
from cellwright.reading import Reading, read
from cellwright.session import load_robots
from cellwright.workshop import Workshop, open_workshop

BROKEN = "E295"


@dataclass(frozen=True, slots=True)
class OnTheBench:
    """`drivers` is one set of them, not opened: what the bench will make again and again. `reading` is the cell file's."""

    driver: InstalledDriver
    bench: Bench
    drivers: DriverSet
    reading: Reading | None


def on_the_bench(
    name: str, cell: str | None, workshop: Workshop, travel: float | None = None, speed: float | None = None
) -> Outcome[OnTheBench]:
    """`travel` (rad or m) and `speed` (0..1) take the place of what the driver's bench says. E291 to E293 where the driver cannot
    be had, E295 where it raises; the cell file's own findings. Raises OSError where that cannot be read."""
    driver = find_driver(name)
    factory = load(driver.value) if driver.value is not None else None
    if driver.value is None or factory is None or factory.value is None:
        return Outcome(None, (*driver.diagnostics, *(factory.diagnostics if factory is not None else ())))
    reading = None if cell is None else read(cell, {})
    assembly = Outcome(built_in(name)) if reading is None else _assembly(name, reading, workshop)
    if assembly.value is None:
        return Outcome(None, assembly.diagnostics)
    try:
        bench = _bench(driver.value, factory.value, assembly.value, travel, speed)
        drivers = as_set(bench.make())
    except KeyboardInterrupt:
        raise
    except BaseException as cause:  # whatever a foreign driver raises, SystemExit too, is its fault, and the user's to know
        spans = () if reading is None or reading.cell is None else _spans(name, reading.cell)
        message = f"driver `{name}` cannot drive {assembly.value.cell.file}"
        there = "" if reading is not None else "; with `--cell FILE` it is tried on its devices in a cell file"
        return Outcome(None, (error(BROKEN, message, *spans, help=f"{as_told(cause)}{there}"),))
    return Outcome(OnTheBench(driver.value, _in_series(bench, drivers), drivers, reading))


def assembly_of(cell: str | Path, driver: str, addresses: Mapping[str, str] = MappingProxyType({})) -> Assembly:
    """What the cell file gives to `driver`, for the tests in an integrator's own repository. `addresses` take the place of those
    in the file, by device: the port of a double is known once it runs. Raises ValueError with what is wrong in the file or in
    `addresses`, OSError where it cannot be read."""
    found = _assembly(driver, read(str(cell), {}), open_workshop(lambda what, over, of: None, processes=1))
    if found.value is None:
        raise ValueError("\n".join(_said(told) for told in found.diagnostics if told.is_error))
    if others := addresses.keys() - found.value.devices:
        raise ValueError(f"{cell} gives `{driver}` {', '.join(sorted(found.value.devices))}, and not {', '.join(sorted(others))}")
    return replace(found.value, addresses={**found.value.addresses, **addresses})


def _said(told: Diagnostic) -> str:
    where = "".join(f"{span.file}:{span.start.line}: " for span in told.spans[:1])
    return f"{where}{told.code} {told.message}{'; ' if told.help else ''}{told.help}"


def _bench(
    driver: InstalledDriver, factory: DriverFactory, assembly: Assembly, travel: float | None, speed: float | None
) -> Bench:
    own = getattr(importlib.import_module(driver.target.partition(":")[0]), "bench", None)
    plain = Bench(factory, assembly, travel=TRAVEL) if assembly.cell.file == FILE else Bench(factory, assembly)
    bench: Bench = own(assembly) if callable(own) else plain
    return replace(bench, travel=bench.travel if travel is None else travel, speed=bench.speed if speed is None else speed)


def _spans(name: str, cell: CellModel) -> tuple[Span, ...]:
    """Where the cell file names the driver."""
    return next((part.spans for part in assigned(cell).value or () if part.driver == name), ())


def _in_series(bench: Bench, drivers: DriverSet) -> Bench:
    """Real devices may remember command ids from the last time."""
    return bench if drivers.virtual is not None else replace(bench, series=f"{bench.series}.{time.time_ns():x}", stays=True)


def _assembly(name: str, reading: Reading, workshop: Workshop) -> Outcome[Assembly]:
    """What the cell file gives to the driver."""
    if reading.cell is None or not reading.is_ok:
        return Outcome(None, reading.diagnostics)
    robots, parts = load_robots(reading.cell, workshop, Path()), assigned(reading.cell)
    if robots.value is None or parts.value is None:
        return Outcome(None, (*robots.diagnostics, *parts.diagnostics))
    own = next((part for part in parts.value if part.driver == name), None)
    if own is None:
        named = ", ".join(part.driver for part in parts.value)
        return Outcome(None, (error(BROKEN, f"{reading.file} gives no device to `{name}`", help=f"it names {named}"),))
    return Outcome(Assembly(reading.cell, robots.value, Scenario(), own.devices, own.addresses))
