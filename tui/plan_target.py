"""Where `plan` writes: never over a file that is no plan, and whole or not at all."""

from __future__ import annotations

from pathlib import Path

from cell.motion_plan import MotionPlan
from cell.plan_file import FORMAT, write_plan
from tui import own_file
from tui.whole_file import write_whole

_BEGINS = b'{"format":"' + FORMAT.partition(" ")[0].encode()


def objection(target: Path) -> str | None:
    """Why a plan may not go there, in one sentence; asked before the plan is made, which takes longer."""
    return own_file.objection(target, "plan", lambda there: own_file.begins(there, _BEGINS))


def write(plan: MotionPlan, target: Path) -> None:
    """Raises OSError, and then leaves what was there."""
    write_whole(write_plan(plan), target)


def names_from(target: Path, file: str) -> str:
    """How a plan at `target` shall name `file`: as the user did, where that leads to it from the plan's folder too."""
    return file if target.parent.resolve() == Path.cwd() else str(Path(file).absolute())
