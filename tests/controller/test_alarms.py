"""ISA-18.2: raised, acknowledged, returned, shelved; the rate and the flood; and all of it as events of a run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved
from cell.commands import Subject
from cell.events import Answered, DeviceAlarm, Event, HoldRaised, RunOpened, RunResumed, TimerExpired, ZoneReported
from cell.run import FAILURES_NAME_LINES, SHELVES_ONE_ALARM
from cell.scenario import Disturbance, EmergencyStop, GripLost, ProtectiveStop
from controller import alarms as listed
from controller.alarm_causes import standing
from controller.alarms import (
    MOST_LISTED,
    RATE_OVER,
    SECOND,
    Alarms,
    Cause,
    acknowledged,
    at,
    happened,
    raised,
    returned,
    shelved,
    standing_now,
    unshelved,
)
from controller.attending import kept_up
from controller.journal.replay import fold, states
from controller.journal.report import report
from controller.journal.rows import event_of, row_of, snapshot_of, state_of
from controller.machine import advance
from controller.run_state import HoldReason, Question, RunState
from tests.controller.tending import tend
from tests.journals.packing import ENDING, FOLDER, unpacked

JAM = Cause("device lathe", 2, "R721", "lathe: jam", "clear the fault at lathe")
DOOR = Cause("zone aisle", 3, "", "somebody is in aisle", "leave aisle when done", is_shelvable=False)
GONE = Cause("link r1", 1, "R740", "no link to r1", "look at the cable")
OF = Subject("test")
MINUTE = 60 * SECOND


def state(alarms: Alarms, cause: Cause = JAM) -> str | None:
    found = alarms.listed.get(cause.key)
    return None if found is None else found.state


def seen(alarms: Alarms, cause: Cause = JAM) -> Alarms:
    return acknowledged(alarms, cause.key, "ann")


# --- the list ---


def test_what_is_over_at_once_leaves_the_list_in_one_order() -> None:
    """Or the list of a run that is folded again would be another one."""
    causes = {f"device d{k:02}": replace(JAM, key=f"device d{k:02}") for k in range(12)}
    up = standing_now(Alarms(), {}, causes, 1)
    for cause in causes.values():
        up = seen(up, cause)
    over = standing_now(up, causes, {}, 2)
    assert not over.listed
    assert [alarm.cause.key for alarm in over.past] == sorted(causes, reverse=True)


def test_it_leaves_the_list_when_it_is_both_over_and_acknowledged_in_either_order() -> None:
    up = raised(Alarms(), JAM, 1)
    assert state(up) == "unacknowledged"
    assert state(seen(up)) == "acknowledged"
    assert state(returned(up, JAM.key, 2)) == "returned"
    assert state(returned(seen(up), JAM.key, 2)) is None
    left = seen(returned(up, JAM.key, 2))
    assert state(left) is None
    assert [(alarm.cause, alarm.acknowledged_by) for alarm in left.past] == [(JAM, "ann")]


def test_one_that_comes_again_has_to_be_acknowledged_again_and_is_counted() -> None:
    again = raised(returned(raised(Alarms(), JAM, 1), JAM.key, 2), JAM, 3)
    assert state(again) == "unacknowledged"
    assert again.listed[JAM.key].count == 2
    assert state(raised(seen(raised(Alarms(), JAM, 1)), JAM, 3)) == "unacknowledged"


def test_what_has_only_happened_waits_for_somebody_to_have_seen_it() -> None:
    assert state(happened(Alarms(), JAM, 1)) == "returned"


def test_a_shelved_one_is_out_of_sight_and_comes_back_by_itself() -> None:
    alarms = shelved(raised(Alarms(), JAM, 0), JAM.key, MINUTE, "the fitter is on his way", "ann")
    assert alarms.top is None
    assert state(raised(alarms, JAM, 10 * SECOND)) == "shelved"
    assert state(at(alarms, 59 * SECOND)) == "shelved"
    assert state(at(alarms, MINUTE)) == "unacknowledged"
    assert state(unshelved(alarms, JAM.key)) == "unacknowledged"


def test_what_tells_of_people_or_of_what_may_not_stand_still_stays_in_sight() -> None:
    up = raised(Alarms(), DOOR, 0)
    assert shelved(up, DOOR.key, MINUTE, "they sweep", "ann") == up


def test_a_shelf_hides_what_was_shelved_and_nothing_that_comes_under_its_key_for_another_reason() -> None:
    fault, other = Cause("hold", 1, "R721", "lathe: jam", "resume"), Cause("hold", 1, "R721", "r1: overload", "resume")
    person = Cause("hold", 1, "R715", "a person is in aisle", "resume", is_shelvable=False)
    away = shelved(standing_now(Alarms(), {}, {"hold": fault}, 0), "hold", MINUTE, "the fitter comes", "ann")
    between = standing_now(away, {"hold": fault}, {}, 1)
    assert state(standing_now(between, {}, {"hold": fault}, 2), fault) == "shelved"
    for comes in (person, other, replace(fault, is_shelvable=False)):
        assert state(standing_now(between, {}, {"hold": comes}, 2), comes) == "unacknowledged"
    for comes in (person, other):
        assert state(standing_now(away, {"hold": fault}, {"hold": comes}, 2), comes) == "unacknowledged"
        assert state(standing_now(seen(away, fault), {"hold": fault}, {"hold": comes}, 2), comes) == "unacknowledged"
    hidden = standing_now(between, {}, {"hold": person}, 2, hides_all=True)
    assert state(hidden, person) == "shelved"  # in a run of before


def test_the_top_one_is_what_stands_and_matters_most() -> None:
    alarms = raised(raised(raised(Alarms(), JAM, 1), DOOR, 2), GONE, 3)
    assert [alarm.cause for alarm in alarms.in_order()] == [GONE, JAM, DOOR]
    assert [alarm.cause for alarm in returned(alarms, GONE.key, 4).in_order()] == [JAM, DOOR, GONE]


def test_a_flood_is_more_than_ten_in_ten_minutes_until_it_is_fewer_than_five() -> None:
    alarms = Alarms()
    for n in range(10):
        alarms = raised(alarms, replace(JAM, key=f"device d{n}"), n * SECOND)
    assert not alarms.is_flood
    alarms = raised(alarms, JAM, 10 * SECOND)
    assert alarms.is_flood
    assert at(alarms, 5 * SECOND + RATE_OVER).is_flood
    passed = at(alarms, 6 * SECOND + RATE_OVER)
    assert not passed.is_flood
    assert len(passed.times) == 4
    assert (passed.raised, passed.most, passed.floods) == (11, 11, 1)


def test_only_what_changes_is_raised() -> None:
    alarms = standing_now(Alarms(), {}, {JAM.key: JAM}, 1)
    assert standing_now(alarms, {JAM.key: JAM}, {JAM.key: JAM}, 2) == alarms
    assert state(standing_now(alarms, {JAM.key: JAM}, {}, 2)) == "returned"


def test_a_list_that_nobody_looks_after_loses_what_is_over_longest_and_keeps_what_stands() -> None:
    alarms = raised(Alarms(), JAM, 0)
    for n in range(MOST_LISTED + 20):
        alarms = happened(alarms, replace(GONE, key=f"link {n}"), n + 1)
    assert len(alarms.listed) == MOST_LISTED
    assert JAM.key in alarms.listed
    assert "link 0" not in alarms.listed
    assert f"link {MOST_LISTED + 19}" in alarms.listed


def test_what_stands_is_never_put_out_of_the_list() -> None:
    alarms = Alarms()
    for n in range(MOST_LISTED + 3):
        alarms = raised(alarms, replace(GONE, key=f"link {n}"), n)
    assert len(alarms.listed) == MOST_LISTED + 3


# --- the list of a run ---


@cache
def recorded(name: str) -> tuple[Event, ...]:
    with TemporaryDirectory() as folder:
        return unpacked(FOLDER / f"{name}{ENDING}", Path(folder)).events()


def jammed(device: str = "lathe") -> RunState:
    """A run that goes on and has begun with the lathe's door, of which a device reports a fault."""
    for one in states(tend().record.events):
        if one.pack == "Execute":
            break
    return told(one, DeviceAlarm(one.now + 1, OF, device, True, "E1", "jam"))


