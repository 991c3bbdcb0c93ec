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
    from controller.journal.folder import find_run
    from controller.journal.journal import JournalError
    from tui.run_text import run_document, run_text

    try:
        summary = find_run(state_folder(), arguments.run).summary()
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    if arguments.format == "json":
        put_json(run_document(summary))
    else:
        put(run_text(summary, wants_colour(sys.stdout)))
    return DONE
