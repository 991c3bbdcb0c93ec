"""What goes wrong in a cell, the alarms that tell of it, and what whoever answers them can do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cell.attended import AlarmAcknowledged, AlarmShelved
from cell.events import Answered, PlanRequested, QuestionAsked
from controller.journal.folder import RunFolder
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import (
    PLANNING,
    SLIPS,
    STOPPED_BY_ITSELF,
    TILL_THE_END,
    Seat,
    Shifts,
    hands_and_motions,
    has_asked,
    screens,
)
from tests.tui.operate.test_agreeing import at_once

NO_LINK = '[[link_cut]]\ndevice = "arm"\nstart = 0.3\nend = 0.4\n'
STAYS = '[[person_enters]]\nzone = "aisle"\nstart = 0.2\nend = 600.0\n'


# --- what goes wrong in a cell ----------------------------------------------------------------------------------------


@pytest.mark.slow
@in_a_loop
async def test_a_protective_stop_holds_raises_an_alarm_and_is_gone_on_from_by_the_resume(shifts: Shifts) -> None:
    run = shifts.begun(STOPPED_BY_ITSELF)
    async with screens(run) as seat:
        await seat.sees("‖ HELD", "R721", "[a] ack", "protective stop, says arm")
        await seat.press("4")
        await seat.sees("its own controller has stopped it", "what to do:")
        await seat.confirms("r")
        await seat.sees("resume")
    await has_asked(run, "resume")


@pytest.mark.slow
@in_a_loop
async def test_a_robot_that_was_stopped_in_a_contact_comes_back_out_by_a_way_that_is_shown_and_agreed_to(shifts: Shifts) -> None:
    at = f'[[protective_stop]]\nrobot = "arm"\nat = {shifts.half_out}\n'
    run = shifts.begun(at, speed=TILL_THE_END)
    async with screens(run, size=(150, 50)) as seat:
        await seat.sees("‖ HELD", "R721")
        await seat.confirms("r")
        await seat.sees("a new plan is being made: ", turns=PLANNING)
        await seat.sees("‖ HELD", "R773", "answer a question", turns=PLANNING)
        await seat.press("r")
        await seat.sees("asked: arm stands in contact at", "not so)", "way back of arm", "↩")
        at_once(seat.app)
        await seat.press("right", "enter")
        await seat.sees("not yet; 1 question first: q answers")
        await seat.press("q", "down", "enter")
        await seat.sees("what is shown has changed")
        await seat.press("right", "enter")
        await seat.sees("look, and then again")
        await seat.press("right", "enter")
        await seat.sees("✓ COMPLETE", "job 1/1 goals", turns=PLANNING)
    await has_asked(run, "resume", "resume")
    events = run.events()
    asked, agreed = (next(i for i, e in enumerate(events) if isinstance(e, kind)) for kind in (QuestionAsked, Answered))
    assert hands_and_motions(events[asked:agreed]) == []
    assert [e.answer for e in events if isinstance(e, Answered)] == ["go on"]
    assert [e.reason for e in events if isinstance(e, PlanRequested)][-1] == "the robot has come out of where it was stopped"


@pytest.mark.slow
@in_a_loop
async def test_a_lost_link_is_an_alarm_that_names_the_device_and_may_not_be_shelved(shifts: Shifts) -> None:
    async with screens(shifts.begun(NO_LINK)) as seat:
        await seat.press("4")
        await seat.sees("no link to arm", "R740")
        await seat.press("end")
        await seat.sees("look at the power and the cable of arm", "it may not be shelved")


@pytest.mark.long
@in_a_loop
async def test_a_run_waits_for_somebody_in_a_zone_and_that_may_not_be_shelved(shifts: Shifts) -> None:
    run = shifts.begun(STAYS)
    async with screens(run) as seat:
        await seat.sees("◇ SUSPENDED", "waiting: aisle left again")
        await seat.press("4")
        await seat.sees("somebody is in aisle: robots wait", "leave aisle when done")
        await seat.press("s")
        await seat.sees("shelve: it may not be shelved")
    await has_asked(run)


@pytest.mark.slow
@in_a_loop
async def test_a_part_that_slips_holds_the_run_and_the_alarm_says_what_to_do(shifts: Shifts) -> None:
    async with screens(shifts.begun(SLIPS, speed=1.0)) as seat:
        await seat.sees("‖ HELD", "R703")
        await seat.press("4")
        await seat.sees("slipped out of gripper", "put it in order, then resume; or stop")
        await seat.sees("line of intent: shift.intent:3 move block to right")


# --- alarms, at several terminals -------------------------------------------------------------------------------------


@asynccontextmanager
async def two_that_see_it_slip(shifts: Shifts) -> AsyncIterator[tuple[RunFolder, Seat, Seat]]:
    run = shifts.begun(SLIPS, speed=1.0)
    async with screens(run) as one, screens(run) as other:
        for seat in (one, other):
            await seat.sees("! unack", "R703")
        yield run, one, other


@pytest.mark.slow
@in_a_loop
async def test_what_one_terminal_acknowledges_the_other_one_sees_and_the_journal_keeps(shifts: Shifts) -> None:
    async with two_that_see_it_slip(shifts) as (run, one, other):
        await one.press("a")
        await one.sees("✓ acked")
        await other.sees("✓ acked")
        await other.press("4")
        await other.sees("acknowledged by")
    assert [type(event) for event in run.events() if isinstance(event, AlarmAcknowledged)] == [AlarmAcknowledged]


@pytest.mark.long
@in_a_loop
async def test_an_alarm_is_shelved_for_a_reason_everywhere_and_comes_back_by_the_same_key(shifts: Shifts) -> None:
    async with two_that_see_it_slip(shifts) as (run, one, other):
        await one.press("s", "enter")
        await one.sees("Wanted: a reason")
        await one.press(*"fitter", "enter")
        for seat in (one, other):
            await seat.sees("no alarm, 1 shelved")
        await other.press("4")
        await other.sees("z shelved", "fitter")
        await other.press("s")
        for seat in (one, other):
            await seat.sees("! unack")
    assert [event.reason for event in run.events() if isinstance(event, AlarmShelved)] == ["fitter"]


@pytest.mark.slow
@in_a_loop
async def test_who_attaches_later_sees_what_was_acknowledged_before(shifts: Shifts) -> None:
    run = shifts.begun(SLIPS, speed=1.0)
    async with screens(run) as early:
        await early.sees("! unack")
        await early.press("a")
        await early.sees("✓ acked")
    async with screens(run) as late:
        await late.sees("✓ acked", "R703")
