"""A readable account of a run, read from its journal alone; the newest run where none is named."""

from __future__ import annotations

import argparse

from tui.arguments import unbuilt_asked
from tui.exit_codes import DONE, USAGE
from tui.speech import printable, put, refuse


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    parser.add_argument("-o", "--output", metavar="OUT", help="not built yet")
    parser.set_defaults(unbuilt=("output",))


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.folder import find_run
    from controller.journal.journal import JournalError
    from controller.journal.report import report
    from tui.busy_text import busy_lines

    if (refusal := unbuilt_asked(arguments)) is not None:
        return refuse(refusal, USAGE)
    try:
        folder = find_run(state_folder(), arguments.run)
        events = folder.events()
        account = report(events, folder.summary())
    except (JournalError, ValueError) as cause:
        return refuse(str(cause), USAGE)
    put("\n".join(printable(line) for line in account.splitlines()))
    busy = list(busy_lines(events))
    if busy:
        put("\n".join(("", "busy, of the time from the first step to the last", *(f"  {line}" for line in busy))))
    return DONE
