"""The journal: every event of a run, in order, on disk before what it leads to goes out.

Law: append only; one transaction for an observation with all its conclusions. The loop hands events over and goes on; what they
lead to goes out when they are kept. `disk.py` writes them, `beside.py` does so beside the loop; here they are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Protocol

from cell.codec import CodecError, canonical
from cell.events import Event, PlanReleased
from cell.motion_plan import MotionPlan
from cell.newest import Newest
from cell.plan_file import read_plan
from controller.journal.damage import CODE, Damage, Torn, damage_of, picked_rows, whole_rows
from controller.journal.rows import event_of, row_of, snapshot_sum, state_of
from controller.journal.versions import VERSION, migrated
from controller.run_state import RunState

NEWER = "R744"
PLANS = 4  # that a reader has at hand
FILE = "journal.sqlite"
SHORT = (sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)  # of a file that was cut off


class JournalError(Exception):
    """The folder holds no journal that can be read; `code` is R724."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = "R724"


class DamagedJournal(JournalError):
    """More was kept than can be read, so the run cannot be gone on with; `code` is R743."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = CODE


class NewerJournal(JournalError):
    """A later version of this program wrote it; `code` is R744."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = NEWER


@contextmanager
def legible(path: Path) -> Iterator[None]:
    """Whatever fails in reading `path` is a JournalError: another version may have written anything, and so may a bad disk. One
    run that cannot be read must not stand in the way of the others. A full disk has damaged nothing; reading wants some room."""
    try:
        yield
    except JournalError:
        raise
    except Exception as cause:
        if isinstance(cause, sqlite3.OperationalError) and _is_of_disk(cause):
            raise JournalError(f"{path} cannot be read now: {cause}; look whether the disk is full") from cause
        raise JournalError(f"{path} is damaged or was written by another version: {_in_words(cause)}") from cause


def _in_words(cause: Exception) -> str:
    """Whoever looks at their runs has to do with files, and not with what Python makes of them."""
    match cause:
        case sqlite3.Error() | CodecError():
            return f"{cause!s:.200}"
        case OSError():
            return (cause.strerror or "it cannot be read").lower()
        case json.JSONDecodeError() | UnicodeDecodeError():
            return "what stands in it is no JSON"
        case KeyError(args=(str(name),)):
            return f"it has no entry `{name:.60}`"
        case _:
            return "an entry of it is not as it was written"


def _is_of_disk(cause: sqlite3.OperationalError) -> bool:
    code = cause.sqlite_errorcode
    return code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and code not in SHORT


class Journal(Protocol):
    """What the loop sees of a journal. Nothing here waits for a disk but `wait` and `close`."""

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        """Takes over `events`; `state` is the one after the last of them."""

    def keep_plan(self, plan: MotionPlan) -> None:
        """Takes over a plan, before the event that names it."""

    def holds(self, plan_id: str) -> bool:
        """Whether that plan is kept, so that an event may name it."""

    def kept(self) -> int:
        """How many events are kept, from the first of the run: what is to follow from them may go out."""

    def trouble(self) -> str:
        """Why it cannot be written as it should; "" while it can."""

    def wait(self, seconds: float) -> bool:
        """Waits at most so many seconds until more is kept; True at once when more is."""

    def close(self) -> None:
        """Waits until all is kept. Raises OSError where the disk takes no more."""


class MemoryJournal:
    """For rehearsals: the events themselves, all or the newest of them, and nothing else. All is kept at once."""

    _forgotten = 0

    def __init__(self, most: int | None = None, hear: Callable[[Event], None] | None = None) -> None:
        """`most`: how many events it can tell of; None: all. A run reads none of them again. `hear` is told each as it comes."""
        self.events: MutableSequence[Event] = [] if most is None else deque(maxlen=most)
        self._hear = hear

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        before = len(self.events)
        self.events.extend(events)
        self._forgotten += before + len(events) - len(self.events)
        if self._hear is not None:
            for event in events:
                self._hear(event)

    def keep_plan(self, plan: MotionPlan) -> None:
        pass

    def holds(self, plan_id: str) -> bool:
        return True

    def kept(self) -> int:
        return self._forgotten + len(self.events)

    def trouble(self) -> str:
        return ""

    def wait(self, seconds: float) -> bool:
        return True

    def close(self) -> None:
        pass


