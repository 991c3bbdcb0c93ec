"""What `simulate` and `run` do before anything moves: a plan proved in this process, the scenario, the drivers. Says why not."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Diagnostic
from cell.driver import DriverSet
from cell.scenario import Scenario
from cell.scenario_file import beside, not_in_cell
from cellwright.open_drivers import open_drivers, undriven
from cellwright.reading import Reading
from cellwright.running import read_scenario
from cellwright.workshop import Workshop, open_workshop
from controller.acceptance import unwatched
from tui.diagnostics import emit
from tui.exit_codes import DRIVER, PROBLEM, USAGE
from tui.preparing import Admits, Ready, asked_of, is_text, prepare
from tui.progress import shown
from tui.speech import refuse
from tui.why_text import emit_refusal

USAGES = frozenset({"E289", "R757", "R759"})
"""What is wrong with what was asked for, not with a driver."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A proved plan. `scenario` None: nothing is to be disturbed. `texts` are for excerpts."""

    ready: Ready
    scenario: Scenario | None
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """A proved plan and what it is to be rehearsed on. `workshop` tells nobody of progress: it plans again meanwhile."""

    ready: Ready
    scenario: Scenario
    drivers: DriverSet
    workshop: Workshop


def proved(arguments: argparse.Namespace, is_in_service: bool, admits: Admits = lambda reading: ()) -> Proved | int:
    """The plan, or the exit code after saying what is wrong. Raises OSError where a file cannot be read."""
    if Path(arguments.file).suffix == ".cell" and not getattr(arguments, "manual", False):
        by_hand = ", or give --manual to move its robots by hand" if is_in_service else ""
        text = f"{arguments.file} says what is and asks for nothing; name an intent that uses it, or a plan{by_hand}"
        return refuse(text, USAGE)
    read = None if arguments.scenario is None else read_scenario(arguments.scenario)
    if read is not None and read.value is None:
        return refused(read.diagnostics, arguments, {}, USAGE)
    scenario = None if read is None else read.value
    if is_in_service and scenario is not None and (tables := beside(scenario)):
        return refuse(f"{', '.join(tables)}: only a rehearsal makes that happen; try `cellwright simulate`", USAGE)
    with shown() as progress:
        workshop = open_workshop(progress, arguments.jobs)
        prepared = prepare(arguments.file, asked_of(arguments), workshop, lambda reading: _undriven(reading) or admits(reading))
    if prepared.ready is None:
        if is_text(arguments.file):
            emit_refusal(prepared.diagnostics, prepared.why, arguments.format, prepared.texts)
        else:
            emit(prepared.diagnostics, arguments.format, prepared.texts)
        return prepared.refusal
    emit((*prepared.diagnostics, *unwatched(prepared.ready.request.program)), "text", prepared.texts)
    unknown = not_in_cell(scenario or Scenario(), prepared.ready.request.cell, arguments.scenario or "")
    if unknown:
        return refused(unknown, arguments, {}, USAGE)
    return Proved(prepared.ready, scenario, prepared.texts)


def _undriven(reading: Reading) -> tuple[Diagnostic, ...]:
    """Before it is planned for minutes: what nobody drives, or a driver that does not drive it."""
    return undriven(reading.cell) if reading.cell is not None and reading.is_ok else ()


def target(arguments: argparse.Namespace) -> Target | int:
    """For a rehearsal, or the exit code after saying what is wrong. Raises OSError where a file cannot be read."""
    found = proved(arguments, is_in_service=False)
    if not isinstance(found, Proved):
        return found
    scenario = found.scenario or Scenario()
    opened = open_drivers(found.ready.request, scenario)
    if opened.value is None:
        return refused(opened.diagnostics, arguments, found.texts, exit_code(opened.diagnostics))
    if arguments.scenario is not None and opened.value.virtual is None:
        return refuse("--scenario disturbs simulated devices; the drivers of this cell are real", USAGE)
    return Target(found.ready, scenario, opened.value, open_workshop(lambda stage, done, of: None, arguments.jobs))


def exit_code(diagnostics: tuple[Diagnostic, ...]) -> int:
    """Of what stands in the way of the first motion: drivers, what was asked for, or the plan."""
    codes = {diagnostic.code for diagnostic in diagnostics if diagnostic.is_error}
    if codes & USAGES:
        return USAGE
    return DRIVER if any(code[:3] in ("E28", "E29") for code in codes) else PROBLEM


def refused(diagnostics: tuple[Diagnostic, ...], arguments: argparse.Namespace, texts: Mapping[str, str], code: int) -> int:
    emit(diagnostics, arguments.format, texts)
    return code
