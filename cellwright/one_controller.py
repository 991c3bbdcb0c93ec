"""Whether somebody controls a run, and what only one of those who go on with it can lock."""

from __future__ import annotations

from cell.diagnostic import Diagnostic, error
from controller.journal.folder import RunFolder


def run_key(folder: RunFolder) -> str:
    """What only one of those who go on with a run can lock."""
    return str(folder.path.resolve())


def alive(folder: RunFolder) -> Diagnostic | None:
    """Why nothing is to be resumed: somebody controls the run."""
    pid = folder.pid()
    if pid is None:
        return None
    return error("R763", f"run {folder.id} has a controller that lives, process {pid}", help="Nothing is to be resumed.")
