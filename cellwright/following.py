"""Which run has begun in a cell after another one: whoever goes on with that would go by what is no longer so.

A simulated world is each run's own, so only runs of real devices follow one another.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile

from cell.events import RunOpened
from cellwright.begun import Begun, read_begun
from controller.journal.folder import RunFolder, run_folders
from controller.journal.journal import JournalError


def followed_by(folder: RunFolder, begun: Begun, opened: RunOpened) -> RunFolder | None:
    """The newest run that has begun since in the same cell, or with a device of it; None where none has. A cell whose file was
    changed in between, and put back, has been worked in all the same."""
    later = takewhile(lambda other: other.id != folder.id, run_folders(folder.path.parent.parent))
    return next((other for other in later if _shares(other, begun, opened)), None)


def _shares(other: RunFolder, begun: Begun, opened: RunOpened) -> bool:
    since = read_begun(other.path)
    if since is None or since.is_simulated:
        return False
    return not set(since.drives).isdisjoint(begun.drives) or _revision(other) == opened.cell_revision


def _revision(folder: RunFolder) -> str | None:
    with suppress(JournalError):
        journal = folder.journal()
        try:
            return next((e.cell_revision for e in journal.of_kinds(RunOpened.__name__) if isinstance(e, RunOpened)), None)
        finally:
            journal.close()
    return None
