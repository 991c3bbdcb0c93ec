"""The journal: every event of a run, in order, on disk before what it leads to goes out.

Law: append only; one transaction for an observation with all its conclusions; a transaction that commands follow, or that holds
an outcome, is on the disk itself (synchronous FULL) when `append` returns. Everything else survives the death of the process
at once and of the machine at the next such transaction. SQLite in WAL mode, so that readers never wait and never block.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cell.codec import canonical
from cell.events import Event
from cell.motion_plan import MotionPlan
from cell.plan_file import read_plan, write_plan
from controller.journal.rows import Row, event_of, row_of, snapshot_of, state_of
from controller.run_state import RunState

SCHEMA_VERSION = 1
SNAPSHOT_EVERY = 1000
FILE = "journal.sqlite"


class JournalError(Exception):
    """The folder holds no journal that can be read; `code` is R724."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = "R724"


@contextmanager
def legible(path: Path) -> Iterator[None]:
    """Whatever fails in reading `path` is a JournalError: another version may have written anything, and so may a bad disk. One
    run that cannot be read must not stand in the way of the others."""
    try:
        yield
    except JournalError:
        raise
    except Exception as cause:
        why = f"{type(cause).__name__}: {cause!s:.200}"
        raise JournalError(f"{path} is damaged or was written by another version: {why}") from cause


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """A full disk, or one that fails, is the world's: OSError, as for every other file."""
    try:
        yield
    except sqlite3.OperationalError as cause:
        number = errno.ENOSPC if cause.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(number, str(cause), str(path)) from cause


class Journal(Protocol):
    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        """Keeps `events`; `state` is the one after the last of them."""

    def keep_plan(self, plan: MotionPlan) -> None:
        """Before the event that names it."""

    def close(self) -> None: ...


class MemoryJournal:
    """For rehearsals: the events themselves, nothing else."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        self.events.extend(events)

    def keep_plan(self, plan: MotionPlan) -> None:
        pass

    def close(self) -> None:
        pass


class DiskJournal:
    """Writes `journal.sqlite` and `plan-<id>.json` in `folder`, which exists. One writer. Raises OSError where the disk takes no
    more."""

    def __init__(self, folder: Path, run_id: str) -> None:
        self._folder = folder
        with writable(folder / FILE):
            self._open(run_id)

    def _open(self, run_id: str) -> None:
        self._connection = sqlite3.connect(self._folder / FILE, isolation_level=None, check_same_thread=False)
        self._next = 1
        self._since_snapshot = 0
        execute = self._connection.execute
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        self._is_full = True
        self._connection.executescript((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        execute("INSERT INTO about VALUES ('schema', ?), ('run', ?)", (str(SCHEMA_VERSION), run_id))

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        if not events:
            return
        with writable(self._folder / FILE):
            self._append(events, state, is_durable)

    def _append(self, events: Sequence[Event], state: RunState, is_durable: bool) -> None:
        self._synchronous(is_durable)
        rows = [row_of(self._next + i, event) for i, event in enumerate(events)]
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", [(r.seq, r.at, r.kind, r.body) for r in rows])
        self._next += len(rows)
        self._since_snapshot += len(rows)
        if self._since_snapshot >= SNAPSHOT_EVERY:
            execute("INSERT INTO snapshots VALUES (?, ?)", (self._next - 1, snapshot_of(state)))
            self._since_snapshot = 0
        execute("COMMIT")

    def keep_plan(self, plan: MotionPlan) -> None:
        path = plan_path(self._folder, plan.plan_id)
        if not path.exists():
            new = path.with_suffix(".new")
            new.write_text(write_plan(plan), encoding="utf-8")
            new.replace(path)

    def close(self) -> None:
        self._connection.close()

    def _synchronous(self, is_full: bool) -> None:
        if is_full is not self._is_full:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if is_full else 'NORMAL'}")
            self._is_full = is_full


class StoredJournal:
    """Reads what a run left, also one that was killed. Raises JournalError when there is nothing to read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plans: dict[str, MotionPlan] = {}
        path = folder / FILE
        if not path.is_file():
            raise JournalError(f"{folder} holds no journal")
        self._connection = sqlite3.connect(path)
        with legible(path):
            about = dict(self._connection.execute("SELECT key, value FROM about"))
        if about.get("schema") != str(SCHEMA_VERSION):
            raise JournalError(f"{path} has version {about.get('schema')}, this program reads {SCHEMA_VERSION}")

    def events(self, after: int = 0) -> Iterator[Event]:
        """All events behind number `after`, in order. Raises JournalError."""
        with legible(self._folder / FILE):
            for row in self._connection.execute("SELECT seq, at, kind, body FROM events WHERE seq > ? ORDER BY seq", (after,)):
                yield event_of(Row(*row), self.plan)

    def bodies(self, after: int, most: int) -> list[tuple[int, str]]:
        """At most so many events behind number `after`, as numbers and texts. Raises JournalError."""
        with legible(self._folder / FILE):
            rows = self._connection.execute("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, most))
            return [(seq, body) for seq, body in rows]

    def snapshot(self, up_to: int | None = None) -> tuple[int, RunState] | None:
        """The newest snapshot (not behind event `up_to`) with the number of the event that it follows. Raises JournalError."""
        with legible(self._folder / FILE):
            return self._snapshot(up_to)

    def _snapshot(self, up_to: int | None) -> tuple[int, RunState] | None:
        found = self._connection.execute(
            "SELECT seq, body FROM snapshots WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (up_to if up_to is not None else 2**62,)
        ).fetchone()
        return (found[0], state_of(found[1], self.plan)) if found is not None else None

    def plan(self, plan_id: str) -> MotionPlan:
        """A plan of this run, unreleased again. Raises JournalError when it is missing or is not what its name says."""
        if plan_id not in self._plans:
            path = plan_path(self._folder, plan_id)
            if not path.is_file():
                raise JournalError(f"{path} is missing")
            outcome = read_plan(path.read_text(encoding="utf-8"), str(path))
            if outcome.value is None or outcome.value.plan_id != plan_id:
                raise JournalError(f"{path} is not the plan that the journal names")
            self._plans[plan_id] = outcome.value
        return self._plans[plan_id]

    def close(self) -> None:
        self._connection.close()


def plan_path(folder: Path, plan_id: str) -> Path:
    return folder / f"plan-{plan_id}.json"


def same(a: Event, b: Event) -> bool:
    """Whether two events are the same to a reader of the journal."""
    return canonical_row(a) == canonical_row(b)


def canonical_row(event: Event) -> str:
    return canonical(row_of(0, event).body)
