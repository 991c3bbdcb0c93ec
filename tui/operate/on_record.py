"""The runs on record of a cell, newest first, and what each came to: read beside the screens, a row as soon as it is known.

Law: none is left out for being damaged, and none opened whose controller lives: that one is among the cells (cells.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePath
from threading import Thread
from typing import Final, Protocol

from cell.dataclass import dataclass
from cell.run import RunSummary
from cellwright.begun import read_begun
from cellwright.start_file import read_start
from controller.attached.messages import Role
from controller.journal.folder import RunFolder, run_folders
from controller.journal.journal import JournalError, legible
from tui.defects import in_short
from tui.operate.source import Source
from tui.run_text import state_words
from tui.speech import count

MOST: Final = 200
"""Of each all of its journal is looked at; older ones have their names: `cellwright runs` lists all."""
GOES_ON: Final = "it goes on: 8 has the runs that do"


@dataclass(frozen=True, slots=True)
class Kept:
    """A run on record. `what` it was made from. `damage`: what is wrong with its journal, "" for nothing; where nothing of it can
    be read there is no `summary`."""

    run_id: str
    what: str
    summary: RunSummary | None
    damage: str = ""


class Listing(Protocol):
    """`rows` are those that are known by now; `note` says of others, "" where there are none."""

    rows: tuple[Kept, ...]
    note: str

    def end(self) -> None:
        """Nobody looks at it any more: no other run is read."""


class Records(Protocol):
    """What the application knows of runs on record."""

    def of_cell(self, run_id: str) -> Listing:
        """Of the cell that this run is in."""

    def opened(self, run_id: str) -> Source | str:
        """Why it cannot be."""


class Archive:
    """Those in a state folder."""

    def __init__(self, state_dir: Path, role: Role) -> None:
        self._state_dir, self._role = state_dir, role

    def of_cell(self, run_id: str) -> CellRecords:
        return CellRecords(self._state_dir, run_id)

    def opened(self, run_id: str) -> Source | str:
        from tui.operate.recorded import RecordedRun

        folder = next((one for one in run_folders(self._state_dir) if one.id == run_id), None)
        if folder is None:
            return "it is not there any more"
        return RecordedRun(folder, role=self._role) if folder.pid() is None else GOES_ON


class CellRecords:
    """Those of one cell, while they are read."""

    def __init__(self, state_dir: Path, run_id: str, *, in_thread: bool = True) -> None:
        self.rows: tuple[Kept, ...] = ()
        self.note = "reading"
        self._state_dir, self._run_id, self._is_ended = state_dir, run_id, False
        self.thread = Thread(target=self._read, name="records", daemon=True)
        if in_thread:
            self.thread.start()
        else:
            self._read()

    def end(self) -> None:
        self._is_ended = True

    def _read(self) -> None:
        """Whatever goes wrong is said: a thread that ends in silence would be reading for ever."""
        try:
            found = iter(self._folders())
            for folder in islice(found, MOST):
                if self._is_ended:
                    return
                self.rows = (*self.rows, kept(folder))
            more = sum(1 for _ in found)
            self.note = f"{more} older: cellwright runs" if more else ""
        except Exception as defect:
            self.note = in_short(defect)

    def _folders(self) -> Iterator[RunFolder]:
        """A run that does not say which cell it was in may have been in this one."""
        folders = list(run_folders(self._state_dir))
        own = next((_cell_file(folder) for folder in folders if folder.id == self._run_id), "")
        for folder in folders:
            if folder.pid() is None and (not own or _cell_file(folder) in ("", own)):
                yield folder


def kept(folder: RunFolder) -> Kept:
    start = read_start(folder).value
    what = "not told" if start is None else "by hand" if start.is_manual else PurePath(start.file).name
    try:
        with legible(folder.path):
            damage = folder.damage()
            return Kept(folder.id, what, folder.summary(), "" if damage is None else damage.text)
    except JournalError as cause:
        return Kept(folder.id, what, None, str(cause))


def came_to(summary: RunSummary) -> str:
    """How it ended, and with how many parts."""
    number = len(summary.parts) + sum(left.count for left in summary.left)
    given_up = f", {summary.goals_skipped} given up" if summary.goals_skipped else ""
    return f"{state_words(summary)}, {summary.goals_met}/{summary.goals_total} goals{given_up}, {count(number, 'part')}"


def _cell_file(folder: RunFolder) -> str:
    """Its real path, as its lock has it; "" where nothing says so."""
    begun = read_begun(folder.path)
    return begun.drives[0] if begun is not None and begun.drives else ""
