"""Where a report goes: never over a file that is none."""

from __future__ import annotations

from pathlib import Path

from tui import own_file

_MARK = b'name="generator" content="cellwright"'
_HEAD = 4096  # bytes in which it stands


def objection(target: Path) -> str | None:
    """Why a report may not go there, in one sentence; asked before it is made."""
    return own_file.objection(target, "report", _is_report)


def _is_report(target: Path) -> bool:
    with target.open("rb") as file:
        return _MARK in file.read(_HEAD)
