"""Where `plan` writes: never over a file that is no plan, and whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cell.motion_plan import MotionPlan
from cell.plan_file import FORMAT, write_plan
from tui.whole_file import write_whole

_BEGINS = b'{"format":"' + FORMAT.partition(" ")[0].encode()
_TEXTS = (".intent", ".cell", ".toml")


def objection(target: Path) -> str | None:
    """Why a plan may not go there, in one sentence; asked before the plan is made, which takes longer."""
    if (problem := no_room(target, "plan")) is not None:
        return problem
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISREG(status.st_mode) and status.st_size and not _is_plan(target):
        return f"{target} is there and is no plan; give another name with -o, or take it away"
    return None


def no_room(target: Path, what: str) -> str | None:
    """Why nothing that we make may go there, whatever is there now."""
    if target.suffix in _TEXTS:
        return f"{target} is the name of a source, not of a {what}"
    if not target.parent.is_dir():
        return f"{target.parent} is no folder; the {what} cannot be written there"
    if not os.access(target.parent, os.W_OK):
        return f"nothing can be written in {target.parent}"
    return f"{target} is a folder; name a file in it" if target.is_dir() else None


def write(plan: MotionPlan, target: Path) -> None:
    """Raises OSError, and then leaves what was there."""
    write_whole(write_plan(plan), target)


def names_from(target: Path, file: str) -> str:
    """How a plan at `target` shall name `file`: as the user did, where that leads to it from the plan's folder too."""
    return file if target.parent.resolve() == Path.cwd() else str(Path(file).absolute())


def _is_plan(target: Path) -> bool:
    with target.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS
