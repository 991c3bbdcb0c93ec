"""A readable account of a run, read from its journal and its recording alone; the newest run where none is named.

With -o a page of one file for a browser, which asks for nothing from outside.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.arguments import add_json
from tui.exit_codes import DONE, USAGE
from tui.speech import printable, put, put_json, refuse, say

if TYPE_CHECKING:
    from cell.motion_plan import Motion, MotionPlan
    from controller.journal.fidelity import MotionRun
    from controller.journal.folder import RunFolder
    from tui.comparison_text import Account


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("--against", metavar="RUN", help="compare its motions and cycle time with those of another run")
    parser.add_argument("-o", "--output", metavar="OUT", help="write it as a page of one file for a browser")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.journal import JournalError
    from tui.chosen_run import chosen

    if arguments.output is not None:
        return _page(arguments)
    is_json = arguments.format == "json"
    try:
        if arguments.against is not None:
            other = chosen(state_folder(), arguments.against, _compared_account)
            compared = chosen(state_folder(), arguments.run, lambda folder: _compared(folder, other, is_json))
            put(compared) if isinstance(compared, str) else put_json(compared)
        elif is_json:
            put_json(chosen(state_folder(), arguments.run, _document))
        else:
            put(chosen(state_folder(), arguments.run, _account))
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    return DONE


def _page(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.journal import JournalError
    from tui.chosen_run import chosen
    from tui.report_target import objection
    from tui.whole_file import write_whole

    target = Path(arguments.output)
    if arguments.against is not None or arguments.format == "json":
        return refuse("-o writes a page of one run; --against and --format json go without it", USAGE)
    if (problem := objection(target)) is not None:
        return refuse(problem, USAGE)
    try:
        made = chosen(state_folder(), arguments.run, _page_of)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    write_whole(made, target)
    say(f"written to {printable(arguments.output)}; open it in a browser")
    return DONE


def _page_of(folder: RunFolder) -> str:
    """Raises JournalError."""
    from cellwright.report.of_run import run_record
    from cellwright.report.page import run_page
    from cellwright.workshop import open_workshop
    from controller.journal.journal import legible
    from tui.event_text import event_line

    _tell_damage(folder)
    with legible(folder.path):
        return run_page(run_record(folder, event_line, open_workshop(lambda stage, done, of: None, processes=1)))


def _tell_damage(folder: RunFolder) -> bool:
    """Whether the journal is whole; where it is not that is told. Raises JournalError."""
    if (damage := folder.damage()) is not None:
        say(printable(damage.text))
    return damage is None


def _account(folder: RunFolder) -> str:
    """Raises JournalError."""
    from controller.journal.journal import legible
    from controller.journal.report import report
    from tui.busy_text import Busy
    from tui.fidelity_text import fidelity_lines

    is_whole = _tell_damage(folder)
    busy = Busy()
    with legible(folder.path):
        account = report(busy.passing(folder.each_event()), folder.summary())
    lines = [printable(line) for line in account.splitlines()]
    if shares := list(busy.lines()):
        lines += ["", "busy, of the time from the first step to the last", *(f"  {line}" for line in shares)]
    if motions := list(fidelity_lines(folder.id, _motions(folder, is_whole))):
        lines += ["", *motions]
    return "\n".join(lines)


def _document(folder: RunFolder) -> dict[str, Any]:
    """Raises JournalError."""
    from controller.tally import figures_of
    from tui.fidelity_text import motion_documents
    from tui.figure_document import figure_document
    from tui.run_text import run_document

    is_whole = _tell_damage(folder)
    figures = figure_document(figures_of(folder.each_event()))
    return {**run_document(folder.summary()), "figures": figures, "motions": motion_documents(_motions(folder, is_whole))}


def _compared_account(folder: RunFolder) -> Account:
    """Raises JournalError."""
    from tui.comparison_text import Account

    return Account(folder.id, folder.summary().makespan_s, _motions(folder, _tell_damage(folder)))


def _compared(folder: RunFolder, other: Account, is_json: bool) -> str | dict[str, Any]:
    """Raises JournalError."""
    from tui.comparison_text import comparison_document, comparison_lines

    one = _compared_account(folder)
    return comparison_document(one, other) if is_json else "\n".join(comparison_lines(one, other))


def _motions(folder: RunFolder, is_whole: bool) -> tuple[MotionRun, ...]:
    """As its recording has them; none where there is no recording. Raises JournalError."""
    from cellwright.tool_points import tool_points
    from cellwright.workshop import open_workshop
    from controller.journal.fidelity import motions_run
    from controller.journal.recording import read_recording

    if not folder.recordings():
        return ()
    known: dict[str, Motion] = {}
    first: MotionPlan | None = None
    for plan in plans_on_record(folder, is_whole):
        first = first or plan
        known |= plan.motions
    if first is None:
        return ()
    points = tool_points(first, open_workshop(lambda what, over, of: None, processes=1))
    samples = (sample for recording in folder.recordings() for sample in read_recording(recording))
    return motions_run(samples, known, points or (lambda motion: None))


def plans_on_record(folder: RunFolder, is_whole: bool) -> Iterator[MotionPlan]:
    """In the order in which they were released. Of a journal that is damaged those of its whole events: what finds them faster
    may be damaged as well. Raises JournalError."""
    from cell.events import PlanReleased

    if is_whole:
        yield from folder.plans()
        return
    for event in folder.each_event():
        if isinstance(event, PlanReleased) and event.plan is not None:
            yield event.plan
