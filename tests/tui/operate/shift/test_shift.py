"""A shift from its beginning: a run that is waited for, held, resumed and ended; and how one finds one's way."""

from __future__ import annotations

import pytest

from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import TILL_THE_END, Shifts, has_asked, screens, start, under_way
from tui.operate.key_file import own_keys

# --- the beginning of a shift -----------------------------------------------------------------------------------------


@pytest.mark.long
@in_a_loop
async def test_screens_that_wait_for_a_run_show_it_begin(shifts: Shifts) -> None:
    run = shifts.ready()
    async with screens(run) as seat:
        await seat.sees("? NOT KNOWN")
        start(run)
        await seat.sees("► EXECUTE", "SIMULATED", "job 0/1 goals", "no alarm")
        assert seat.row(0).endswith("[x STOP]")


@pytest.mark.slow
@in_a_loop
async def test_the_joints_are_as_measured_and_the_map_has_the_cell(shifts: Shifts) -> None:
    async with screens(shifts.begun(), size=(120, 36)) as seat:
        await seat.sees("arm measured", "J1", "right", "✚")


@pytest.mark.slow
@in_a_loop
async def test_what_is_under_way_is_told_with_its_line_of_intent(shifts: Shifts) -> None:
    async with screens(shifts.begun()) as seat:
        await seat.sees("shift.intent:3", "move block to right")
        await seat.press("2", "enter")
        await seat.sees("asked for by", "what must hold")


@pytest.mark.slow
@in_a_loop
async def test_a_run_comes_to_its_end_and_that_is_said(shifts: Shifts) -> None:
    async with screens(shifts.begun(speed=TILL_THE_END)) as seat:
        await seat.sees("✓ COMPLETE", "RUN OVER", "job 1/1 goals")
        await seat.press("h")
        await seat.sees("hold: the run is over")


# --- hold, resume, end ------------------------------------------------------------------------------------------------


@pytest.mark.long
@in_a_loop
async def test_a_hold_is_resumed_by_its_button(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.holds("next for you: resume, or stop", "no alarm")
        await seat.press("r")
        await seat.sees("held: R702", "Go on")
        await seat.press("right", "enter")
        await seat.sees("► EXECUTE")
    await has_asked(run, "hold", "resume")


@pytest.mark.slow
@in_a_loop
async def test_enter_alone_and_keys_that_are_held_resume_nothing(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.holds()
        await seat.press("r", "enter")
        await seat.press(*["r"] * 6, "escape")
        await seat.press("h")
        await seat.sees("hold: the run is in Held")
    await has_asked(run, "hold")


@pytest.mark.slow
@in_a_loop
async def test_the_end_of_the_motions_is_asked_for_with_the_focus_on_cancel(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press("t", "enter")
        await seat.sees("► EXECUTE")
        await seat.press("t", "right", "enter")
        await seat.sees("■ STOP")
    await has_asked(run, "stop")


@pytest.mark.slow
@in_a_loop
async def test_an_abort_is_asked_about_and_then_takes_the_power(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press("A", "enter", "A", "right", "enter")
        await seat.sees("✗ ABORTED")
    await has_asked(run, "abort")


@pytest.mark.slow
@in_a_loop
async def test_a_run_that_takes_no_more_orders_is_ended_by_finish(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.confirms("f")
        await seat.sees("asked: finish, acknowledged")
    await has_asked(run, "finish")


# --- finding one's way ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@in_a_loop
async def test_everything_that_can_be_done_is_found_by_name(shifts: Shifts) -> None:
    async with under_way(shifts) as (run, seat):
        await seat.press("colon", *"end the", "enter")
        await seat.sees("‖ HELD")
    await has_asked(run, "hold")


@pytest.mark.slow
@in_a_loop
async def test_help_is_of_what_has_the_focus_and_has_every_key(shifts: Shifts) -> None:
    async with under_way(shifts) as (_, seat):
        await seat.press("question_mark")
        await seat.sees("Help: why")
        await seat.press("escape", "2", "question_mark")
        await seat.sees("Help: plan")
        await seat.press("end")
        await seat.sees("Detach")


@pytest.mark.slow
@in_a_loop
async def test_keys_of_ones_own_do_what_they_were_given_to(shifts: Shifts) -> None:
    run = shifts.begun()
    path = run.path / "keys.toml"
    path.write_text("[operate]\nhold = 'p'\nstop = 'f8'\n")
    async with screens(run, keys=own_keys(path)) as seat:
        await seat.sees("► EXECUTE", "[f8 STOP]")
        await seat.press("h")
        assert seat.has("► EXECUTE")
        await seat.press("p")
        await seat.sees("‖ HELD")
        await seat.press("f8")
        await seat.sees("■ STOPPED")
    await has_asked(run, "hold", "quick stop")


@pytest.mark.slow
@in_a_loop
async def test_what_has_happened_is_told_with_who_asked(shifts: Shifts) -> None:
    async with screens(shifts.begun()) as seat:
        await seat.holds()
        await seat.press("7", "end")
        await seat.sees("asks: hold", "Holding -> Held")
