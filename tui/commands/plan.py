"""Compiles, schedules, finds the motions, proves, and writes the plan. Without a proof nothing is written.

The plan goes to PLAN, else to the working folder under the intent's name with `.plan`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cellwright.times import lasting
from tui.arguments import add_diagnostic_format, add_planning
from tui.exit_codes import DONE, USAGE
from tui.next_command import next_command
from tui.speech import printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from tui.preparing import Ready


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=".intent file")
    parser.add_argument("-o", "--output", metavar="PLAN", help="where to write the plan")
    parser.add_argument("--report", metavar="OUT", help="write it as a page of one file for a browser too")
    parser.add_argument("--prove", action="store_true", help="list every obligation and assumption of the proof")
    parser.add_argument("--graph", choices=("dot",), help="print the partial order of the steps instead of the figures")
    parser.add_argument(
        "--why", action="store_true", help="where there is no plan, look for the deadline that would do, however long"
    )
    parser.add_argument("--continuous", action="store_true", help="for a run that goes on with what comes")
    add_planning(parser)
    add_diagnostic_format(parser)


def act(arguments: argparse.Namespace) -> int:
    if Path(arguments.file).suffix != ".intent":
        return refuse(f"{arguments.file} is no .intent file; only an intent can be planned", USAGE)
    from cellwright.idle_rules import idle_rules
    from cellwright.near_people import near_people
    from cellwright.open_drivers import missing_drivers
    from cellwright.workshop import open_workshop
    from tui.diagnostics import emit
    from tui.plan_target import names_from, objection, write
    from tui.preparing import asked_of, prepare
    from tui.progress import shown
    from tui.report_target import objection as no_report
    from tui.why_text import emit_refusal

    target = Path(arguments.output or f"{Path(arguments.file).stem}.plan")
    if (problem := objection(target) or (arguments.report and no_report(Path(arguments.report)))) is not None:
        return refuse(problem, USAGE)
    file, cell = names_from(target, arguments.file), arguments.cell and names_from(target, arguments.cell)
    began = time.monotonic()
    with shown() as progress:
        workshop = replace(open_workshop(progress, arguments.jobs), is_thorough=arguments.why)
        prepared = prepare(file, replace(asked_of(arguments), cell=cell), workshop)
    if prepared.ready is None:
        emit_refusal(prepared.diagnostics, prepared.why, arguments.format, prepared.texts)
        return prepared.refusal
    asked = prepared.ready.request
    idle = idle_rules(asked.cell, asked.program, asked.robots)
    found = (*prepared.diagnostics, *missing_drivers(asked.cell), *idle, *near_people(asked.cell, asked.robots))
    # stdout belongs to the plan where it is asked for as JSON.
    emit(found, "text" if arguments.format == "json" else arguments.format, prepared.texts)
    write(prepared.ready.released.motion_plan, target)
    _keep(prepared.ready)
    if arguments.report is not None:
        _report(prepared.ready, arguments.report)
    _show(prepared.ready, arguments)
    say(f"planned and proved in {lasting(time.monotonic() - began)}, written to {printable(str(target))}")
    of_plan = replace(asked_of(arguments), cell=None, seed=0, settings={})  # those the plan knows itself
    say(f"Next: {next_command('simulate', str(target), of_plan)}")
    return DONE


def _keep(ready: Ready) -> None:
    """The plan is written, whatever comes of this."""
    from cellwright.kept_sources import keep_sources

    try:
        keep_sources(ready.released.motion_plan, ready.reading.texts)
    except OSError as cause:
        why = printable(cause.strerror or str(cause))
        say(f"the texts that it was made from are not kept, and `diff` may name no lines: {why}")


def _report(ready: Ready, target: str) -> None:
    from cellwright.report.plan_page import plan_page
    from tui.whole_file import write_whole

    write_whole(plan_page(ready.released, ready.request, ready.reading), Path(target))
    say(f"report written to {printable(target)}; open it in a browser")


def _show(ready: Ready, arguments: argparse.Namespace) -> None:
    from cell.plan_document import plan_document
    from tui.plan_graph import plan_graph
    from tui.plan_text import plan_text

    released = ready.released
    if arguments.graph == "dot":
        put(plan_graph(released.motion_plan))
    elif arguments.format == "json":
        put_json(plan_document(released.motion_plan, released.proof))
    elif arguments.format == "text":
        width = min(110, shutil.get_terminal_size((100, 24)).columns)
        put(plan_text(released, width, wants_colour(sys.stdout), arguments.prove))
