"""The runs on record, newest first."""

from __future__ import annotations

import argparse

from tui.arguments import add_json
from tui.exit_codes import DONE
from tui.speech import put, put_json, say


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.folder import summaries
    from tui.run_text import run_document, runs_text

    found = summaries(state_folder())
    if arguments.format == "json":
        put_json({"runs": [run_document(summary) for summary in found]})
    elif found:
        put(runs_text(found))
    else:
        say(f"There are no runs in {state_folder()}.")
    return DONE
