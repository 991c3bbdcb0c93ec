"""What a command that has watched a run says at last, and its exit code: `run`, `attach` and `resume` end alike."""

from __future__ import annotations

import argparse
import sys

from cell.run import RunSummary
from tui.exit_codes import DONE, HELD
from tui.run_text import run_document, run_exit_code, run_text
from tui.speech import printable, put, put_json, say, wants_colour


def said_at_last(summary: RunSummary, arguments: argparse.Namespace, record: str | None = None, is_left: bool = False) -> int:
    """`record`: where the simulated world keeps its own. `is_left`: somebody wanted the run to be left to itself."""
    if arguments.format == "json":
        put_json(run_document(summary))
    else:
        put(run_text(summary, wants_colour(sys.stdout)))
    if record is not None:
        say(f"The simulated world's own record: {printable(record)}")
    say(f"Next: {what_is_next(summary)}")
    if summary.pid is not None:
        return DONE if is_left else HELD
    return run_exit_code(summary, arguments.strict)


def what_is_next(summary: RunSummary) -> str:
    """For whoever has seen how the run stands, or how it ended."""
    name = printable(summary.run_id)
    if summary.pid is not None:
        return f"cellwright attach {name}"
    return (f"cellwright resume {name} goes on with it; " if _may_go_on(summary) else "") + f"cellwright report {name}"


def _may_go_on(summary: RunSummary) -> bool:
    """Stopped, or left by its controller; and its cell is there."""
    from cellwright.begun import read_begun
    from cellwright.folders import state_folder
    from controller.journal.folder import run_path
    from controller.run_state import STOPPED

    is_left = summary.state in (*STOPPED, "Interrupted")
    begun = read_begun(run_path(state_folder(), summary.run_id)) if is_left else None
    return begun is not None and begun.is_left_behind
