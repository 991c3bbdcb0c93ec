"""The same through what a user calls: `run`, whose controller is killed; `resume`, confirmed over the socket, whose controller is
killed between that and its first motion; and `resume` once more, to the end.

Each is a process of its own, and so is each controller. How it dies it is told in its surroundings (doomed/sitecustomize.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cell.commands import StartMotion
from cell.events import CommandSent, Event, HoldRaised, RunResumed, StateChanged
from cell.run import RunSummary
from cell.world_record import Violation
from cell_drivers.simulated.record_file import executions, read_record
from cellwright.begun import read_begun
from cellwright.folders import cache_folder
from cellwright.in_service import FASTEST
from cellwright.service import NotReached, attach_to
from controller.journal.folder import RunFolder, find_run
from controller.journal.replay import verified

ROOT = Path(__file__).resolve().parents[2]
DOOMED = Path(__file__).parent / "doomed"
INTENT = ROOT / "examples" / "01_first_move" / "first_move.intent"
CONFIRMED = {"before 1": (0, 0), "behind 1": (1, 0), "moves": (1, 1)}
"""Between a confirmation and the first motion: nothing is written of it; the controller is known to have gone on; the motion is
written and not sent. With how often the run was gone on with then, and how many motions were commanded since."""


@dataclass(frozen=True, slots=True)
class Twice:
    """When the controller of `run` dies, and when that of the first `resume` does: one of CONFIRMED."""

    first: str
    second: str


def points(many: int) -> list[Twice]:
    kinds = list(CONFIRMED)
    return [Twice(f"{('behind', 'sent')[k % 2]} {3 + 2 * (k % 4)}", kinds[k % 3]) for k in range(many)]


def plan_file(base: Path) -> Path:
    target = base / "first_move.plan"
    planned = _called(base, None, "plan", INTENT, "-o", target)
    assert planned.returncode == 0, planned.stderr
    return target


def gone_through(state: Path, plan: Path, point: Twice) -> Iterator[str]:
    """What is wrong with it, in words."""
    begun = _called(state, point.first, "run", plan, "--yes", "--speed", FASTEST, "--detach")
    folder = find_run(state, None)
    _resume_what_holds(folder)
    if folder.summary().state != "Interrupted":
        yield f"it ended {folder.summary().state} before it was killed: {begun.stderr}"
        return
    before = len(folder.events())
    resumed = _called(state, point.second, "resume", "--yes")
    _resume_what_holds(folder)
    if folder.summary().state != "Interrupted":
        yield f"it ended {folder.summary().state} before it was killed again: {resumed.stderr}"
        return
    since = folder.events()[before:]
    if _counted(since) != CONFIRMED[point.second]:
        yield f"killed {point.second} it was gone on with {_counted(since)[0]} times and moved {_counted(since)[1]} times"
    over = _called(state, None, "resume", "--yes")
    _resume_what_holds(folder)
    yield from (f"{fault}: {over.stderr}" for fault in _faults(folder, 1 + CONFIRMED[point.second][0]))


def stopped_through(state: Path, plan: Path) -> Iterator[str]:
    """What is wrong, in words, with a run whose controller dies while it stops, and that is gone on with once."""
    begun = _called(state, "stopping", "run", plan, "--yes", "--speed", FASTEST / 4, "--detach")
    folder = find_run(state, None)
    _wait_for_it_to_move(folder)
    asked = _called(state, None, "ask", "stop")
    _resume_what_holds(folder)
    if folder.state().pack != "Stopping":
        yield f"it was killed when it was {folder.state().pack}: {begun.stderr}{asked.stderr}"
        return
    over = _called(state, None, "resume", "--yes")
    if "R786 it was being stopped" not in over.stderr:
        yield f"nobody was told that it was being stopped: {over.stderr}"
    holds = [event.code for event in folder.events() if isinstance(event, HoldRaised)]
    if holds == ["R786"] and over.returncode != 0:  # a busy machine may make devices seem silent, and that is another hold
        yield f"to confirm it once was not enough: {over.stderr}"
    _resume_what_holds(folder)
    yield from (f"{fault}: {over.stderr}" for fault in _faults(folder, 1))


def _called(state: Path, dies: str | None, *words: object) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CELLWRIGHT_", "CRASH_"))}
    own = {"CELLWRIGHT_STATE": str(state), "CELLWRIGHT_CACHE": str(cache_folder()), "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    if dies is not None:
        own |= {"CRASH_WHEN": dies, "PYTHONPATH": os.pathsep.join((str(DOOMED), str(ROOT)))}
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *map(str, words)],
        env=kept | own,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def _wait_for_it_to_move(folder: RunFolder) -> None:
    """Or to hold, or to have ended."""
    with suppress(NotReached):
        run = attach_to(folder, "view", 0)
        any(isinstance(told, StateChanged) and told.after in ("Execute", "Held") for told in run.messages(0.2))
        run.leave()


def _resume_what_holds(folder: RunFolder) -> None:
    """Until no controller is there. A busy machine may make devices seem silent."""
    while folder.pid() is not None:
        with suppress(NotReached):
            run = attach_to(folder, "operate")
            for message in run.messages(0.2):
                after = message.after if isinstance(message, StateChanged) else None
                if after == "Held" or (isinstance(message, RunSummary) and message.state == "Held"):
                    run.ask("resume")
            run.leave()
        time.sleep(0.05)


def _counted(events: tuple[Event, ...]) -> tuple[int, int]:
    """How often it was gone on with, and how many motions were commanded."""
    moved = (event for event in events if isinstance(event, CommandSent) and isinstance(event.command, StartMotion))
    return sum(isinstance(event, RunResumed) for event in events), len(list(moved))


def _faults(folder: RunFolder, times: int) -> Iterator[str]:
    summary, begun = folder.summary(), read_begun(folder.path)
    if (summary.state, summary.goals_met) != ("Complete", summary.goals_total):
        yield f"it ends {summary.state} with {summary.goals_met} of {summary.goals_total} goals: {summary.held_because}"
    assert begun is not None
    assert begun.record is not None
    record = Path(begun.record)
    twice = sorted(command for command, how_often in executions(read_record(record)).items() if how_often > 1)
    if twice:
        yield f"carried out twice: {', '.join(twice)}"
    yield from (f"the world saw: {one.text}" for one in read_record(record) if isinstance(one, Violation))
    if [part.where for part in summary.parts] != ["right"]:
        yield f"parts are at {[part.where for part in summary.parts]}"
    events = folder.events()
    if (found := sum(isinstance(event, RunResumed) for event in events)) != times:
        yield f"it was gone on with {found} times, and {times} were meant"
    if verified(events) != folder.state():
        yield "the journal does not give the state again"