class StoredJournal:
    """Reads what a run left, also one that was killed, and changes nothing. Raises JournalError when there is nothing to read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plans: Newest[str, MotionPlan] = Newest(PLANS)
        self._path = folder / FILE
        if not self._path.is_file():
            raise JournalError(f"{folder} holds no journal")
        self._connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            with legible(self._path):
                self._connection.execute("PRAGMA writable_schema = ON")  # or a file that was cut off is not read at all
                about = dict(self._connection.execute("SELECT key, value FROM about"))
                version = int(about["schema"])
        except JournalError:
            self._connection.close()
            raise
        if version > VERSION:
            self._connection.close()
            raise NewerJournal(f"{NEWER}: {self._path} has version {version}, and this program reads up to {VERSION}")
        self.written_by = version
        if version < VERSION:
            old = self._connection
            with legible(self._path):
                self._connection = migrated(old, version)
            old.close()

    def events(self, after: int = 0) -> Iterator[Event]:
        """All whole events behind number `after`, in order; `damage` tells whether there were more. Raises JournalError."""
        with legible(self._path), suppress(Torn):
            for row in whole_rows(self._connection, after):
                yield event_of(row, self.plan)

    def of_kinds(self, *kinds: str, newest_first: bool = False) -> Iterator[Event]:
        """The whole events of these kinds: a shift has few, and nobody reads all of it to find them. Raises JournalError."""
        with legible(self._path), suppress(Torn):
            for row in picked_rows(self._connection, kinds, newest_first):
                yield event_of(row, self.plan)

    def plans_newest_first(self) -> Iterator[str]:
        """The ids of the plans that were released. Raises JournalError."""
        with legible(self._path), suppress(Torn):
            for row in picked_rows(self._connection, (PlanReleased.__name__,), newest_first=True):
                yield str(json.loads(row.body)["of"]["plan"])

    def bodies(self, after: int, most: int) -> list[tuple[int, str]]:
        """At most so many whole events behind number `after`, as numbers and texts. Raises JournalError."""
        found: list[tuple[int, str]] = []
        with legible(self._path), suppress(Torn):
            for row in islice(whole_rows(self._connection, after), most):
                found.append((row.seq, row.body))
        return found

    def opening(self, up_to: int) -> tuple[int | None, str]:
        """When the run was opened (ns) and which clock that is: that of the controller which told event `up_to`. (None, "")
        where nothing says so. Raises JournalError."""
        with legible(self._path):
            found = self._connection.execute(
                "SELECT coalesce(json_extract(body, '$.opened'), at), json_extract(body, '$.clock') FROM events"
                " WHERE kind IN ('RunOpened', 'RunResumed') AND seq <= ? ORDER BY seq DESC LIMIT 1",
                (up_to,),
            ).fetchone()
        return (None, "") if found is None else (int(found[0]), str(found[1]))

    def of_steps(self, plan: str, up_to: int) -> list[tuple[str, int, str]]:
        """What was told of the steps of that plan up to event `up_to`, in order: which event, when (ns, in the clock of the
        controller which told event `up_to`) and which step. For screens, which draw it: no sum is looked at."""
        found: list[tuple[str, int, str]] = []
        with legible(self._path):
            rows = self._connection.execute(
                "SELECT kind, at, json_extract(body, '$.of.step'), json_extract(body, '$.shift') FROM events"
                " WHERE seq <= ?1 AND (kind = 'RunResumed' OR (kind IN ('PlanReleased', 'StepStarted', 'StepConfirmed',"
                " 'StepFailed', 'StepUnknown') AND json_extract(body, '$.of.plan') = ?2)) ORDER BY seq",
                (up_to, plan),
            )
            for kind, at, step, shift in rows:
                match kind:
                    case "PlanReleased":
                        found.clear()
                    case "RunResumed":
                        found = [(told, when + int(shift), which) for told, when, which in found]
                    case _:
                        found.append((str(kind), int(at), str(step)))
        return found

    def damage(self) -> Damage | None:
        """None where all of it is whole."""
        with legible(self._path):
            return damage_of(self._connection, self._path)

    def snapshot(self, up_to: int | None = None) -> tuple[int, RunState] | None:
        """The newest snapshot (not behind event `up_to`) with the number of the event that it follows; one that is damaged, or
        another version's, is passed over. Raises JournalError."""
        rows = self._connection.execute(
            "SELECT seq, body, sum FROM snapshots WHERE seq <= ? ORDER BY seq DESC", (up_to if up_to is not None else 2**62,)
        )
        while True:
            try:
                found = next(rows, None)
            except sqlite3.DatabaseError:
                return None
            if found is None:
                return None
            seq, body, total = found
            if snapshot_sum(seq, body) != total:
                continue
            try:
                return seq, state_of(body, self.plan)
            except JournalError:
                raise
            except Exception:  # a snapshot is only a shorter way to what the events tell
                continue

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
