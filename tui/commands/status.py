"""What is going on, or how a run ended, and what is next; the newest run where none is named. Where its controller says nothing,
that too."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Final

from tui.arguments import add_json
from tui.exit_codes import DONE, USAGE
from tui.speech import printable, put, put_json, refuse, say, wants_colour

if TYPE_CHECKING:
    from cell.run import RunSummary
    from controller.journal.folder import RunFolder

ANSWERS_WITHIN: Final = 2.0  # s; a controller looks at its terminals every fifth of one


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.folders import state_folder
    from controller.journal.journal import JournalError
    from tui.after_watching import what_is_next
    from tui.chosen_run import chosen
    from tui.run_text import run_document, run_text

    try:
        summary, unheard, waits = chosen(state_folder(), arguments.run, _looked_at)
    except JournalError as cause:
        return refuse(str(cause), USAGE)
    if arguments.format == "json":
        put_json(run_document(summary) | ({} if unheard is None else {"unheard_s": unheard}))
    else:
        put(run_text(summary, wants_colour(sys.stdout)))
        say(_unheard(summary, unheard) if unheard is not None else waits or f"Next: {what_is_next(summary)}")
    return DONE


def _looked_at(folder: RunFolder) -> tuple[RunSummary, float | None, str | None]:
    """What it has come to; s since its controller has written anything, where it does not answer now; where it waits for somebody
    to confirm it. Raises JournalError."""
    from cellwright.one_controller import awaited
    from cellwright.service import is_heard

    summary = folder.summary()
    if summary.pid is None or is_heard(folder, ANSWERS_WITHIN) or folder.pid() is None:
        waits = awaited(folder)
        return summary, None, None if waits is None else printable(f"{waits.message}; {waits.help}")
    return summary, round(max(0.0, time.time() - folder.written()), 1), None


def _unheard(summary: RunSummary, seconds: float) -> str:
    return (
        f"Its controller (process {summary.pid}) does not answer, and has written nothing for {seconds:.0f} s: what is told here "
        "is of then, and nobody supervises the cell. `ask stop` is taken when it wakes; until then: the e-stop circuit."
    )
