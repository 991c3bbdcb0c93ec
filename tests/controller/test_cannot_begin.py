"""A run that cannot begin, as a device says what is wrong with it, holds by that, once, and not by what is therefore not seen."""

from dataclasses import replace

import pytest

from cell.device import FaultCleared, FaultRaised, GripChanged, GripperState
from cell.events import DeviceAlarm, Event, Retried, RunEnded
from cell.run import HOLDS_BY_THE_CAUSE
from cell.scenario import Scenario
from cell_drivers.simulated import simulated_cell
from controller.journal.replay import fold
from controller.rehearsal import Ask, rehearse
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec
from tests.controller.told import holds, of
from tests.controller.under_rules import under_rules

ASLEEP = "its jaws are not activated"
RESUME = Ask(20.0, "resume")
POLICY = 'on grip.alarm: hold "Look at the jaws, then press Resume"'
TRIED = "on grip.alarm: retry 1, then hold"


def run(*asks: Ask, tail: str = "", wakes: bool = True) -> tuple[Event, ...]:
    """The gripper was without power: it says so, and what it holds is not seen before that is acknowledged."""
    given, scenario = spec(intent(tail, batch="1 parts")), Scenario(0)
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, scenario)
    face = drivers.grippers["grip"]
    state, acknowledge, asleep = face.state, face.acknowledge, {"grip": True}

    def seen(hand: str) -> GripperState:
        return replace(state(hand), grip=None) if asleep["grip"] else state(hand)

    def woken(fault: str, operator: str) -> None:
        acknowledge(fault, operator)
        if fault == "not_activated" and asleep["grip"] and wakes:
            asleep["grip"] = False
            for hand in ("a", "b"):
                face.tell(GripChanged("grip", drivers.now(), state(hand)))
            face.tell(FaultCleared("grip", drivers.now(), fault))

    face.state, face.acknowledge = seen, woken  # type: ignore[method-assign]
    face.tell(FaultRaised("grip", drivers.now(), "not_activated", ASLEEP))
    plan = small_plan(given.state, 1)
    assert plan is not None
    return rehearse(given, released(plan), drivers, SmallPlanner(1), asks=asks, scenario=scenario).events


def test_it_holds_by_what_the_device_says_and_one_resume_does() -> None:
    events = run(RESUME)
    assert holds(events) == [("R721", f"grip: {ASLEEP}")]
    assert of(events, RunEnded)[0].state == "Complete"


def test_a_policy_that_begins_with_a_hold_has_its_words() -> None:
    events = run(RESUME, tail=POLICY)
    assert holds(events) == [("R701", "Look at the jaws, then press Resume")]
    assert of(events, RunEnded)[0].state == "Complete"


def test_where_the_policy_tries_again_what_is_not_seen_is_told() -> None:
    events = run(tail=TRIED)
    ((code, text),) = holds(events)
    assert code == "R705"
    assert text.startswith("nobody observes what grip.")
    assert of(events, Retried) == [], "its try is not spent on that"


def test_a_device_that_stays_as_it_is_holds_again_at_each_resume() -> None:
    assert holds(run(RESUME, Ask(40.0, "resume"), wakes=False)) == [("R721", f"grip: {ASLEEP}")] * 3


@pytest.mark.parametrize(("rules", "code"), [(HOLDS_BY_THE_CAUSE - 1, "R705"), (HOLDS_BY_THE_CAUSE, "R721")])
def test_a_run_of_before_held_by_what_was_not_seen(rules: int, code: str) -> None:
    held = fold(under_rules(run(), rules)).trouble.hold
    assert held is not None
    assert held.code == code


def test_an_alarm_that_stands_at_the_beginning_is_the_one_that_the_machine_names_and_no_other() -> None:
    """Its state shows that there is one, and not which: that one would never be told to be over."""
    given, scenario = spec(intent("", batch="1 parts")), Scenario(0)
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, scenario)
    drivers.machines["lathe"].raise_alarm("the spindle is overloaded", "E12")
    plan = small_plan(given.state, 1)
    assert plan is not None
    events = rehearse(given, released(plan), drivers, SmallPlanner(1), asks=(RESUME,), scenario=scenario).events
    assert [(e.code, e.is_active) for e in of(events, DeviceAlarm)] == [("E12", True), ("E12", False)]
    assert of(events, RunEnded)[0].state == "Complete"
