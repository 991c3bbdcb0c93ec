"""Where `plan` writes: never over a file that is no plan, and whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from cell.motion_plan import MotionPlan
from cell.plan_file import FORMAT, write_plan

_BEGINS = b'{"format":"' + FORMAT.partition(" ")[0].encode()
_TEXTS = (".intent", ".cell", ".toml")


def objection(target: Path) -> str | None:
    """Why a plan may not go there, in one sentence; asked before the plan is made, which takes longer."""
    if target.suffix in _TEXTS:
        return f"{target} is the name of a source, not of a plan"
    if not target.parent.is_dir():
        return f"{target.parent} is no folder; the plan cannot be written there"
    if not os.access(target.parent, os.W_OK):
        return f"nothing can be written in {target.parent}"
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return f"{target} is a folder; name a file in it"
    if stat.S_ISREG(status.st_mode) and status.st_size and not _is_plan(target):
        return f"{target} is there and is no plan; give another name with -o, or take it away"
    return None


def write(plan: MotionPlan, target: Path) -> None:
    """Raises OSError, and then leaves what was there."""
    text = write_plan(plan)
    if target.exists() and not target.is_file():  # a device or a pipe: /dev/null, /dev/stdout
        target.write_text(text, encoding="utf-8")
        return
    place = target.resolve()
    descriptor, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(draft, _mode(place))
        os.replace(draft, place)
    except BaseException:
        os.unlink(draft)
        raise


def names_from(target: Path, file: str) -> str:
    """How a plan at `target` shall name `file`: as the user did, where that leads to it from the plan's folder too."""
    return file if target.parent.resolve() == Path.cwd() else str(Path(file).absolute())


def _is_plan(target: Path) -> bool:
    with target.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS


def _mode(place: Path) -> int:
    """That of the file which is replaced, else what the user's mask leaves."""
    if place.exists():
        return place.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
