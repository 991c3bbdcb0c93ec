"""Where something that we make may go: never over a source, nor over a file that is something else."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

_SOURCES = (".intent", ".cell", ".toml")


def objection(target: Path, what: str, is_one: Callable[[Path], bool]) -> str | None:
    """Why a `what` may not go there, in one sentence; asked before it is made, which takes longer. `is_one`: whether the file
    that is there is such a one. Raises OSError."""
    if (problem := _no_room(target, what)) is not None:
        return problem
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISREG(status.st_mode) and status.st_size and not is_one(target):
        return f"{target} is there and is no {what}; give another name, or take it away"
    return None


def begins(target: Path, head: bytes) -> bool:
    with target.open("rb") as file:
        return file.read(len(head)) == head


def _no_room(target: Path, what: str) -> str | None:
    """Why nothing that we make may go there, whatever is there now."""
    if target.suffix in _SOURCES:
        return f"{target} is the name of a source, not of a {what}"
    if not target.parent.is_dir():
        return f"{target.parent} is no folder; the {what} cannot be written there"
    if not os.access(target.parent, os.W_OK):
        return f"nothing can be written in {target.parent}"
    return f"{target} is a folder; name a file in it" if target.is_dir() else None
