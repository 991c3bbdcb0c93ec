"""The drivers that the cell file names, made for a run. What it does not name is never imported (the allow-list of a cell)."""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Diagnostic, Outcome, Severity, error
from cell.driver import Assembly, DriverSet
from cell.driver_errors import as_told
from cell.model import CellModel
from cell.scenario import Scenario
from cell.state import InHand, PlanningRequest
from cell_drivers.composed import ComposedSet, Share
from cell_drivers.registry import as_set, find_driver, load, unknown_drivers
from cellwright.assignment import Assigned, assigned
from cellwright.wrong_drivers import wrongly_driven

REMEMBERED = 100
"""of the motions, commands, looks and parts of each simulated device, in a run without end: a motion is 150 kB of samples"""


def open_drivers(request: PlanningRequest, scenario: Scenario) -> Outcome[DriverSet]:
    """One set for the whole cell, each device driven by whom the cell file says. Not opened yet, in the sense of the contract."""
    parts = assigned(request.cell)
    if parts.value is None:
        return Outcome(None, parts.diagnostics)
    shares = [_share(part, request, scenario) for part in parts.value]
    made = [share.value for share in shares if share.value is not None]
    if len(made) < len(shares):
        return Outcome(None, tuple(d for share in shares for d in share.diagnostics))
    if len(made) == 1:
        return Outcome(made[0].drivers)
    if {share.drivers.virtual for share in made} - {None}:
        names = ", ".join(share.driver for share in made if share.drivers.virtual is not None)
        spans = [span for part in parts.value for span in part.spans[:1]]
        help = "drive the whole cell with it, or none of it"
        return Outcome(None, (error("E296", f"`{names}` has simulated time, which others do not share", *spans, help=help),))
    return Outcome(ComposedSet(request.cell, made))


def assembly_of(part: Assigned, request: PlanningRequest, scenario: Scenario) -> Assembly:
    """What the driver of that part of the cell is made from. A run without end has no room for all that has happened."""
    remembers = REMEMBERED if request.is_continuous else None
    in_hands = tuple(one for one in request.state.parts if isinstance(one.location, InHand))  # only where somebody has said so
    return Assembly(request.cell, request.robots, scenario, part.devices, part.addresses, None, remembers, in_hands)


def undriven(cell: CellModel) -> tuple[Diagnostic, ...]:
    """What stands in the way of a run as far as it is told without any driver: E290, E291, E293, E295."""
    return (*assigned(cell).diagnostics, *unknown_drivers(cell), *wrongly_driven(cell))


def missing_drivers(cell: CellModel) -> tuple[Diagnostic, ...]:
    """Warnings: the cell can be planned without them, and not run."""
    return tuple(replace(diagnostic, severity=Severity.WARNING) for diagnostic in undriven(cell))


def _share(part: Assigned, request: PlanningRequest, scenario: Scenario) -> Outcome[Share]:
    driver = find_driver(part.driver, *part.spans[:1])
    if driver.value is None:
        return Outcome(None, driver.diagnostics)
    factory = load(driver.value, *part.spans[:1])
    if factory.value is None:
        return Outcome(None, factory.diagnostics)
    try:
        drivers = as_set(factory.value(assembly_of(part, request, scenario)))
    except Exception as cause:  # whatever a foreign driver raises is its fault, and the user's to know
        message = f"driver `{part.driver}` cannot drive this cell"
        return Outcome(None, (error("E295", message, *part.spans, help=as_told(cause)),))
    return Outcome(Share(part.driver, part.devices, drivers))
