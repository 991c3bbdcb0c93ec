"""A device may report several faults at once: each is an alarm of its own, and stands until its own end is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.attended import AlarmAcknowledged, AlarmShelved
from cell.commands import Acknowledge, Subject
from cell.events import (
    CommandReported,
    DeviceAlarm,
    Event,
    HoldRaised,
    OperatorAsked,
    RunResumed,
    StateChanged,
    TimerExpired,
)
from cell.run import EACH_FAULT_STANDS
from controller.inquiry import faults_found
from controller.journal.replay import fold, states
from controller.machine import advance
from controller.run_state import RunState
from tests.controller.tending import tend, world
from tests.controller.under_rules import under_rules

OF = Subject("test")
OPEN, LIMIT = "device g1 emergency_stop", "device g1 joint_limit"
MINUTE = 60_000_000_000


def at_work(rules: int | None = None) -> RunState:
    """While the robot is on a motion."""
    events = tend(batch=1).record.events
    if rules is not None:
        events = tuple(under_rules(events, rules))
    return next(one for one in states(events) if one.pack == "Execute" and "g1" in one.progress.busy)


def alarm(run: RunState, fault: str, *, is_active: bool = True, text: str = "", device: str = "g1") -> DeviceAlarm:
    return DeviceAlarm(run.now + 1, OF, device, is_active, fault, text)


def after(run: RunState, *events: Event) -> RunState:
    return fold(events, run)


def faulty(rules: int | None = None) -> RunState:
    run = at_work(rules)
    return after(run, alarm(run, "emergency_stop"), alarm(run, "joint_limit", text="joint 2 is past its limit"))


def standing(run: RunState) -> set[str]:
    return {key for key, one in run.alarms.listed.items() if one.returned is None and key.startswith("device")}


def test_the_end_of_one_is_not_the_end_of_the_other() -> None:
    run = faulty()
    assert standing(run) == {OPEN, LIMIT}
    assert standing(after(run, alarm(run, "emergency_stop", is_active=False))) == {LIMIT}
    assert standing(after(run, alarm(run, "joint_limit", is_active=False))) == {OPEN}
    assert standing(after(run, alarm(run, "never_raised", is_active=False))) == {OPEN, LIMIT}


def test_each_is_acknowledged_and_shelved_for_itself() -> None:
    run = faulty()
    seen = after(
        run,
        AlarmAcknowledged(run.now + 2, OF, OPEN, "ann"),
        AlarmShelved(run.now + 2, OF, LIMIT, run.now + MINUTE, "the fitter comes", "ben"),
    )
    assert (seen.alarms.listed[OPEN].state, seen.alarms.listed[LIMIT].state) == ("acknowledged", "shelved")
    over = after(seen, alarm(seen, "emergency_stop", is_active=False))
    assert OPEN not in over.alarms.listed
    assert over.alarms.listed[LIMIT].state == "shelved"


def test_each_says_its_own_and_names_the_line_that_was_worked_for_when_it_came() -> None:
    run = faulty()
    first, second = run.alarms.listed[OPEN].cause, run.alarms.listed[LIMIT].cause
    assert second.text == "g1: joint 2 is past its limit (joint_limit)"
    assert (first.text, first.code, second.code) == ("g1: emergency_stop", "R721", "R721")
    assert first.because
    more = after(run, alarm(run, "joint_limit", text="joint 3 is past its limit"))
    assert more.alarms.listed[LIMIT].cause.text == "g1: joint 3 is past its limit (joint_limit)"
    assert more.alarms.listed[LIMIT].count == 1


def test_a_resume_acknowledges_each_and_waits_for_all() -> None:
    run = faulty()
    run = after(run, *(CommandReported(run.now + 1, OF, name, "aborted", "", "aborted", None) for name in run.progress.flights))
    assert run.pack == "Held"
    assert run.trouble.hold is not None
    assert run.trouble.hold.code == "R721"
    resumed, commands = advance(run, OperatorAsked(run.now + 1, OF, "resume", "ann"))
    assert [(c.device, c.fault) for c in commands.send if isinstance(c, Acknowledge)] == [
        ("g1", "emergency_stop"),
        ("g1", "joint_limit"),
    ]
    power = tuple(name for name, flight in resumed.progress.flights.items() if flight.device == "g1")
    resumed = after(resumed, *(CommandReported(resumed.now + 1, OF, name, "done", "", "", None) for name in power))
    half = after(resumed, alarm(resumed, "emergency_stop", is_active=False))
    assert half.pack == "Unholding"
    _, commands = advance(half, alarm(half, "joint_limit", is_active=False))
    assert ("Unholding", "Execute") in [(c.before, c.after) for c in commands.record if isinstance(c, StateChanged)]


def test_two_of_one_word_are_one_failure_and_one_of_another_word_is_its_own() -> None:
    run = faulty()
    assert [failure.event for failure in run.trouble.failures] == ["g1.fault"]
    both = after(run, alarm(run, "jam", device="lathe"))
    assert [failure.event for failure in both.trouble.failures] == ["g1.fault", "lathe.alarm"]


def test_a_run_of_before_knows_one_fault_of_a_device_and_takes_any_end_for_its_end() -> None:
    run = faulty(EACH_FAULT_STANDS - 1)
    assert standing(run) == {OPEN}
    assert standing(after(run, alarm(run, "joint_limit", is_active=False))) == set()


def test_another_controller_says_what_a_device_was_at_work_for_and_did_not_in_a_run_of_before() -> None:
    """What that run has in its journal is concluded again."""
    for rules, count in ((EACH_FAULT_STANDS, 1), (EACH_FAULT_STANDS - 1, 0)):
        run = faulty(rules)
        taken = replace(after(run, RunResumed(run.now, OF, "", "", "virtual", 0, 0)), pack="Unholding")
        _, commands = advance(taken, TimerExpired(taken.now, OF, "alarms"))
        (hold,) = [said for said in commands.record if isinstance(said, HoldRaised)]
        assert (hold.code, len(hold.because)) == ("R721", count)


def test_another_controller_finds_which_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers, run = world(), faulty()
    face = drivers.motion["g1"]
    shown = replace(face.state(), faults=("joint_limit",))
    monkeypatch.setattr(face, "state", lambda: shown)
    (over,) = faults_found(drivers, run, run.now)
    assert (over.code, over.is_active) == ("emergency_stop", False)
    shown = replace(shown, faults=("protective_stop",))
    told = [(one.code, one.is_active) for one in faults_found(drivers, run, run.now)]
    assert told == [("emergency_stop", False), ("joint_limit", False), ("protective_stop", True)]
