"""Stories of a shift: the application as it is, at a controller that is a process of its own; the keys as they are pressed, and
what comes of them. Each waits for its shift, ten seconds: some go with the long tests, the others with the slow ones."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence

import pytest

from cell.attended import AlarmAcknowledged, AlarmShelved
from cell.commands import Acknowledge, Activate, Command, StopAll
from cell.events import CommandSent, DeviceAlarm, Event
from controller.journal.folder import RunFolder
from tests.tui.operate.seen import in_a_loop
from tests.tui.operate.shift.shifts import Shifts, has_asked, record, screens, start
from tui.operate.key_file import own_keys
from tui.operate.requests import INSTEAD

STOPPED_BY_ITSELF = '[[protective_stop]]\nrobot = "arm"\nat = 0.3\n'
SLIPS = '[[grip_lost]]\ntool = "gripper"\nnth = 1\nwhen = "at grip"\n'
NO_LINK = '[[link_cut]]\ndevice = "arm"\nstart = 0.3\nend = 0.4\n'
OPEN = '[[emergency_stop]]\nrobot = "arm"\nstart = 0.3\nend = 600.0\n'
CLOSED_AGAIN = '[[emergency_stop]]\nrobot = "arm"\nstart = 0.3\nend = 1.5\n'
STAYS = '[[person_enters]]\nzone = "aisle"\nstart = 0.2\nend = 600.0\n'
TILL_THE_END = 4.0  # times real time


@pytest.fixture(scope="module")
def every_shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shifts]:
    shifts = Shifts(tmp_path_factory.mktemp("shift"))
    yield shifts
    shifts.close()


@pytest.fixture
def shifts(every_shift: Shifts) -> Iterator[Shifts]:
    yield every_shift
    every_shift.end()


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
        await seat.sees("► EXECUTE")
        await seat.press("h")
        await seat.sees("‖ HELD", "next for you: resume, or stop", "no alarm")
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
        await seat.sees("► EXECUTE")
        await seat.press("h")
        await seat.sees("‖ HELD")
        await seat.press("r", "enter")
        await seat.press(*["r"] * 6, "escape")
        await seat.press("h")
        await seat.sees("hold: the run is in Held")
    await has_asked(run, "hold")


@pytest.mark.slow
@in_a_loop
async def test_the_end_of_the_motions_is_asked_for_with_the_focus_on_cancel(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("t", "enter")
        await seat.sees("► EXECUTE")
        await seat.press("t", "right", "enter")
        await seat.sees("■ STOP")
    await has_asked(run, "stop")


@pytest.mark.slow
@in_a_loop
async def test_an_abort_is_asked_about_and_then_takes_the_power(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("A", "enter", "A", "right", "enter")
        await seat.sees("✗ ABORTED")
    await has_asked(run, "abort")


@pytest.mark.slow
@in_a_loop
async def test_a_run_that_takes_no_more_orders_is_ended_by_finish(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("f", "right", "enter")
        await seat.sees("asked: finish, acknowledged")
    await has_asked(run, "finish")


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


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@in_a_loop
async def test_stop_is_one_key_away_and_is_acknowledged(place: str, shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press(*PLACES[place])
        assert seat.row(0).endswith("[x STOP]")
        await seat.press("x")
        await seat.sees("■ STOPPED")
    await has_asked(run, "quick stop")


@pytest.mark.long
@in_a_loop
async def test_where_letters_are_typed_stop_has_a_key_of_its_own(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("colon", "x")
        assert seat.row(0).endswith("[^x STOP]")
        assert seat.has("► EXECUTE")
        await seat.press("ctrl+x")
        await seat.sees("■ STOPPED")
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
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
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
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        killed(run)
        await seat.sees("? NO CONTROLLER", "? WAS EXECUTE", "next: cellwright resume")
        await seat.press("x")
        await seat.sees(f"STOP: there is no controller to ask. {INSTEAD}")
        await seat.press("h")
        await seat.sees("hold: there is no controller to ask")


# --- what goes wrong in a cell ----------------------------------------------------------------------------------------


@pytest.mark.slow
@in_a_loop
async def test_a_protective_stop_holds_raises_an_alarm_and_is_gone_on_from_by_the_resume(shifts: Shifts) -> None:
    run = shifts.begun(STOPPED_BY_ITSELF)
    async with screens(run) as seat:
        await seat.sees("‖ HELD", "R721", "[a] ack", "protective stop, says arm")
        await seat.press("4")
        await seat.sees("its own controller has stopped it", "what to do:")
        await seat.press("r", "right", "enter")
        await seat.sees("resume")
    await has_asked(run, "resume")


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


@pytest.mark.slow
@in_a_loop
async def test_what_one_terminal_acknowledges_the_other_one_sees_and_the_journal_keeps(shifts: Shifts) -> None:
    run = shifts.begun(SLIPS, speed=1.0)
    async with screens(run) as one, screens(run) as other:
        for seat in (one, other):
            await seat.sees("! unack", "R703")
        await one.press("a")
        await one.sees("✓ acked")
        await other.sees("✓ acked")
        await other.press("4")
        await other.sees("acknowledged by")
    assert [type(event) for event in run.events() if isinstance(event, AlarmAcknowledged)] == [AlarmAcknowledged]


@pytest.mark.long
@in_a_loop
async def test_an_alarm_is_shelved_for_a_reason_everywhere_and_comes_back_by_the_same_key(shifts: Shifts) -> None:
    run = shifts.begun(SLIPS, speed=1.0)
    async with screens(run) as one, screens(run) as other:
        for seat in (one, other):
            await seat.sees("R703")
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


# --- terminals that come and go ---------------------------------------------------------------------------------------


@pytest.mark.slow
@in_a_loop
async def test_what_one_terminal_holds_another_one_sees_and_resumes(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as one, screens(run) as other:
        await one.sees("► EXECUTE")
        await other.sees("► EXECUTE")
        await one.press("h")
        await other.sees("‖ HELD", "resume, or stop")
        await other.press("r", "right", "enter")
        await one.sees("► EXECUTE")
    await has_asked(run, "hold", "resume")


@pytest.mark.long
@in_a_loop
async def test_a_dialog_goes_when_another_terminal_has_resumed_meanwhile(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as one, screens(run) as other:
        await one.sees("► EXECUTE")
        await one.press("h")
        await one.sees("‖ HELD")
        await other.sees("‖ HELD")
        await one.press("r")
        await one.sees("Go on")
        await other.press("r", "right", "enter")
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
        await seat.sees("► EXECUTE")
        await seat.press("h")
        await seat.sees("‖ HELD")
        await seat.press("d")
    assert "The run goes on" in (seat.app.return_value or "")
    assert run.pid() is not None
    async with screens(run) as again:
        await again.sees("‖ HELD", "resume, or stop")


@pytest.mark.slow
@in_a_loop
async def test_a_stop_right_before_the_screens_are_left_comes_through(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("x", "d")
    await has_asked(run, "quick stop")


@pytest.mark.slow
@in_a_loop
async def test_a_line_that_breaks_under_the_screens_is_made_again_and_nothing_is_missing(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        line = seat.app.source._run.client._end  # type: ignore[attr-defined]
        line.shutdown(2)
        await seat.press("h")
        await seat.sees("‖ HELD")
        await seat.press("x")
        await seat.sees("■ STOPPED")


@pytest.mark.slow
@in_a_loop
async def test_a_run_whose_controller_and_world_are_gone_cannot_be_taken_over_and_says_why(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("R")
        await seat.sees("take over: the run has a controller")
        killed(run)
        await seat.sees("take the run over")
        await seat.press("R")
        await seat.sees("R764")


# --- finding one's way ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@in_a_loop
async def test_everything_that_can_be_done_is_found_by_name(shifts: Shifts) -> None:
    run = shifts.begun()
    async with screens(run) as seat:
        await seat.sees("► EXECUTE")
        await seat.press("colon", *"end the", "enter")
        await seat.sees("‖ HELD")
    await has_asked(run, "hold")


@pytest.mark.slow
@in_a_loop
async def test_help_is_of_what_has_the_focus_and_has_every_key(shifts: Shifts) -> None:
    async with screens(shifts.begun()) as seat:
        await seat.sees("► EXECUTE")
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
        await seat.sees("► EXECUTE")
        await seat.press("h")
        await seat.sees("‖ HELD")
        await seat.press("7", "end")
        await seat.sees("asks: hold", "Holding -> Held")


# --- what is on record ------------------------------------------------------------------------------------------------


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
    run = await stopped(shifts.begun(STOPPED_BY_ITSELF))
    async with record(run) as seat:
        await seat.sees("measured")
        await seat.press("space", "minus")
        await seat.sees("► 0.25x")
        await seat.sees("■ STOPPED")


async def stopped(run: RunFolder) -> RunFolder:
    """By an operator, once it holds."""
    async with screens(run) as seat:
        await seat.sees("‖ HELD")
        await seat.press("x")
        await seat.sees("RUN OVER")
    return run


def index_of_alarm(run: RunFolder) -> int:
    return next(i for i, event in enumerate(run.events()) if isinstance(event, DeviceAlarm))


def hands_and_motions(events: Sequence[Event]) -> list[Command]:
    """Whatever was sent that moves something."""
    return [
        e.command for e in events if isinstance(e, CommandSent) and not isinstance(e.command, Activate | Acknowledge | StopAll)
    ]


def killed(run: RunFolder) -> None:
    pid = run.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
