"""Where a report goes: never over a file that is none."""

from __future__ import annotations

import stat
from pathlib import Path

from tui.plan_target import no_room

_MARK = b'name="generator" content="cellwright"'
_HEAD = 4096  # bytes in which it stands


def objection(target: Path) -> str | None:
    """Why a report may not go there, in one sentence; asked before it is made."""
    if (problem := no_room(target, "report")) is not None:
        return problem
    try:
        status = target.stat()
    except OSError:
        return None
    if stat.S_ISREG(status.st_mode) and status.st_size and not _is_report(target):
        return f"{target} is there and is no report; give another name, or take it away"
    return None


def _is_report(target: Path) -> bool:
    with target.open("rb") as file:
        return _MARK in file.read(_HEAD)
