"""The drivers of a run in service: each in a process of its own, so that none can take the controller down.

A run of drivers with simulated time that goes as fast as it can stays in one process: virtual time exists only there. So does
one that is paced faster than FASTEST, where a sample would be old before it has crossed. To see whether a driver has simulated
time it is loaded here where we ship it ourselves, and first of all in a process of its own where somebody else does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cell.dataclass import dataclass
from cell.diagnostic import Outcome, error
from cell.driver import DriverSet
from cell.scenario import Scenario
from cell.state import PlanningRequest
from cell_drivers.composed import ComposedSet, Share
from cell_drivers.hosted import Bounds, HostedSet, NoStart, Pace, StartUp, found_again, hosted
from cell_drivers.registry import InstalledDriver, find_driver
from cellwright.assignment import Assigned, assigned
from cellwright.cell_lock import CellLock, device_keys
from cellwright.open_drivers import assembly_of, open_drivers
from controller.clock import Clock, RealClock

FASTEST = 4.0
"""times real time, up to which simulated drivers run in processes of their own."""
KEPT = 600.0
"""s that a simulated world in service goes on after its controller has gone, for another one to find it."""
AT = ".at"
"""The file beside a world's record that says where the world can be reached, while it goes on."""
OURS = "cellwright"
SIMULATED = "sim"
"""The driver whose devices are a world of their own, which outlives its controller."""
CODES = {"import": "E292", "making": "E295", "starting": "E288"}


@dataclass(frozen=True, slots=True)
class InService:
    """`clock` None: by the drivers' own time. `record`: where the simulated world keeps its own record, None where there is
    none. `reached`: the file that says where that world can be reached. `real`: the devices that no scenario can disturb."""

    drivers: DriverSet
    clock: Clock | None
    real: frozenset[str]
    record: Path | None = None
    reached: Path | None = None

    @property
    def is_simulated(self) -> bool:
        """No device of it is real."""
        return not self.real


def drivers_in_service(
    request: PlanningRequest,
    scenario: Scenario,
    speed: float | None,
    worlds: Path,
    bounds: Bounds = Bounds(),  # noqa: B008
    lock: CellLock | None = None,
) -> Outcome[InService]:
    """The drivers that the cell file names, not opened yet. `worlds` is the folder for the records of simulated worlds. Each
    driver's process holds its devices in `lock` too."""
    parts = assigned(request.cell)
    if parts.value is None:
        return Outcome(None, parts.diagnostics)
    found = [find_driver(part.driver, *part.spans[:1]) for part in parts.value]
    installed = [driver.value for driver in found if driver.value is not None]
    if len(installed) < len(found):
        return Outcome(None, tuple(d for driver in found for d in driver.diagnostics))
    if len(parts.value) == 1 and (speed is None or speed > FASTEST):
        alone = _in_one_process(installed[0], parts.value[0], request, scenario, bounds)
        if alone is not None:
            return alone
    return _hosted(parts.value, request, scenario, speed or 1.0, worlds, bounds, lock)


def _in_one_process(
    driver: InstalledDriver, part: Assigned, request: PlanningRequest, scenario: Scenario, bounds: Bounds
) -> Outcome[InService] | None:
    """None for a driver of real devices: those run in a process of their own."""
    if driver.package != OURS:
        tried = _child(part, StartUp(part.driver, assembly_of(part, request, scenario), Pace(0)), bounds)
        if tried.value is None:
            return Outcome(None, tried.diagnostics)
        tried.value.line.end()
        if not tried.value.is_virtual:
            return None
    opened = open_drivers(request, scenario)
    if opened.value is None:
        return Outcome(None, opened.diagnostics)
    return Outcome(InService(opened.value, None, real=frozenset())) if opened.value.virtual is not None else None