def of_before(event: Event) -> Event:
    if not isinstance(event, RunOpened):
        return event
    return replace(event, context=replace(event.context, rules=FAILURES_NAME_LINES - 1))


def told(run: RunState, *events: Event) -> RunState:
    return fold(events, run)


KEY = "device lathe E1"


def test_acknowledging_and_shelving_are_events_and_say_who() -> None:
    run = jammed()
    assert run.alarms.listed[KEY].state == "unacknowledged"
    once = told(run, AlarmAcknowledged(run.now + 1, OF, KEY, "ann"))
    assert once.alarms.listed[KEY].acknowledged_by == "ann"
    away = told(once, AlarmShelved(run.now + 2, OF, KEY, run.now + MINUTE, "the fitter comes", "ben"))
    assert (away.alarms.listed[KEY].state, away.alarms.listed[KEY].shelved_by) == ("shelved", "ben")
    assert told(away, AlarmUnshelved(run.now + 3, OF, KEY, "ann")).alarms == once.alarms
    over = told(once, DeviceAlarm(run.now + 4, OF, "lathe", False, "E1", ""))
    assert KEY not in over.alarms.listed


def test_a_shelf_runs_out_by_a_timer_of_the_run_and_nothing_is_sent_for_it() -> None:
    run = jammed()
    until = run.now + MINUTE
    away, commands = advance(run, AlarmShelved(run.now + 2, OF, KEY, until, "the fitter comes", "ben"))
    assert not commands.send
    assert not commands.record
    assert away.timers[f"shelf {KEY}"] == until
    back, commands = advance(away, TimerExpired(until, OF, f"shelf {KEY}"))
    assert not commands.send
    assert back.alarms.listed[KEY].state == "unacknowledged"
    early = told(away, AlarmUnshelved(run.now + 3, OF, KEY, "ann"))
    assert f"shelf {KEY}" not in early.timers


