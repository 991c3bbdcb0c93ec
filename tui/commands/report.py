"""A readable account of a run, read from its journal alone; the newest run where none is named."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.arguments import unbuilt_asked
from tui.exit_codes import DONE, USAGE
from tui.speech import printable, put, refuse

if TYPE_CHECKING:
    from controller.journal.folder import RunFolder


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("-o", "--output", metavar="OUT", help="not built yet")
    parser.set_defaults(unbuilt=("output",))


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.journal import JournalError
    from tui.chosen_run import chosen

    if (refusal := unbuilt_asked(arguments)) is not None:
        return refuse(refusal, USAGE)
    try:
        account = chosen(state_folder(), arguments.run, _account)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    put(account)
    return DONE


def _account(folder: RunFolder) -> str:
    """Raises JournalError."""
    from controller.journal.journal import legible
    from controller.journal.report import report
    from tui.busy_text import busy_lines

    with legible(folder.path):
        events = folder.events()
        account = report(events, folder.summary())
    lines = [printable(line) for line in account.splitlines()]
    if busy := list(busy_lines(events)):
        lines += ["", "busy, of the time from the first step to the last", *(f"  {line}" for line in busy)]
    return "\n".join(lines)
