"""Versions of a journal's tables, and the way from each to the next. The newest stands in schema.sql.

Law: a journal of every older version is read for ever, through a copy in memory: reading changes no run. A newer one is refused.
A version is new when its tables are, or when something in its rows means something else; an event more is none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from controller.journal.damage import TORN
from controller.journal.rows import FIRST_SUM, Row, chained

VERSION = 2


def create(connection: sqlite3.Connection) -> None:
    """The tables of the newest version."""
    connection.executescript((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))


def bring_up(connection: sqlite3.Connection) -> None:
    """The journal itself to the newest version, in one transaction: its run is gone on with."""
    (version,) = connection.execute("SELECT value FROM about WHERE key = 'schema'").fetchone()
    if int(version) < VERSION:
        newest = migrated(connection, int(version))
        newest.backup(connection)
        newest.close()


def migrated(connection: sqlite3.Connection, version: int) -> sqlite3.Connection:
    """A copy in memory of a journal of an older `version`, as the newest has it; as far as its rows can be read."""
    while version < VERSION:
        connection = _WAYS[version](connection)
        version += 1
    return connection


def _with_sums(old: sqlite3.Connection) -> sqlite3.Connection:
    """1 to 2: each row has a sum. Snapshots are made from the rows again: they had none, and another version's state."""
    new = sqlite3.connect(":memory:", isolation_level=None)
    create(new)
    new.executemany("INSERT INTO about VALUES (?, ?)", [(k, v) for k, v in old.execute("SELECT * FROM about") if k != "schema"])
    new.execute("INSERT INTO about VALUES ('schema', '2')")
    total = FIRST_SUM
    new.execute("BEGIN")
    try:
        for number, found in enumerate(old.execute("SELECT seq, at, kind, body FROM events ORDER BY seq"), start=1):
            if not _is_row(found, number):
                raise sqlite3.DatabaseError(f"row {number} is none")
            total = chained(total, Row(*found))
            new.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", (*found, total))
    except sqlite3.DatabaseError as cause:
        new.execute("INSERT INTO about VALUES (?, ?)", (TORN, str(cause)))
    new.execute("COMMIT")
    return new


def _is_row(found: tuple[object, ...], number: int) -> bool:
    """As far as can be told without a sum: a page that is missing reads as zeros."""
    seq, at, kind, body = found
    is_text = isinstance(kind, str) and isinstance(body, str) and body.startswith("{") and body.endswith("}") and "\0" not in body
    return seq == number and isinstance(at, int) and is_text


_WAYS: Mapping[int, Callable[[sqlite3.Connection], sqlite3.Connection]] = {1: _with_sums}