def test_people_in_a_zone_are_not_shelved_by_any_event() -> None:
    run = jammed()
    run = told(run, ZoneReported(run.now + 1, OF, "aisle", True, "scanner"))
    (key,) = (key for key, cause in standing(run).items() if key.startswith("zone"))
    away = told(run, AlarmShelved(run.now + 2, OF, key, run.now + MINUTE, "they sweep", "ben"))
    assert away.alarms.listed[key].state == "unacknowledged"


def test_a_hold_for_a_person_is_told_although_a_hold_before_it_was_shelved() -> None:
    run = jammed()
    assert run.context is not None
    of_before = replace(run, context=replace(run.context, rules=SHELVES_ONE_ALARM - 1))
    for begun, comes_as in ((run, "unacknowledged"), (of_before, "shelved")):
        held = holding(begun, HoldReason("R721", "lathe: jam", ()))
        away = told(held, AlarmShelved(run.now + 2, OF, "hold", run.now + 60 * MINUTE, "the fitter comes", "ben"))
        assert away.alarms.listed["hold"].state == "shelved"
        person = holding(holding(away, None), HoldReason("R715", "a person is in aisle", ()))
        assert person.alarms.listed["hold"].state == comes_as


def holding(run: RunState, hold: HoldReason | None) -> RunState:
    """Held for that, by whatever has come."""
    after = replace(run, trouble=replace(run.trouble, hold=hold))
    return kept_up(run, after, ZoneReported(run.now, OF, "aisle", False, "scanner"), ())


def test_who_answers_a_question_has_seen_its_alarm() -> None:
    run = jammed()
    asking = replace(run, trouble=replace(run.trouble, questions=run.trouble.questions.set("q1", Question("where?", ("here",)))))
    asking = replace(asking, alarms=standing_now(run.alarms, standing(run), standing(asking), run.now))
    assert asking.alarms.listed["question q1"].state == "unacknowledged"
    wrong = told(asking, Answered(run.now + 1, OF, "q1", "there", "ann"))
    assert wrong.alarms.listed["question q1"].state == "unacknowledged"
    assert "question q1" not in told(asking, Answered(run.now + 1, OF, "q1", "here", "ann")).alarms.listed


def test_another_controller_goes_on_with_the_list_in_its_own_clock() -> None:
    run = jammed()
    run = told(run, AlarmShelved(run.now, OF, KEY, run.now + MINUTE, "the fitter comes", "ben"))
    shift = 5 * MINUTE
    resumed = RunResumed(run.now + shift, OF, "2026-11-29T01:00:00+00:00", "", "real", shift, shift)
    after = told(run, resumed)
    assert after.alarms.listed[KEY].shelved_until == run.now + MINUTE + shift
    assert after.alarms.listed[KEY].reason == "the fitter comes"
    assert listed.shifted(run.alarms, 0) == run.alarms


