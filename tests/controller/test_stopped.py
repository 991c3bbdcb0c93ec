"""A run that was stopped and is gone on with: what it waited for in time it waits for still, and what is at its end stays so."""

from dataclasses import replace

import pytest

from cell.commands import Subject
from cell.events import Asked, CommandReported, FactObserved, HandClosedEmpty, OperatorAsked, RunResumed, StepFailed
from cell.run import STOPPED_GOES_ON
from cell.steps import AtHome, Grip
from controller.machine import advance
from controller.rehearsal import Ask
from controller.run_state import NOTHING_YET, RunState
from controller.watch import Watch
from tests.controller.tending import POLICIES, Tended, tend, world
from tests.controller.under_rules import under_rules

WITHIN = POLICIES + "within 10 min\n"
LATER = 100_000_000_000


def over(run: Tended, rules: int | None = None) -> RunState:
    state = NOTHING_YET
    for event in run.record.events if rules is None else under_rules(run.record.events, rules):
        state, _ = advance(state, event)
    return state


def resumed(state: RunState, shift: int = 0) -> RunResumed:
    return RunResumed(state.now + shift + LATER, Subject(state.run), "2026-11-29T00:00:00Z", "", "virtual", shift, shift)


@pytest.mark.parametrize("shift", [0, 7_000_000_000])
def test_a_deadline_goes_on_counting_while_nobody_is_there(shift: int) -> None:
    state = over(tend(asks=(Ask(12.0, "stop"),), tail=WITHIN))
    assert state.pack == "Stopped"
    due = state.timers["within -"]
    after, _ = advance(state, resumed(state, shift))
    assert after.pack == "Held"
    assert after.timers["within -"] == due + shift
    assert not [name for name in after.timers if name.startswith(("standstill", "late"))]


def test_a_run_of_before_forgot_them_when_it_was_over() -> None:
    run = tend(asks=(Ask(12.0, "stop"),), tail=WITHIN)
    assert not over(run, STOPPED_GOES_ON - 1).timers


def test_a_run_that_is_complete_is_not_gone_on_with() -> None:
    state = over(tend())
    assert state.pack == "Complete"
    assert not state.may_go_on
    after, commands = advance(state, resumed(state))
    assert after == state
    assert commands.record == ()
    assert commands.send == ()


@pytest.mark.parametrize(("how", "failed"), [("quick stop", []), ("stop", ["R703"])])
def test_a_hand_that_a_stop_breaks_off_has_missed_no_part(how: Asked, failed: list[str]) -> None:
    """It shows that it is closed on nothing, for it was stopped on its way; one that goes on to its end has found nothing."""
    state = NOTHING_YET
    for event in tend().record.events:
        state, _ = advance(state, event)
        if isinstance(event, CommandReported) and event.status == "running" and event.of.step == "s3":
            break
    assert state.progress.plan is not None
    assert isinstance(state.progress.plan.steps["s3"].action, Grip)
    stop = OperatorAsked(state.now, Subject(state.run), how, "ann")
    closed = HandClosedEmpty(state.now, Subject(state.run), "grip.a", None, "grip", 0.0)
    said = []
    for event in (stop, closed):
        state, commands = advance(state, event)
        said += [each.code for each in commands.record if isinstance(each, StepFailed)]
    assert said == failed


@pytest.mark.parametrize(("beside", "stance"), [(0.0008, "home"), (0.0015, "measured")])
def test_a_robot_is_at_a_stance_where_its_driver_lets_a_motion_begin_there(beside: float, stance: str) -> None:
    drivers = world()
    watch, home = Watch(drivers), drivers.motion["g1"].state().q
    watch.learn({"g1": {AtHome(): home}})
    drivers.open()
    seen = replace(drivers.motion["g1"].state(), q=home + beside)
    (told,) = watch.standing(NOTHING_YET, 0, seen)
    assert isinstance(told, FactObserved)
    assert told.fact.args[1].split(" ")[0] == stance


def test_a_stop_that_was_hard_is_no_measure_of_the_next_hold() -> None:
    """After an abort even programs have to end before the run is at rest; after a hold they go on."""
    state = over(tend(asks=(Ask(12.0, "abort"),)))
    assert (state.pack, state.trouble.stopping) == ("Aborted", "power")
    after, commands = advance(state, resumed(state))
    assert (after.pack, after.trouble.stopping, after.is_over) == ("Held", None, False)
    assert commands.send == ()
