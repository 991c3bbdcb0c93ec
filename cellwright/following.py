"""Which run has begun in a cell after another one: whoever goes on with that would go by what is no longer so.

A simulated world is each run's own, so only runs of real devices follow one another.
"""

from __future__ import annotations

from contextlib import suppress

from cell.events import RunOpened
from cellwright.begun import read_begun
from controller.journal.folder import RunFolder, run_folders
from controller.journal.journal import JournalError


def followed_by(folder: RunFolder, opened: RunOpened) -> RunFolder | None:
    """The newest run of the same cell that has begun since; None where none has."""
    later = (other for other in run_folders(folder.path.parent.parent) if other.id > folder.id and _is_real(other))
    return next((other for other in later if _revision(other) == opened.cell_revision), None)


def _is_real(folder: RunFolder) -> bool:
    begun = read_begun(folder.path)
    return begun is not None and not begun.is_simulated


def _revision(folder: RunFolder) -> str | None:
    with suppress(JournalError):
        journal = folder.journal()
        try:
            return next((e.cell_revision for e in journal.of_kinds(RunOpened.__name__) if isinstance(e, RunOpened)), None)
        finally:
            journal.close()
    return None
