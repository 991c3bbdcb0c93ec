"""Where `drivers test` writes its statement: never over a file that is none, and whole or not at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path

from tui.plan_target import no_room
from tui.whole_file import write_whole

_BEGINS = b'{\n  "contract": '


def objection(target: Path) -> str | None:
    """Why a statement may not go there, in one sentence; asked before anything is tried, for that may move a robot."""
    if (problem := no_room(target, "statement")) is not None:
        return problem
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISREG(status.st_mode) and status.st_size and not _is_statement(target):
        return f"{target} is there and is no statement; give another name with -o, or take it away"
    return None


def write(document: Mapping[str, object], target: Path) -> None:
    """Raises OSError, and then leaves what was there."""
    write_whole(json.dumps(document, ensure_ascii=False, indent=2) + "\n", target)


def _is_statement(target: Path) -> bool:
    with target.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS
