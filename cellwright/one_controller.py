"""Whether somebody controls a run, and what only one of those who go on with it can lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cell.diagnostic import Diagnostic, error
from controller.journal.folder import RunFolder
from controller.run_state import STOPPED

if TYPE_CHECKING:
    from cellwright.cell_lock import Holder


def run_key(folder: RunFolder) -> str:
    """What only one of those who go on with a run can lock."""
    return str(folder.path.resolve())


def alive(folder: RunFolder) -> Diagnostic | None:
    """Why nothing is to be resumed: somebody controls the run."""
    pid = folder.pid()
    if pid is None:
        return None
    help_ = f"nothing is to be taken over: `cellwright attach {folder.id}` watches it, and answers a hold"
    return error("R763", f"run {folder.id} has a controller that lives, process {pid}", help=help_)


def awaited(folder: RunFolder) -> Diagnostic | None:
    """That somebody is about to go on with the run: who looks at it is no controller of it before that is confirmed."""
    if folder.pid() is not None:
        return None
    from cellwright.cell_lock import holder

    held = holder(folder.path.parent.parent, (run_key(folder),))
    over = folder.kept()
    if held is None or (over is not None and over.state not in STOPPED) or held.pid == folder.ended_by():
        return None  # it has just come to its end
    return waits(folder, held)


def waits(folder: RunFolder, by: Holder) -> Diagnostic:
    text = f"run {folder.id} waits at another terminal (`cellwright resume`, process {by.pid}) for somebody to confirm it there"
    return error("R757", text, help="confirm it there, or say no: then it is as it was")
