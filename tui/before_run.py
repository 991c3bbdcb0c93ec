"""What `simulate` and `run` do before anything moves: a plan proved in this process, the scenario, the drivers. Says why not."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Diagnostic
from cell.driver import DriverSet
from cell.scenario import Scenario
from cell.scenario_file import not_in_cell
from cellwright.open_drivers import open_drivers
from cellwright.running import read_scenario
from cellwright.workshop import Workshop, open_workshop
from controller.acceptance import unwatched
from tui.diagnostics import emit
from tui.exit_codes import DRIVER, USAGE
from tui.preparing import Ready, asked_of, is_text, prepare
from tui.progress import shown
from tui.speech import refuse
from tui.why_text import emit_refusal


@dataclass(frozen=True, slots=True)
class Target:
    """A proved plan and what it is to run on. `workshop` tells nobody of progress: it plans again while the run goes on."""

    ready: Ready
    scenario: Scenario
    drivers: DriverSet
    workshop: Workshop


def target(arguments: argparse.Namespace) -> Target | int:
    """The target, or the exit code after saying what is wrong. Raises OSError where a file cannot be read."""
    if Path(arguments.file).suffix == ".cell":
        return refuse(f"{arguments.file} says what is and asks for nothing; name an intent that uses it, or a plan", USAGE)
    read = None if arguments.scenario is None else read_scenario(arguments.scenario)
    if read is not None and read.value is None:
        return _refused(read.diagnostics, arguments, USAGE)
    scenario = Scenario() if read is None or read.value is None else read.value
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
    drivers = open_drivers(prepared.ready.request, scenario)
    if drivers.value is None:
        emit(drivers.diagnostics, arguments.format, prepared.texts)
        return DRIVER
    if read is not None and drivers.value.virtual is None:
        return refuse("--scenario disturbs simulated devices; the drivers of this cell are real", USAGE)
    return Target(prepared.ready, scenario, drivers.value, open_workshop(lambda stage, done, of: None, arguments.jobs))


def _refused(diagnostics: tuple[Diagnostic, ...], arguments: argparse.Namespace, code: int) -> int:
    emit(diagnostics, arguments.format, {})
    return code
