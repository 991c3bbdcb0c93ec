"""Writes a run's journal: `journal.sqlite` and a file for each plan. One writer, who waits for the disk.

Law: append only; one transaction for each `append`, and either all of it is kept or nothing. One that commands follow, or that
holds an outcome, is on the disk itself (synchronous FULL) when `append` returns; any other survives the death of the process at
once and of the machine at the next such one. SQLite in WAL mode, so that readers never wait and never block.

Space for what has to be said at the end is set aside in the write-ahead log itself: SQLite appends to that file and, when its
pages have been brought into the database, begins again at its start, so blocks beyond its last page stay ours whoever else fills
the disk. It is looked after by `make_room`, which is where a full disk shows before it keeps anything from being written.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

from cell.events import Event
from cell.motion_plan import MotionPlan
from cell.plan_file import write_plan
from controller.journal.journal import FILE, DamagedJournal, StoredJournal, plan_path
from controller.journal.rows import FIRST_SUM, Row, chained, row_of, snapshot_of, snapshot_sum
from controller.journal.versions import VERSION, bring_up, create
from controller.run_state import RunState

SNAPSHOT_EVERY = 1000
PAGE = 4096  # bytes, as SQLite has it
LOG = 256  # pages of the write-ahead log that may wait to be brought into the database
RESERVE = 256  # pages of it for what is still to be said when they cannot


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """A full disk, or one that fails, is the world's: OSError, as for every other file."""
    try:
        yield
    except sqlite3.OperationalError as cause:
        number = errno.ENOSPC if cause.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(number, str(cause), str(path)) from cause


class DiskJournal:
    """Writes in `folder`, which exists; goes on behind the last event of a run that `is_resumed`. Raises OSError where the disk
    takes no more; what was refused may be tried again. Raises JournalError for a run that cannot be gone on with."""

    def __init__(self, folder: Path, run_id: str, *, is_resumed: bool = False) -> None:
        self._folder = folder
        self._kept = 0
        self._sum = FIRST_SUM
        self._since_snapshot = 0
        self._log = 0
        if is_resumed:
            _refuse_damaged(folder)
        with writable(folder / FILE):
            self._connection = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
            self._open(run_id, is_resumed)

    def _open(self, run_id: str, is_resumed: bool) -> None:
        execute = self._connection.execute
        execute(f"PRAGMA page_size = {PAGE}")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA wal_autocheckpoint = 0")
        execute("PRAGMA synchronous = FULL")
        self._is_full = True
        if is_resumed:
            bring_up(self._connection)
            found = execute("SELECT seq, sum FROM events ORDER BY seq DESC LIMIT 1").fetchone()
            self._kept, self._sum = found if found is not None else (0, FIRST_SUM)
        else:
            create(self._connection)
            execute("INSERT INTO about VALUES ('schema', ?), ('run', ?)", (str(VERSION), run_id))
        self.make_room()

    @property
    def kept(self) -> int:
        """How many events are written."""
        return self._kept

    @property
    def is_log_long(self) -> bool:
        return self._log >= LOG

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool, may_rest: bool = True) -> None:
        """`state` is the one after the last of `events`. `may_rest`: a snapshot of it may be written besides."""
        if not events:
            return
        rows = [row_of(self._kept + 1 + i, event) for i, event in enumerate(events)]
        has_snapshot = may_rest and self._since_snapshot + len(rows) >= SNAPSHOT_EVERY
        snapshot = snapshot_of(state) if has_snapshot else ""
        with writable(self._folder / FILE), self._transaction(is_durable):
            sums = self._insert(rows)
            if has_snapshot:
                snapshot_row = (rows[-1].seq, snapshot, snapshot_sum(rows[-1].seq, snapshot))
                self._connection.execute("INSERT INTO snapshots VALUES (?, ?, ?)", snapshot_row)
        self._kept, self._sum = self._kept + len(rows), sums[-1]
        self._since_snapshot = 0 if has_snapshot else self._since_snapshot + len(rows)
        self._log += 3 + (sum(len(row.body) for row in rows) + len(snapshot)) // (PAGE // 2)

    def _insert(self, rows: Sequence[Row]) -> list[int]:
        """The sum of each row."""
        sums = list(accumulate(rows, chained, initial=self._sum))[1:]
        written = [(row.seq, row.at, row.kind, row.body, total) for row, total in zip(rows, sums, strict=True)]
        self._connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", written)
        return sums

    def make_room(self) -> None:
        """Brings the log into the database and sets its space aside again."""
        with writable(self._folder / FILE):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._log = 0
        file = os.open(self._folder / f"{FILE}-wal", os.O_RDWR)
        try:
            os.posix_fallocate(file, 0, (LOG + RESERVE) * PAGE)
        finally:
            os.close(file)

    def keep_plan(self, plan: MotionPlan) -> None:
        """On the disk when it returns."""
        if not plan_path(self._folder, plan.plan_id).exists():
            keep_text(self._folder, plan.plan_id, write_plan(plan))

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _transaction(self, is_full: bool) -> Iterator[None]:
        if is_full is not self._is_full:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if is_full else 'NORMAL'}")
            self._is_full = is_full
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _refuse_damaged(folder: Path) -> None:
    """What was lost may have told of commands that went out."""
    stored = StoredJournal(folder)
    damage = stored.damage()
    stored.close()
    if damage is not None:
        raise DamagedJournal(damage.text)


def keep_text(folder: Path, plan_id: str, text: str) -> None:
    """The plan of that id, as a file of the run: on the disk when it returns, and whole or not there. Raises OSError."""
    path = plan_path(folder, plan_id)
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """So that a new name in it survives the machine."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
