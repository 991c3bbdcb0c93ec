"""Goes on with a run that its controller has left: shows what is otherwise than it was, asks what nobody can tell, asks for a
confirmation, and goes on in the same journal. The newest run where none is named.

Nothing moves before the confirmation, and who says no changes nothing. --yes goes on without it where no question is open. Behind
it the controller is a process of its own, as that of `run` is.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tui.arguments import add_answers, add_jobs, add_json, add_orders
from tui.exit_codes import DRIVER, HELD, INTERRUPTED, PROBLEM, USAGE
from tui.speech import printable, put_json, refuse, say

if TYPE_CHECKING:
    from cell.diagnostic import Diagnostic
    from cellwright.service import Run
    from controller.journal.journal import JournalError

CODES = {"R742": USAGE, "R743": USAGE, "R757": USAGE, "R762": USAGE, "R763": USAGE, "R764": DRIVER, "R765": USAGE}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("--yes", action="store_true", help="do not ask before the first motion")
    add_answers(parser)
    add_orders(parser)
    add_jobs(parser)
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal was given up")
    parser.add_argument("--wait", action="store_true", help="wait in a hold, also where nobody can be asked")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cell.diagnostic import Diagnostic
    from cellwright.folders import state_folder
    from cellwright.service import NotBegun
    from cellwright.taking_up import taken_up
    from controller.journal.folder import find_run
    from controller.journal.journal import JournalError

    try:
        folder = find_run(state_folder(), arguments.run)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    try:
        folder.journal().close()
    except JournalError as cause:
        return refuse(str(cause) if arguments.run is not None else _not_passed_over(folder.id, cause), USAGE)
    run = taken_up(folder, arguments.jobs)
    if isinstance(run, Diagnostic):
        return _refused((run,))
    try:
        return _settled(run, arguments)
    except NotBegun as cause:
        if cause.diagnostics:
            return _refused(cause.diagnostics)
        say("Nothing was moved.")
        return HELD
    finally:
        run.leave()


def _not_passed_over(newest: str, cause: JournalError) -> str:
    """An older run would begin where the cell has not stood since."""
    return f"run {newest}, the newest, is not passed over: {cause}; to go on with an older one, name it (`cellwright runs`)"


def _settled(run: Run, arguments: argparse.Namespace) -> int:
    from cellwright.service import ControllerEnded
    from tui.after_watching import said_at_last
    from tui.confirming import Confirming
    from tui.orders_again import looked_at_again
    from tui.resume_text import resume_document
    from tui.watching import Watching, ended_badly

    is_attended = sys.stdin.isatty() and sys.stderr.isatty()
    name = run.folder.id
    try:
        refused = Confirming(run, name, dict(arguments.answer), arguments.yes, is_attended).to_an_end()
        if refused is not None:
            run.give_up()
            if arguments.format == "json":
                put_json(resume_document(name, refused))
            say(f"Nothing was moved; run {printable(name)} is as it was." + ("" if is_attended else " Give --yes to go on."))
            return HELD
        orders = looked_at_again(run.folder, arguments.orders)
        summary = Watching(run, is_attended, arguments.wait, orders, is_confirmed=True).to_the_end()
    except ControllerEnded as cause:
        return ended_badly(cause)
    return INTERRUPTED if summary is None else said_at_last(summary, arguments)


def _refused(diagnostics: tuple[Diagnostic, ...]) -> int:
    from tui.diagnostics import emit

    emit(diagnostics, "text", {})
    return next((CODES[d.code] for d in diagnostics if d.code in CODES), PROBLEM)
