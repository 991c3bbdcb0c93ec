"""Yesterday's fault: a run on record is gone through, played, and nothing can be asked of it."""

from __future__ import annotations

import pytest

from controller.journal.folder import RunFolder
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import STOPPED_BY_ITSELF, Shifts, record, screens


@pytest.mark.long
@in_a_loop
async def test_a_fault_of_before_is_gone_back_to_and_nothing_can_be_asked_there(shifts: Shifts) -> None:
    run = await stopped(shifts.begun(STOPPED_BY_ITSELF))
    async with record(run) as seat:
        await seat.sees("REPLAY", "■ STOPPED")
        for _ in range(8):
            if seat.has("‖ HELD"):
                break
            await seat.press("left_curly_bracket")
        await seat.sees("‖ HELD", "R7", "measured")
        await seat.press("r")
        await seat.sees("resume: this is a record")
        await seat.press("x")
        await seat.sees("STOP: this is a record")


@pytest.mark.slow
@in_a_loop
async def test_a_run_on_record_is_gone_through_event_by_event(shifts: Shifts) -> None:
    run = await stopped(shifts.begun(STOPPED_BY_ITSELF))
    number = len(run.events())
    async with record(run) as seat:
        await seat.sees(f"REPLAY {number}/{number}")
        await seat.press("left_square_bracket", "left_square_bracket", "right_square_bracket")
        await seat.sees(f"REPLAY {number - 1}/{number}")


@pytest.mark.slow
@in_a_loop
async def test_a_record_is_played_from_its_beginning_and_stands_at_its_end(shifts: Shifts) -> None:
    run, passed = await stopped(shifts.begun(STOPPED_BY_ITSELF)), [0.0]
    async with record(run, clock=lambda: passed[0]) as seat:
        await seat.sees("measured")
        await seat.press("space", "minus")
        await seat.sees("► 0.25x")
        assert not seat.has("■ STOPPED")
        passed[0] = 600.0
        await seat.sees("■ STOPPED")


async def stopped(run: RunFolder) -> RunFolder:
    """By an operator, once it holds."""
    async with screens(run) as seat:
        await seat.sees("‖ HELD")
        await seat.press("x")
        await seat.sees("RUN OVER")
    return run
