"""The runs on record, newest first."""

from __future__ import annotations

import argparse

from tui.arguments import add_json
from tui.exit_codes import DONE
from tui.speech import printable, put, put_json, say


def configure(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.folder import all_runs
    from tui.run_text import run_document, runs_text

    found = all_runs(state_folder())
    if arguments.format == "json":
        told = [{"run_id": run.run_id, "why": run.why} for run in found.unreadable]
        put_json({"runs": [run_document(summary) for summary in found.summaries], **({"unreadable": told} if told else {})})
    elif found.summaries:
        put(runs_text(found.summaries))
    elif not found.unreadable:
        say(f"There are no runs in {state_folder()}.")
    for run in found.unreadable:
        say(printable(f"passed over run {run.run_id}: {run.why}"))
    return DONE
