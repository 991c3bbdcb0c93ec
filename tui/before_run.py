"""What `simulate` and `run` do before anything moves: a plan proved in this process, the scenario, the drivers. Says why not."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Diagnostic, Outcome
from cell.driver import DriverSet
from cell.scenario import Scenario
from cell.scenario_file import beside, not_in_cell
from cellwright.folders import private, state_folder
from cellwright.in_service import InService, drivers_in_service
from cellwright.open_drivers import open_drivers
from cellwright.running import read_scenario
from cellwright.workshop import Workshop, open_workshop
from controller.acceptance import unwatched
from controller.clock import Clock
from tui.diagnostics import emit
from tui.exit_codes import DRIVER, USAGE
from tui.preparing import Ready, asked_of, is_text, prepare
from tui.progress import shown
from tui.speech import refuse
from tui.why_text import emit_refusal

USAGES = frozenset({"E289"})
"""What is wrong with the command line, not with a driver."""


@dataclass(frozen=True, slots=True)
class Target:
    """A proved plan and what it is to run on. `workshop` tells nobody of progress: it plans again while the run goes on."""

    ready: Ready
    scenario: Scenario
    drivers: DriverSet
    workshop: Workshop
    clock: Clock | None = None
    is_simulated: bool = True
    record: Path | None = None
    reached: Path | None = None


def target(arguments: argparse.Namespace, is_in_service: bool) -> Target | int:
    """The target, or the exit code after saying what is wrong. `is_in_service`: each driver in a process of its own. Raises
    OSError where a file cannot be read."""
    if Path(arguments.file).suffix == ".cell":
        return refuse(f"{arguments.file} says what is and asks for nothing; name an intent that uses it, or a plan", USAGE)
    read = None if arguments.scenario is None else read_scenario(arguments.scenario)
    if read is not None and read.value is None:
        return _refused(read.diagnostics, arguments, USAGE)
    scenario = Scenario() if read is None or read.value is None else read.value
    if is_in_service and (tables := beside(scenario)):
        return refuse(f"{', '.join(tables)}: only a rehearsal makes that happen; try `cellwright simulate`", USAGE)
    with shown() as progress:
        workshop = open_workshop(progress, arguments.jobs)
        prepared = prepare(arguments.file, asked_of(arguments), workshop)
    if prepared.ready is None:
        if is_text(arguments.file):
            emit_refusal(prepared.diagnostics, prepared.why, arguments.format, prepared.texts)
        else:
            emit(prepared.diagnostics, arguments.format, prepared.texts)
        return prepared.refusal
    emit((*prepared.diagnostics, *unwatched(prepared.ready.request.program)), "text", prepared.texts)
    unknown = not_in_cell(scenario, prepared.ready.request.cell, arguments.scenario or "")
    if unknown:
        return _refused(unknown, arguments, USAGE)
    opened = _opened(prepared.ready, scenario, arguments, is_in_service)
    if opened.value is None:
        emit(opened.diagnostics, arguments.format, prepared.texts)
        return USAGE if any(d.code in USAGES for d in opened.diagnostics) else DRIVER
    made = opened.value
    if read is not None and not made.is_simulated:
        made.drivers.close()
        return refuse("--scenario disturbs simulated devices; the drivers of this cell are real", USAGE)
    silent = open_workshop(lambda stage, done, of: None, arguments.jobs)
    return Target(prepared.ready, scenario, made.drivers, silent, made.clock, made.is_simulated, made.record, made.reached)


def _opened(ready: Ready, scenario: Scenario, arguments: argparse.Namespace, is_in_service: bool) -> Outcome[InService]:
    if is_in_service:
        return drivers_in_service(ready.request, scenario, arguments.speed, private(state_folder() / "worlds"))
    found = open_drivers(ready.request, scenario)
    if found.value is None:
        return Outcome(None, found.diagnostics)
    return Outcome(InService(found.value, None, found.value.virtual is not None))


def _refused(diagnostics: tuple[Diagnostic, ...], arguments: argparse.Namespace, code: int) -> int:
    emit(diagnostics, arguments.format, {})
    return code
