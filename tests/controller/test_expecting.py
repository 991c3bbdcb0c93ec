"""What a step waits for is told with what is observed instead; a door that stands otherwise than planned needs another plan."""

from dataclasses import replace

import pytest
from immutables import Map

from cell.commands import RequestPlan
from cell.events import FactObserved, HoldRaised, StateChanged
from cell.steps import Fact, FactName, SetDoor
from controller.conduct import no_progress
from controller.draft import draft_of
from controller.expecting import other_than_planned, waits_for
from controller.machine import advance
from controller.run_state import NOTHING_YET, DeviceBelief, Fault, HandBelief, RunState
from tests.controller.tending import tend

OTHERWISE: dict[str, FactName] = {"shut": "open", "unclamped": "clamped"}


def started(swapped: FactName | None) -> tuple[RunState, list[RequestPlan]]:
    """The run at its beginning, where the lathe's door or clamp is observed otherwise than `swapped`, and what was asked for."""
    state, asked = NOTHING_YET, list[RequestPlan]()
    for event in tend().record.events:
        if isinstance(event, FactObserved) and event.fact == Fact(swapped or "shut", ("lathe",)) and swapped is not None:
            event = replace(event, fact=Fact(OTHERWISE[swapped], ("lathe",)))
        state, commands = advance(state, event)
        asked += [command for command in commands.send if isinstance(command, RequestPlan)]
        if asked or (isinstance(event, StateChanged) and event.after == "Execute"):
            break
    return state, asked


@pytest.mark.parametrize(
    ("swapped", "why"),
    [
        ("shut", "it needs the door of lathe closed, and it is open"),
        ("unclamped", "it needs the clamp of lathe open, and it is closed"),
    ],
)
def test_what_stands_otherwise_than_planned_is_planned_for_before_anything_is_sent(swapped: FactName, why: str) -> None:
    state, asked = started(swapped)
    assert [command.reason for command in asked] == [why]
    assert not state.progress.flights


def test_what_stands_as_planned_is_not_planned_again() -> None:
    state, asked = started(None)
    assert asked == []
    d = draft_of(state, state.now)
    assert other_than_planned(d, d.plan.plan.tasks.steps) is None


def test_what_the_plan_moves_first_may_stand_as_it_likes() -> None:
    state, _ = started(None)
    d = draft_of(state, state.now)
    steps = d.plan.plan.tasks.steps
    opens = next(step for step in steps if step.action == SetDoor("lathe", True))
    loads = next(step for step in steps if Fact("open", ("lathe",)) in step.needs)
    loads = replace(loads, needs=(Fact("open", ("lathe",)),))
    assert other_than_planned(d, (loads,)) == "it needs the door of lathe open, and it is closed"
    assert other_than_planned(d, (replace(opens, needs=()), loads)) is None


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (Fact("shut", ("lathe",)), "the door of lathe closed, and it is open"),
        (Fact("clamped", ("lathe",)), "the clamp of lathe closed, and it is reported neither open nor closed"),
        (Fact("idle", ("lathe",)), "lathe idle, and it reports no coolant"),
        (Fact("empty", ("grip.a",)), "grip.a open, and it is closed on nothing"),
        (Fact("empty", ("grip.b",)), "grip.b open, and nobody observes it"),
        (Fact("stands", ("g1", "hub lathe")), "g1 at lathe, and it stands at home"),
        (Fact("mounted", ("grip", "g2")), "grip at g2, and it is at g1"),
        (Fact("at", ("no such part", "lathe")), "no such part at lathe, and nobody observes it"),
    ],
)
def test_what_is_waited_for_is_told_with_what_is_observed(fact: Fact, text: str) -> None:
    state, _ = started(None)
    d = draft_of(state, state.now)
    belief = d.belief
    d.believe(
        devices=belief.devices.set("lathe", DeviceBelief(door_open=True, faults=(Fault("alarm", "no coolant"),))),
        hands=belief.hands.set("grip.a", HandBelief("empty")).set("grip.b", HandBelief(None)),
        mounts=belief.mounts.set("grip", "g1"),
    )
    assert waits_for(d, fact) == text


def test_what_is_otherwise_is_planned_around_once_and_then_held_with_both() -> None:
    state, _ = started(None)
    d = draft_of(state, state.now)
    step = next(step for step in d.plan.plan.tasks.steps if Fact("open", ("lathe",)) in step.needs)
    step = replace(step, needs=tuple(fact for fact in step.needs if fact.name == "open"))
    d.proceed(flights=Map(), due=(step.id,), plan=replace(d.plan, steps={**d.plan.steps, step.id: step}))
    no_progress(d)
    holds = [(event.code, event.text) for event in d.record if isinstance(event, HoldRaised)]
    assert holds == []
    assert [c.reason for c in d.send if isinstance(c, RequestPlan)] == ["the door of lathe open, and it is closed"]
    d.mend(mode="running", replan=None)
    no_progress(d)
    holds = [(event.code, event.text) for event in d.record if isinstance(event, HoldRaised)]
    assert holds == [("R705", f"{step.id} waits for the door of lathe open, and it is closed")]
