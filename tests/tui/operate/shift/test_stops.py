"""STOP: from everywhere, one key away, and said where nobody has acknowledged it. And the emergency stop, which is the cell's."""

from __future__ import annotations

import os
import signal

import pytest

from cell.commands import Activate
from cell.events import CommandSent, DeviceAlarm
from controller.journal.folder import RunFolder
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import (
    PLANNING,
    Seat,
    Shifts,
    hands_and_motions,
    has_asked,
    index_of_resume,
    killed,
    screens,
    start,
    under_way,
)
from tui.operate.requests import INSTEAD

OPEN = '[[emergency_stop]]\nrobot = "arm"\nstart = 0.3\nend = 600.0\n'
CLOSED_AGAIN = '[[emergency_stop]]\nrobot = "arm"\nstart = 0.3\nend = 1.5\n'


# --- STOP, from everywhere --------------------------------------------------------------------------------------------


PLACES = {
    "overview": ["1"],
    "plan": ["2"],
    "alarms": ["4"],
    "explain": ["5"],
    "log": ["7"],
    "help": ["question_mark"],
    "abort": ["A"],
    "finish": ["f"],
    "cancel": ["t", "right"],
}


async def stopped_by_the_key_in_sight(seat: Seat, shown: str, key: str) -> None:
    assert seat.row(0).endswith(f"[{shown} STOP]")
    await seat.press(key)
    await seat.sees("■ STOPPED")


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@in_a_loop
async def test_stop_is_one_key_away_and_is_acknowledged(place: str, shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press(*PLACES[place])
        await stopped_by_the_key_in_sight(seat, "x", "x")
    await has_asked(run, "quick stop")


@pytest.mark.long
@in_a_loop
async def test_where_letters_are_typed_stop_has_a_key_of_its_own(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press("colon", "x")
        assert seat.has("► EXECUTE")
        await stopped_by_the_key_in_sight(seat, "^x", "ctrl+x")
    await has_asked(run, "quick stop")


@pytest.mark.slow
@in_a_loop
async def test_stop_works_in_a_terminal_that_is_too_small_and_while_it_is_resized(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run, size=(40, 10)) as seat:
        await seat.sees("The screens need 80 columns")
        assert seat.row(0).endswith("[x STOP]")
        for size in ((150, 50), (80, 24), (41, 9)):
            await seat.pilot.resize_terminal(*size)
        await seat.press("x")
        await seat.sees("■")
        await seat.pilot.resize_terminal(120, 36)
        await seat.sees("■ STOPPED", "RUN OVER")
    await has_asked(run, "quick stop")


@pytest.mark.long
@in_a_loop
async def test_a_controller_that_hangs_does_not_acknowledge_a_stop_and_that_is_said_until_it_does(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        pid = run.pid()
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        await seat.press("x")
        await seat.sees("STOP NOT ACKNOWLEDGED", INSTEAD)
        os.kill(pid, signal.SIGCONT)
        await seat.sees("■ STOPPED")
        assert not seat.has("NOT ACKNOWLEDGED")


@pytest.mark.slow
@in_a_loop
async def test_of_a_controller_that_was_killed_nothing_can_be_asked_and_what_to_do_is_said(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        killed(run)
        await seat.sees("? NO CONTROLLER", "? WAS EXECUTE", "next for you: take the run over", "R take over")
        await seat.press("x")
        await seat.sees(f"STOP: there is no controller to ask. {INSTEAD}")
        await seat.press("h")
        await seat.sees("hold: there is no controller to ask")


# --- the circuit of an emergency stop ---------------------------------------------------------------------------------


@pytest.mark.slow
@in_a_loop
async def test_while_the_emergency_stop_is_open_the_run_holds_says_so_and_no_resume_gives_power(shifts: Shifts) -> None:
    run = shifts.begun(OPEN, speed=1.0)
    async with screens(run) as seat:
        await seat.sees("‖ HELD", "e-stop circuit OPEN, says arm", "R721", "[a] ack")
        await seat.press("4", "end")
        await seat.sees("the circuit of its emergency stop is open", "release it at its button")
        await seat.sees("line of intent: shift.intent:3 move block to right")
        await seat.press("r")
        await seat.sees("held: R721", "the circuit of its emergency stop is open", "Go on")
        assert "e-stop circuit OPEN" in seat.row(0)
        await seat.press("right", "enter")
        await has_asked(run, "resume")
        await seat.sees("‖ HELD", "e-stop circuit OPEN, says arm")
        await seat.press("r")
        await seat.sees("Go on")
    assert hands_and_motions(run.events()[index_of_alarm(run) :]) == []


@pytest.mark.slow
@in_a_loop
async def test_after_the_emergency_stop_was_released_nothing_moves_until_somebody_has_resumed(shifts: Shifts) -> None:
    run = shifts.ready(CLOSED_AGAIN)
    async with screens(run) as seat:
        await seat.sees("? NOT KNOWN")
        start(run)
        await seat.sees("‖ HELD", "e-stop circuit OPEN, says arm")
        await seat.sees("‖ HELD", "e-stop: none told", "next for you: resume, or stop", turns=PLANNING)
        assert hands_and_motions(run.events()[index_of_alarm(run) :]) == []
        await seat.press("r")
        await seat.sees("held: R721", "Go on")
        await seat.press("enter")  # the focus is on Cancel
        await seat.confirms("r")
        await seat.sees("► EXECUTE", "shift.intent:3", turns=PLANNING)
    await has_asked(run, "resume")
    events = run.events()
    gone_on = events[index_of_resume(events) :]
    assert any(isinstance(e, CommandSent) and isinstance(e.command, Activate) for e in gone_on)
    assert hands_and_motions(gone_on)


def index_of_alarm(run: RunFolder) -> int:
    return next(i for i, event in enumerate(run.events()) if isinstance(event, DeviceAlarm))
