"""A run whose controller was killed, or that somebody has stopped, is taken over at the screens: looked at, shown, confirmed,
gone on with. Its world is a process of its own and lives on, so all of it is as in service."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cell.events import Event, RunEnded, RunResumed
from controller.journal.folder import RunFolder, run_folders
from controller.journal.rows import row_of
from tests.end_to_end.program import Program
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import PLANNING, ROOT, Seat, hands_and_motions, has_asked, index_of_resume, record, screens

pytestmark = pytest.mark.slow
INTENT = ROOT / "examples" / "01_first_move" / "first_move.intent"
SPEED = 0.05  # times real time: the run then outlasts what is done in it


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    """One that has begun, and that nobody watches."""
    program = Program(ROOT, tmp_path / "cache", tmp_path / "state", tmp_path)
    for name, folder in (("CELLWRIGHT_CACHE", program.cache), ("CELLWRIGHT_STATE", program.state)):
        monkeypatch.setenv(name, str(folder))
    begun = program.call("run", INTENT, "--yes", "--speed", SPEED, "--detach")
    assert begun.code == 0, begun.everything
    run = next(iter(run_folders(program.state)))
    yield run
    killed(run)


def killed(run: RunFolder) -> None:
    pid = run.pid()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


@in_a_loop
async def test_a_run_that_was_killed_is_taken_over_shown_confirmed_and_gone_on_with(run: RunFolder) -> None:
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        killed(run)
        await seat.sees("? WAS EXECUTE", "take the run over")
        await seat.press("R")
        await until(seat.pilot, lambda: seat.has("? WAS EXECUTE") and tells_what_takes_long(seat), PLANNING)
        await seat.sees("? TO BE CONFIRMED", "look, and confirm")
        await seat.press("r")
        await seat.sees("its controller was gone", "next: ", "Go on")
        await seat.press("enter")
        await seat.sees("? TO BE CONFIRMED")
        await seat.press("r", "right", "right", "enter")
        await seat.sees("► EXECUTE", turns=PLANNING)
    await has_asked(run, "resume")
    assert sum(isinstance(event, RunResumed) for event in run.events()) == 1


@in_a_loop
async def test_a_run_that_was_stopped_at_the_screens_is_taken_up_there_confirmed_and_gone_on_with(run: RunFolder) -> None:
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("R")
        await seat.sees("take over: the run has a controller")
        await seat.press("x")
        await seat.sees("■ STOPPED", "RUN OVER")
        await seat.press("R")
        await seat.sees("? TO BE CONFIRMED", "look, and confirm", turns=PLANNING)
        assert not any(isinstance(event, RunResumed) for event in run.events())
        await seat.press("r")
        await seat.sees("next: ", "Go on")
        await seat.press("enter")
        await seat.sees("? TO BE CONFIRMED")
        await seat.press("r", "right", "right", "enter")
        await seat.sees("► EXECUTE", "first_move.intent:", turns=PLANNING)
        await seat.press("x")
        await seat.sees("■ STOPPED", "RUN OVER")
    await has_asked(run, "quick stop", "resume", "quick stop")
    events = run.events()
    over, agreed = index_of_end(events), index_of_resume(events)
    assert over < agreed
    assert hands_and_motions(events[over:agreed]) == []
    assert hands_and_motions(events[agreed:])


def tells_what_takes_long(seat: Seat) -> bool:
    work = seat.app.view.work
    return bool(work.stage) and seat.row(0).find(f"READING  {work.short}") > 0


@in_a_loop
async def test_who_leaves_before_the_confirmation_leaves_the_run_as_it_was(run: RunFolder) -> None:
    killed(run)
    before = [row_of(number, event) for number, event in enumerate(run.events())]
    async with record(run) as seat:
        await seat.sees("take the run over")
        await seat.press("R")
        await seat.sees("? TO BE CONFIRMED")
    assert [row_of(number, event) for number, event in enumerate(run.events())] == before


def index_of_end(events: Sequence[Event]) -> int:
    """Of the run, the first time."""
    return next(i for i, event in enumerate(events) if isinstance(event, RunEnded))
