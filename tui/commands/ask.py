"""Asks the controller of a run for something, and ends when it has said yes or no: for scripts, and for a terminal beside.

hold and resume; stop (orderly), quick-stop, abort (ends now); clear and reset; finish (no more come, so it completes). These are
requests to a controller, not an emergency stop. Without RUN the newest run that lives is meant.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.arguments import add_answers
from tui.exit_codes import DONE, HELD, USAGE
from tui.speech import printable, refuse, say

if TYPE_CHECKING:
    from cell.events import Asked

WORDS: dict[str, Asked] = {
    "hold": "hold", "resume": "resume", "stop": "stop", "quick-stop": "quick stop",
    "abort": "abort", "clear": "clear", "reset": "reset", "finish": "finish",
}  # fmt: skip
PATIENCE = 10.0  # s for an answer


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="WHAT", choices=sorted(WORDS), help=f"one of {', '.join(WORDS)}")
    add_answers(parser)
    parser.add_argument("run", metavar="RUN", nargs="?", help="a run's name, or the beginning of it")


def act(arguments: argparse.Namespace) -> int:
    from cellwright.service import NotReached, attach_to
    from controller.journal.journal import JournalError
    from tui.chosen_run import living

    try:
        run = attach_to(living(arguments.run), "operate")
    except (JournalError, NotReached) as cause:
        return refuse(str(cause), USAGE)
    for question, given in arguments.answer:
        run.answer(question, given)
    try:
        refusal = run.asked(WORDS[arguments.what], PATIENCE)
    except NotReached as cause:
        return refuse(str(cause), USAGE)
    finally:
        run.leave()
    if refusal is not None:
        return refuse(f"run {run.folder.id}: {refusal.code} {refusal.reason}", HELD)
    say(f"Asked run {printable(run.folder.id)}: {WORDS[arguments.what]}. Next: cellwright status {printable(run.folder.id)}")
    return DONE
