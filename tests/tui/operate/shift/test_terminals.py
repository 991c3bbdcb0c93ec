"""Terminals that come and go, several at one run, and one whose line breaks."""

from __future__ import annotations

import pytest

from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import SLIPS, Shifts, has_asked, killed, screens, under_way


@pytest.mark.slow
@in_a_loop
async def test_what_one_terminal_holds_another_one_sees_and_resumes(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as one, screens(run) as other:
        await other.sees("► EXECUTE")
        await one.holds()
        await other.sees("‖ HELD", "resume, or stop")
        await other.confirms("r")
        await one.sees("► EXECUTE")
    await has_asked(run, "hold", "resume")


@pytest.mark.long
@in_a_loop
async def test_a_dialog_goes_when_another_terminal_has_resumed_meanwhile(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as one, screens(run) as other:
        await one.holds()
        await other.sees("‖ HELD")
        await one.press("r")
        await one.sees("Go on")
        await other.confirms("r")
        await one.sees("► EXECUTE", "why")
        assert not one.app.screen.is_modal
    await has_asked(run, "hold", "resume")


@pytest.mark.long
@in_a_loop
async def test_who_only_looks_sees_all_and_asks_for_nothing(shifts: Shifts) -> None:
    run = shifts.begun(SLIPS, speed=1.0)
    async with screens(run, "view") as seat:
        await seat.sees("looks only", "R703")
        for key, name in (("h", "hold"), ("x", "STOP"), ("a", "ack"), ("s", "shelve"), ("A", "abort")):
            await seat.press(key)
            await seat.sees(f"{name}: this terminal only looks")
    await has_asked(run)


@pytest.mark.slow
@in_a_loop
async def test_who_leaves_ends_nothing_and_finds_the_run_again(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.holds()
        await seat.press("d")
    assert "The run goes on" in (seat.app.return_value or "")
    assert run.pid() is not None
    async with screens(run) as again:
        await again.sees("‖ HELD", "resume, or stop")


@pytest.mark.slow
@in_a_loop
async def test_a_stop_right_before_the_screens_are_left_comes_through(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press("x", "d")
    await has_asked(run, "quick stop")


@pytest.mark.slow
@in_a_loop
async def test_a_line_that_breaks_under_the_screens_is_made_again_and_nothing_is_missing(shifts: Shifts) -> None:
    async with under_way(shifts) as (_, seat):
        broken = seat.breaks_its_line()
        await seat.press("h")
        await seat.sees("‖ HELD")
        assert broken.fileno() == -1
        await seat.press("x")
        await seat.sees("■ STOPPED")


@pytest.mark.slow
@in_a_loop
async def test_a_run_whose_controller_and_world_are_gone_cannot_be_taken_over_and_says_why(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press("R")
        await seat.sees("take over: the run has a controller")
        killed(run)
        await seat.sees("take the run over")
        await seat.press("R")
        await seat.sees("R764")
