"""What a bad disk, or a torn copy, did to a journal: where its last whole event is, and whether more was once kept behind it.

Law: whole events before the damage are told, and nothing behind it. An event is whole when its row can be read, follows the one
before and has the sum that it was written with. A transaction that was never finished is no damage: nothing followed from it.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from cell.dataclass import dataclass
from controller.journal.rows import FIRST_SUM, Row, chained

CODE = "R743"
TORN = "torn"
"""Under which a copy of an older journal says why it ends where it does."""


@dataclass(frozen=True, slots=True)
class Damage:
    """`after` is the number of the last whole event, 0 for none."""

    after: int
    why: str

    @property
    def text(self) -> str:
        return f"{CODE}: the journal is damaged behind event {self.after} ({self.why}); nothing behind it is told"


class Torn(Exception):
    """Where reading ends."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(damage.text)
        self.damage = damage


def whole_rows(connection: sqlite3.Connection, after: int = 0) -> Iterator[Row]:
    """The rows behind number `after`, each of them whole. Raises Torn where the next one is not."""
    before = after
    total = _sum_of(connection, after)
    rows = connection.execute("SELECT seq, at, kind, body, sum FROM events WHERE seq > ? ORDER BY seq", (after,))
    while True:
        try:
            found = next(rows, None)
        except sqlite3.DatabaseError as cause:
            raise Torn(Damage(before, str(cause))) from cause
        if found is None:
            return
        row = Row(*found[:4])
        if row.seq != before + 1:
            raise Torn(Damage(before, f"the next one has number {row.seq}"))
        total = chained(total, row)
        if total != found[4]:
            raise Torn(Damage(before, "the next one is not as it was written"))
        before = row.seq
        yield row


def picked_rows(connection: sqlite3.Connection, kinds: Sequence[str], newest_first: bool) -> Iterator[Row]:
    """The rows of these kinds, each as it was written behind the one before it. Raises Torn at one that is not."""
    order, marks = "DESC" if newest_first else "ASC", ", ".join("?" * len(kinds))
    found = connection.execute(
        "SELECT e.seq, e.at, e.kind, e.body, e.sum, b.sum FROM events AS e LEFT JOIN events AS b ON b.seq = e.seq - 1"
        f" WHERE e.kind IN ({marks}) ORDER BY e.seq {order}",
        tuple(kinds),
    )
    try:
        for *of, total, before in found:
            row = Row(*of)
            first = FIRST_SUM if row.seq == 1 else before
            if first is None or total != chained(first, row):
                raise Torn(Damage(row.seq - 1, "the next one is not as it was written"))
            yield row
    except sqlite3.DatabaseError as cause:
        raise Torn(Damage(0, str(cause))) from cause


def damage_of(connection: sqlite3.Connection, path: Path) -> Damage | None:
    """Reads every row. `path` is the database, whose log lies beside it."""
    last = 0
    try:
        for row in whole_rows(connection):
            last = row.seq
    except Torn as torn:
        return torn.damage
    for (why,) in connection.execute("SELECT value FROM about WHERE key = ?", (TORN,)):
        return Damage(last, why)
    if (why := _unsound(connection)) is not None:
        return Damage(last, why)
    return Damage(last, "what was kept behind it in the log cannot be read") if _is_lost_in_log(path) else None


def _unsound(connection: sqlite3.Connection) -> str | None:
    """What SQLite finds wrong with its own pages: one that counts fewer rows than it has shows in no row."""
    try:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as cause:
        return str(cause)
    return None if found == "ok" else str(found).splitlines()[-1]


def _sum_of(connection: sqlite3.Connection, seq: int) -> int:
    if seq == 0:
        return FIRST_SUM
    try:
        found = connection.execute("SELECT sum FROM events WHERE seq = ?", (seq,)).fetchone()
    except sqlite3.DatabaseError as cause:
        raise Torn(Damage(seq, str(cause))) from cause
    if found is None:
        raise Torn(Damage(seq, "it is missing"))
    return int(found[0])


# --- the log -------------------------------------------------------------------------------------------------------------
# https://www.sqlite.org/fileformat2.html section 4 and https://www.sqlite.org/walformat.html section 2: a header of 32 bytes with
# the page size at 8 and two salts at 16; then frames, a header of 24 bytes and a page each. In a frame's header stand at 4 the
# size of the database after a commit, 0 without one, and at 8 the salts. The index has at 16 the number of the last whole frame.

_HEADER, _FRAME, _INDEX = 32, 24, 16


def _is_lost_in_log(path: Path) -> bool:
    """Whether a commit lies in the log behind the last frame that SQLite takes for whole: a bit of an earlier one was turned."""
    try:
        log = Path(f"{path}-wal").read_bytes()
        (whole,) = struct.unpack_from("=I", Path(f"{path}-shm").read_bytes(), _INDEX)
    except (OSError, struct.error):
        return False
    if len(log) < _HEADER:
        return False
    (page,) = struct.unpack_from(">I", log, 8)
    salts = log[16:24]
    starts = range(_HEADER + whole * (_FRAME + page), len(log) - _FRAME - page + 1, _FRAME + page)
    return any(log[start + 8 : start + 16] == salts and log[start + 4 : start + 8] != b"\0\0\0\0" for start in starts)