def test_a_snapshot_and_a_row_of_the_journal_have_all_of_it() -> None:
    run = jammed()
    events = (
        AlarmAcknowledged(run.now, OF, KEY, "ann"),
        AlarmShelved(run.now, OF, KEY, run.now + MINUTE, "the fitter comes", "ben"),
        AlarmUnshelved(run.now, OF, KEY, "ann"),
    )
    for event in events:
        run = told(run, event)
        assert event_of(row_of(1, event), lambda name: pytest.fail(name)) == event
        plan = run.progress.plan
        assert plan is not None
        assert state_of(snapshot_of(run), lambda name: plan.plan).alarms == run.alarms  # noqa: B023


def test_a_run_is_told_with_who_did_what_about_which_alarm_and_how_many_there_were() -> None:
    events = list(tend().record.events)
    middle = next(n for n, one in enumerate(states(events)) if one.pack == "Execute") + 1
    now = events[middle].at
    text = report(
        [
            *events[:middle],
            DeviceAlarm(now, OF, "lathe", True, "E1", "jam"),
            AlarmAcknowledged(now, OF, KEY, "ann"),
            AlarmShelved(now, OF, KEY, now + 10 * MINUTE, "the fitter comes", "ben"),
        ]
    )
    assert f"ann acknowledged the alarm {KEY}" in text
    assert f"ben shelved the alarm {KEY} for 10 min: the fitter comes" in text
    assert "  alarms 1, at most 1 in ten minutes; 0 that nobody acknowledged" in text


def test_a_hold_that_an_operator_asked_for_is_no_alarm_and_one_of_the_cell_is() -> None:
    held = fold(recorded("gantry-held-and-resumed")).alarms
    assert not any("asked for a hold" in alarm.cause.text for alarm in (*held.listed.values(), *held.past))
    assert "R715" in {alarm.cause.code for alarm in fold(recorded("assembly-jams")).alarms.listed.values()}


def test_each_names_the_line_of_intent_or_of_the_cell_and_says_what_to_do() -> None:
    found: dict[str, Cause] = {}
    for run in states(recorded("assembly-jams")):
        found |= {key: alarm.cause for key, alarm in run.alarms.listed.items()}
    assert len(found) >= 2
    assert all(cause.what_to_do for cause in found.values())
    assert found["hold"].because
    assert not found["hold"].is_shelvable
    assert all(bool(cause.because) is not bool(cause.no_line) for cause in found.values())


@pytest.mark.parametrize(
    ("disturbance", "code"), [(ProtectiveStop("g1", 2.0), "R721"), (GripLost("grip", 1, "on the way"), "R703")]
)
def test_what_no_policy_has_names_the_line_that_was_worked_for_and_a_run_of_before_as_it_did(
    disturbance: Disturbance, code: str
) -> None:
    run = tend(disturbance, tail="", batch=1)
    hold, events = run.all(HoldRaised)[0], run.record.events
    assert hold.code == code
    assert run.state.progress.plan is not None
    assert set(hold.because) <= {o.because.span for o in run.state.progress.plan.plan.tasks.operations}
    causes = [alarm.cause for alarm in run.state.alarms.listed.values()]
    assert len(causes) == (2 if code == "R721" else 1)
    assert {cause.because for cause in causes} == {hold.because}
    assert len(hold.because) == 1
    before = fold(tuple(of_before(event) for event in events)).trouble.hold
    assert before is not None
    assert (before.code, before.because) == (code, ())


def test_of_a_device_that_was_at_work_for_nobody_it_says_so() -> None:
    (cause,) = (alarm.cause for alarm in jammed("gauge").alarms.listed.values())
    assert (cause.because, cause.no_line) == ((), "gauge was at work for none when it came")
    (cause,) = (alarm.cause for alarm in jammed().alarms.listed.values())
    assert (len(cause.because), cause.no_line) == (1, "")


def test_a_fault_that_is_over_before_the_motion_is_has_ended_it_all_the_same() -> None:
    run = tend(EmergencyStop("g1", 2.0, 2.001), batch=1)
    assert [hold.code for hold in run.all(HoldRaised)] == ["R721"]


def test_an_alarm_of_a_device_is_told_in_its_own_words_once_and_an_open_emergency_stop_with_its_button() -> None:
    run = tend(ProtectiveStop("g1", 2.0), tail="", batch=1).state
    fault = standing(run)["device g1 protective_stop"]
    assert fault.text == "g1: its own controller has stopped it (protective_stop)"
    assert fault.what_to_do == "clear the fault at g1"
    opened = standing(tend(EmergencyStop("g1", 2.0, 90.0), batch=1).state)["device g1 emergency_stop"]
    assert opened.text == "g1: the circuit of its emergency stop is open"
    assert "release it at its button" in opened.what_to_do
