"""The text of an intent in its file: read whole, and written whole, unless somebody else has written it meanwhile.

Law: nothing that another has written is lost without having been seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cellwright.file_bytes import read_regular
from cellwright.rewriting import rewrite
from intentlang.source import MAX_BYTES, decode_source


@dataclass(frozen=True, slots=True)
class OnDisk:
    """`name` as the run named it; `text` as it was when it was last read or written here."""

    name: str
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The file is not what was read: `now` is what another has made of it."""

    now: OnDisk


def read_text(name: str, path: Path) -> OnDisk | str:
    """Why not, where it cannot be edited here."""
    try:
        found = read_regular(path, MAX_BYTES)
    except OSError as cause:
        return f"{name}: {(cause.strerror or str(cause)).lower()}"
    decoded = decode_source(name, found.content, found.size)
    if decoded.value is None:
        return f"{name}: {decoded.diagnostics[0].message}"
    return OnDisk(name, path, decoded.value.text)


def write_text(had: OnDisk, text: str) -> OnDisk | Conflict | str:
    """The text as it stands there now, or why it was not written: also what could not be read again."""
    now = read_text(had.name, had.path)
    if isinstance(now, str):
        return f"not saved: {now}"
    if now.text != had.text:
        return Conflict(now)
    try:
        rewrite(had.path, text, MAX_BYTES)
    except OSError as cause:
        return f"not saved: {had.name}: {(cause.strerror or str(cause)).lower()}"
    return OnDisk(had.name, had.path, text)