def _hosted(
    parts: Sequence[Assigned],
    request: PlanningRequest,
    scenario: Scenario,
    speed: float,
    worlds: Path,
    bounds: Bounds,
    lock: CellLock | None,
) -> Outcome[InService]:
    """Real devices take their own time: beside one of them simulated ones run at the speed of the clock."""
    pace = Pace(time.monotonic_ns(), speed)
    record = worlds / f"{time.time_ns()}.jsonl"
    starts = (replace(_paced(p, request, scenario, pace, record, bounds), holds=_held(p, request, lock)) for p in parts)
    tried = [_child(part, start, bounds) for part, start in zip(parts, starts, strict=True)]
    made = [child.value for child in tried if child.value is not None]
    found = [diagnostic for child in tried for diagnostic in child.diagnostics]
    are_virtual = {drivers.is_virtual for drivers in made}
    if not found and speed != 1.0 and False in are_virtual:
        found.append(error("E289", "the drivers of this cell are real: they have a speed of their own", help="leave out --speed"))
    if found:
        for drivers in made:
            drivers.close()
        return Outcome(None, tuple(found))
    for drivers in made:
        if drivers.is_virtual:
            record.with_suffix(AT).write_text(str(drivers.line.socket_path), "utf-8")
    shares = [Share(part.driver, part.devices, drivers) for part, drivers in zip(parts, made, strict=True)]
    whole: DriverSet = made[0] if len(made) == 1 else ComposedSet(request.cell, shares)
    clock = RealClock(origin=pace.origin, speed=pace.speed)
    reached = record.with_suffix(AT) if True in are_virtual else None
    return Outcome(InService(whole, clock, _real(parts, made), _written(worlds, record), reached))


def drivers_again(
    request: PlanningRequest,
    reached: Path,
    speed: float | None,
    record: Path | None,
    bounds: Bounds = Bounds(),  # noqa: B008
    lock: CellLock | None = None,
) -> Outcome[InService]:
    """The drivers of a run whose controller has gone: its simulated world where it still goes on, and the others anew."""
    parts = assigned(request.cell)
    if parts.value is None:
        return Outcome(None, parts.diagnostics)
    made: list[HostedSet] = []
    for part in parts.value:
        found = _child_again(part, request, reached, bounds, speed or 1.0, _held(part, request, lock))
        if found.value is None:
            return Outcome(None, found.diagnostics)
        made.append(found.value)
    shares = [Share(part.driver, part.devices, drivers) for part, drivers in zip(parts.value, made, strict=True)]
    whole: DriverSet = made[0] if len(made) == 1 else ComposedSet(request.cell, shares)
    pace = next(drivers.line.hello for drivers in made if drivers.is_virtual)
    clock = RealClock(origin=pace.origin, speed=pace.speed)
    return Outcome(InService(whole, clock, _real(parts.value, made), record, reached))


def _real(parts: Sequence[Assigned], made: Sequence[HostedSet]) -> frozenset[str]:
    """The devices whose drivers keep no time of their own."""
    return frozenset[str]().union(*(part.devices for part, of in zip(parts, made, strict=True) if not of.is_virtual))


def _child_again(
    part: Assigned, request: PlanningRequest, reached: Path, bounds: Bounds, speed: float, holds: tuple[int, ...]
) -> Outcome[HostedSet]:
    if part.driver != SIMULATED:
        start = StartUp(part.driver, assembly_of(part, request, Scenario()), Pace(0, speed), holds=holds)
        return _child(part, start, bounds)
    try:
        return Outcome(found_again(Path(reached.read_text("utf-8")), part.driver, bounds))
    except (OSError, NoStart) as cause:
        why = cause.why if isinstance(cause, NoStart) else "it is not there any more"
        text = "the simulated world of this run has ended: nobody can say how it would stand now"
        return Outcome(None, (error("R764", text, *part.spans, help=f"{why}; `cellwright run` begins anew"),))


def _held(part: Assigned, request: PlanningRequest, lock: CellLock | None) -> tuple[int, ...]:
    return () if lock is None else lock.share(device_keys(part.driver, part.addresses, request.cell))


def _written(worlds: Path, record: Path) -> Path | None:
    return next(iter(sorted(worlds.glob(f"{record.stem}-*.jsonl"))), None)


def _paced(part: Assigned, request: PlanningRequest, scenario: Scenario, pace: Pace, record: Path, bounds: Bounds) -> StartUp:
    assembly = replace(assembly_of(part, request, scenario), record=str(record.with_stem(f"{record.stem}-{part.driver}")))
    return StartUp(part.driver, assembly, pace, period=bounds.period, keeps=KEPT)


def _child(part: Assigned, start_up: StartUp, bounds: Bounds) -> Outcome[HostedSet]:
    try:
        return Outcome(hosted(start_up, bounds))
    except NoStart as cause:
        message = f"driver `{part.driver}` does not come up in its own process"
        return Outcome(None, (error(CODES.get(cause.during, "E288"), message, *part.spans, help=cause.why),))
