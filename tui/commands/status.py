"""What is going on, or how a run ended; the newest run where none is named."""

from __future__ import annotations

import argparse
import sys

from tui.arguments import add_json
from tui.exit_codes import DONE, USAGE
from tui.speech import put, put_json, refuse, wants_colour


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.folder import RunFolder
    from controller.journal.journal import JournalError
    from tui.chosen_run import chosen
    from tui.run_text import run_document, run_text

    try:
        summary = chosen(state_folder(), arguments.run, RunFolder.summary)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    if arguments.format == "json":
        put_json(run_document(summary))
    else:
        put(run_text(summary, wants_colour(sys.stdout)))
    return DONE
