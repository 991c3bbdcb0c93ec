"""A controller that hangs, and one that has no room: a stop that is asked of it is taken, as soon as it can take anything."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cell.commands import StartMotion
from cell.events import CommandSent, Event, OperatorAsked
from cellwright.service import NotAnswered, attach_to, is_heard, reach
from controller.attached.server import MOST_TERMINALS
from controller.journal.folder import RunFolder
from controller.vigil import AWAY
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import PATIENCE, Shifts, has_asked, screens
from tui.cli import main
from tui.operate.requests import INSTEAD

LOOKS = 6_000


def stop_its_process(run: RunFolder) -> int:
    pid = run.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.001)
    return pid


def has_started(event: object) -> bool:
    return isinstance(event, CommandSent) and isinstance(event.command, StartMotion)


def moving(run: RunFolder) -> None:
    """Waits until it does, and until the disk has it: terminals are told before."""
    terminal = attach_to(run, "view", 0)
    if not any(has_started(message) for message in terminal.messages(PATIENCE)):
        raise AssertionError("nothing has moved")
    terminal.leave()
    for _ in range(LOOKS):
        if any(has_started(event) for event in run.events()):
            return
        time.sleep(0.01)
    raise AssertionError("nothing is written")


def ended(run: RunFolder) -> tuple[Event, ...]:
    for _ in range(LOOKS):
        if run.pid() is None:
            return run.events()
        time.sleep(0.01)
    raise AssertionError("the run goes on")


@contextmanager
def asleep(run: RunFolder) -> Iterator[None]:
    """Longer than its loop may be away, and longer than its robot has to go."""
    pid = stop_its_process(run)
    until = time.monotonic() + 2.0 * AWAY
    yield
    while time.monotonic() < until:
        time.sleep(0.01)
    os.kill(pid, signal.SIGCONT)


def asked_in_vain(run: RunFolder) -> None:
    """And gone again, as `ask stop` is after a while."""
    terminal = reach(run, "operate")
    with pytest.raises(NotAnswered):
        terminal.asked("stop", 0.0)
    terminal.leave()


def sent_since(events: tuple[Event, ...], before: int) -> list[str]:
    return [type(e.command).__name__ for e in events[before:] if isinstance(e, CommandSent)]


@pytest.mark.long
def test_a_stop_that_was_asked_of_one_that_hangs_is_all_that_it_sends_when_it_wakes(shifts: Shifts) -> None:
    run = shifts.begun(speed=2.0)
    moving(run)
    with asleep(run):
        before = len(run.events())
        asked_in_vain(run)
        assert not is_heard(run, 0.0)
    events = ended(run)
    assert run.summary().state == "Stopped"
    assert sent_since(events, before) == ["StopAll"]
    assert [e.what for e in events if isinstance(e, OperatorAsked)] == ["stop"]


@pytest.mark.long
def test_what_is_told_of_one_that_hangs_says_so(
    shifts: Shifts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shifts.begun()
    monkeypatch.setenv("CELLWRIGHT_STATE", str(run.path.parents[1]))
    monkeypatch.setattr("tui.commands.ask.PATIENCE", 0.2)
    monkeypatch.setattr("tui.commands.status.ANSWERS_WITHIN", 0.2)
    moving(run)
    with asleep(run):
        assert main(["status"]) == 0
        told = capsys.readouterr()
        assert run.summary().state in told.out
        assert "does not answer" in told.err
        assert "the e-stop circuit" in told.err
        assert main(["ask", "quick-stop"]) == 2
        told = capsys.readouterr()
        assert "The quick-stop lies there, and is taken when it answers" in told.err
    assert [e.what for e in ended(run) if isinstance(e, OperatorAsked)] == ["quick stop"]


@pytest.mark.long
@in_a_loop
async def test_screens_that_have_no_line_stop_one_that_hangs_when_it_wakes(shifts: Shifts) -> None:
    run = shifts.begun()
    await asyncio.to_thread(moving, run)
    pid = stop_its_process(run)
    async with screens(run) as seat:
        await seat.press("x")
        await seat.sees("STOP NOT ACKNOWLEDGED: no answer", INSTEAD)
        os.kill(pid, signal.SIGCONT)
        await has_asked(run, "quick stop")


@pytest.mark.long
@in_a_loop
async def test_where_no_terminal_finds_room_the_key_and_the_command_stop_the_cell(shifts: Shifts) -> None:
    run = shifts.begun()
    await asyncio.to_thread(moving, run)
    there = [await asyncio.to_thread(attach_to, run, "view") for _ in range(MOST_TERMINALS)]
    beside = reach(run, "operate")
    assert beside.asked("hold", PATIENCE) is None
    beside.leave()
    async with screens(run) as seat:
        await seat.sees("? NO LINE", "R756")
        await seat.press("x")
        await has_asked(run, "hold", "quick stop")
        assert not seat.has(INSTEAD)
    for one in there:
        one.leave()
