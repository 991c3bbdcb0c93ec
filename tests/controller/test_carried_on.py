"""Something of a plan fails: the robots that it concerns stop where they may, the others end what they have begun, and what waits
for what has failed, by the order of the steps, a zone, a machine, a part, is not started.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cell.commands import StopAll
from cell.events import (
    CarriedOn,
    CommandSent,
    EventRaised,
    HoldRaised,
    PlanRequested,
    StepConfirmed,
    StepStarted,
)
from cell.plan_file import with_plan_id
from cell.released_plan import Proof, ReleasedPlan
from cell.run import ASKS_BEYOND_APPROVED
from cell.scenario import Disturbance, GripLost, ProtectiveStop, Scenario
from cell.steps import Grip, Inspect, Move, Release, Step
from controller.carried_on import carried_on
from controller.draft import Draft, draft_of
from controller.journal.replay import fold, states
from controller.run_state import Failure
from controller.taken_back import unwanted
from planner.proof.coincidence import Spell, may_coincide, spells_of
from planner.proof.precedence import precedence_of
from tests.controller import told
from tests.controller.told import Kind
from tests.controller.under_rules import under_rules
from tests.planner.proof.row_of_gantries import Ran, Row, station, tray, zone

HOMES = (("a", -1.6), ("c", 1.6))
SIDES = {"a": -900, "c": 900}
TRAYS = "".join(tray(f"in_{name}", x, -600, 2) + tray(f"out_{name}", x, 600) for name, x in SIDES.items())
TRIED_AGAIN = "on grip_lost: retry 2\n"


def each(*lines: str) -> str:
    """A loop over its own tray for either robot."""
    body = "".join(f"  {line}\n" for line in lines)
    return "".join(f"for each s_{r} in in_{r} {{\n{body.replace('@', r)}}}\n" for r in SIDES) + TRIED_AGAIN


APART = Row(TRAYS, each("move s_@ to out_@ by @"), HOMES)
BENCHES = "".join(station(f"bench_{name}", round(x / 3), 0) for name, x in SIDES.items())
INSPECTED = each("inspect s_@ at bench_@", "move s_@ to out_@ by @") + 'on reject: hold "look"\n'
BENCHED = Row(TRAYS + BENCHES, INSPECTED, HOMES)
ONE_ZONE = Row(TRAYS + BENCHES + zone("middle", (-500, -200), (500, 200)), INSPECTED, HOMES)
ONE_GAUGE = Row(TRAYS + station("gauge", 0, 0), INSPECTED.replace("bench_a", "gauge").replace("bench_c", "gauge"), HOMES)


@cache
def ran(row: Row, *disturbances: Disturbance) -> Ran:
    return row.disturbed(Scenario(0, disturbances))


def of(run: Ran, kind: type[Kind]) -> list[Kind]:
    return told.of(run.record.events, kind)


def started_between(run: Ran, row: Row) -> list[Step]:
    """The steps of the first plan that are started after the first failure and before the next plan is asked for."""
    steps = {step.id: step for step in row.planned().expect().tasks.steps}
    events = run.record.events
    first = events.index(of(run, EventRaised)[0])
    last = events.index(of(run, PlanRequested)[0])
    return [steps[e.of.step] for e in events[first:last] if isinstance(e, StepStarted) and e.of.step in steps]


# --- what goes on ------------------------------------------------------------------------------------------------------


def test_the_other_robot_ends_its_motion_and_what_it_has_begun_while_the_one_that_failed_stands() -> None:
    run = ran(APART, GripLost("grip_a", 1, "at grip"))
    assert {step.robot for step in started_between(run, APART)} == {"c"}
    (told,) = of(run, CarriedOn)
    assert (told.robots, told.waiting) == (("c",), ("a",))
    assert [e for e in of(run, CommandSent) if isinstance(e.command, StopAll)] == []
    assert run.record.summary.state == "Complete"
    assert run.truth.violations == ()
    assert set(run.truth.executions.values()) == {1}


def test_it_ends_just_one_operation_and_begins_no_other() -> None:
    run = ran(APART, GripLost("grip_a", 1, "at grip"))
    assert len({step.operation for step in started_between(run, APART)}) == 1
    confirmed = {event.of.step for event in of(run, StepConfirmed)}
    (operation,) = {step.operation for step in started_between(run, APART)}
    own = [step.id for step in APART.planned().expect().tasks.steps if step.operation == operation]
    assert set(own) <= confirmed


def test_what_is_planned_next_begins_where_it_has_ended() -> None:
    run = ran(APART, GripLost("grip_a", 1, "at grip"))
    before, (asked, *_) = started_between(run, APART), of(run, PlanRequested)
    last = next(step for step in reversed(before) if isinstance(step.action, Move))
    assert asked.state.stances["c"] == last.action.need.end  # type: ignore[union-attr]


# --- what does not -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_nobody_goes_into_a_zone_for_one_in_which_the_other_stands() -> None:
    """`a` has lost its part on the bench, so in the zone."""
    run = ran(ONE_ZONE, GripLost("grip_a", 2, "at grip"))
    assert any("middle" in claim for step in ONE_ZONE.planned().expect().tasks.steps for claim in step.claims)
    assert [step.id for step in started_between(run, ONE_ZONE) if step.robot == "c" and "middle" in step.claims] == []
    assert run.record.summary.state == "Complete"
    assert run.truth.violations == ()


@pytest.mark.slow
@pytest.mark.parametrize("nth", [1, 2])
def test_nobody_takes_the_turn_of_the_other_at_a_machine(nth: int) -> None:
    """Neither before it has come there nor while it is there."""
    run = ran(ONE_GAUGE, GripLost("grip_a", nth, "at grip"))
    assert [step.id for step in started_between(run, ONE_GAUGE) if step.robot == "c" and "gauge" in step.claims] == []
    assert run.record.summary.state == "Complete"
    assert run.truth.violations == ()


@pytest.mark.slow
def test_no_program_is_started_and_nothing_inspected() -> None:
    """What is brought to a bench lies there until the rest is planned."""
    started = started_between(ran(BENCHED, GripLost("grip_a", 1, "at grip")), BENCHED)
    assert {step.robot for step in started} == {"c"}
    assert any(isinstance(step.action, Release) for step in started)
    assert [step for step in started if isinstance(step.action, Inspect)] == []


def both_at_work() -> Draft:
    """The first state in which either robot has a step under way."""
    for state in states(ran(APART).record.events):
        if state.context is not None and state.progress.plan is not None:
            d = draft_of(state, state.now)
            if all(flying(d, name) is not None for name in SIDES):
                return d
    raise AssertionError


def test_a_robot_that_is_to_meet_what_is_broken_starts_nothing_at_all() -> None:
    """Neither what would come before."""
    d, of_a = both_at_work(), Failure("x", "R703", "as if", device="a")
    assert {d.plan.steps[name].robot for name in carried_on(d, (of_a,))} == {"c"}
    at = flying(d, "c")
    assert at is not None
    for other in ({"device": "out_c"}, {"part": at.part}, {"device": "grip_c.a"}, {"device": "c"}):
        assert carried_on(d, (of_a, Failure("x", "R703", "as if", **other))) == (), other


def test_past_a_part_that_has_fallen_nobody_begins_to_move() -> None:
    run = ran(APART, GripLost("grip_a", 1, "on the way"))
    events = run.record.events
    behind = events[events.index(of(run, EventRaised)[0]) :]
    assert [e for e in behind if isinstance(e, StepStarted | CarriedOn)] == []
    assert run.record.summary.state == "Held"


def test_what_is_about_nothing_in_particular_stops_all() -> None:
    assert carried_on(both_at_work(), (Failure("orders.full", "R726", "as if", block=""),)) == ()
    assert carried_on(both_at_work(), (Failure("late", "R735", "as if", part="shaft#1", keeps_plan=True),)) == ()


def test_two_that_fail_one_after_the_other_both_stop() -> None:
    run = ran(APART, GripLost("grip_a", 1, "at grip"), GripLost("grip_c", 1, "at grip"))
    assert len(of(run, EventRaised)) >= 2
    assert started_between(run, APART) == [] or {step.robot for step in started_between(run, APART)} == {"c"}
    assert run.record.summary.state == "Complete"
    assert run.truth.violations == ()


def test_what_waited_for_the_disk_goes_out_where_it_is_carried_on() -> None:
    events = ran(APART, GripLost("grip_a", 1, "at grip")).record.events
    sent = {e.command.id: e.command for e in events if isinstance(e, CommandSent)}
    waiting = [
        (state, sent[command])
        for state in states(events)
        for command, flight in state.progress.flights.items()
        if flight.step in state.trouble.going_on and state.progress.status[flight.step] == "claimed"
    ]
    assert waiting
    assert {unwanted(state, command) for state, command in waiting} == {None}


def in_order() -> ReleasedPlan:
    """What `c` does to its first part waits for the first grip of `a`, and is no part or place of its own: an order of lines."""
    plan = APART.planned().expect()
    grip = next(s.id for s in plan.tasks.steps if isinstance(s.action, Grip) and s.robot == "a")
    behind = next(s.id for s in plan.tasks.steps if isinstance(s.action, Grip) and s.robot == "c")
    waiting = tuple(replace(s, predecessors=(*s.predecessors, grip)) if s.id == behind else s for s in plan.tasks.steps)
    others = sorted(waiting, key=lambda s: s.id == behind or _is_behind(behind, s, waiting))
    return ReleasedPlan(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(others)))), Proof((), ()))


def _is_behind(first: str, step: Step, steps: tuple[Step, ...]) -> bool:
    known = {s.id: s for s in steps}
    return first in step.predecessors or any(_is_behind(first, known[p], steps) for p in step.predecessors)


def test_what_comes_after_it_in_the_order_is_not_begun() -> None:
    plan = in_order()
    behind = next(s.id for s in plan.motion_plan.tasks.steps if isinstance(s.action, Grip) and s.robot == "c")
    run = APART.disturbed(Scenario(0, (GripLost("grip_a", 1, "at grip"),)), plan)
    asked = run.record.events.index(of(run, PlanRequested)[0])
    assert behind not in {event.of.step for event in run.record.events[:asked] if isinstance(event, StepStarted)}
    assert of(run, CarriedOn) == []
    assert run.record.summary.state == "Complete"


def test_beside_a_robot_that_its_own_controller_has_stopped_nothing_is_begun() -> None:
    run = ran(APART, ProtectiveStop("a", 3.0))
    assert of(run, CarriedOn) == []
    events = run.record.events
    stopped, held = events.index(of(run, EventRaised)[0]), events.index(of(run, HoldRaised)[0])
    assert [event for event in events[stopped:held] if isinstance(event, StepStarted)] == []


def test_in_a_hold_nothing_goes_on() -> None:
    """Without a policy it holds once what goes on has ended, and then everything stands."""
    row = replace(APART, intent=APART.intent.replace(TRIED_AGAIN, ""))
    run = ran(row, GripLost("grip_a", 1, "at grip"))
    events = run.record.events
    held = events.index(of(run, HoldRaised)[0])
    assert of(run, CarriedOn)
    assert [event for event in events[held:] if isinstance(event, StepStarted)] == []
    assert fold(events).trouble.going_on == ()


def test_a_run_of_before_starts_nothing_more() -> None:
    events = ran(APART, GripLost("grip_a", 1, "at grip")).record.events
    old = under_rules(events, ASKS_BEYOND_APPROVED)
    assert any(state.trouble.going_on for state in states(events))
    assert not any(state.trouble.going_on for state in states(old))


# --- the proof has it ---------------------------------------------------------------------------------------------------


def fails_next(d: Draft, robot: str) -> Failure | None:
    """As if what the robot is at had failed: a step becomes a failed one, on a motion its part is lost and the motion ends."""
    step = flying(d, robot)
    if step is None:
        return None
    failure = Failure("grip_lost", "R703", "as if", step=step.id, part=step.part)
    if not isinstance(step.action, Move):
        command = next(c for c, f in d.progress.flights.items() if f.step == step.id)
        d.proceed(status=d.progress.status.set(step.id, "failed"), flights=d.progress.flights.delete(command))
    return failure


def flying(d: Draft, robot: str) -> Step | None:
    steps = (d.plan.steps[f.step] for f in d.progress.flights.values() if f.step is not None)
    return next((step for step in steps if step.robot == robot), None)


def spell_of(d: Draft, robot: str, spells: tuple[Spell, ...]) -> Spell:
    """The motion that it is on, else its rest after the last one that it has ended."""
    steps = d.plan.plan.tasks.steps
    moves = [i for i, s in enumerate(steps) if isinstance(s.action, Move) and s.robot == robot]
    under_way = flying(d, robot)
    if under_way is not None and isinstance(under_way.action, Move):
        return next(s for s in spells if s.is_motion and s.first is not None and steps[s.first] == under_way)
    ended = [i for i in moves if d.progress.status.get(steps[i].id) == "confirmed"]
    return next(s for s in spells if not s.is_motion and s.first == (ended[-1] if ended else None))


def unproved(row: Row) -> Iterator[str]:
    """Of every state of an undisturbed run: what would be carried on and is not proved apart from the robot that would stand."""
    plan = row.planned().expect().tasks
    order = precedence_of(plan.steps, plan.choices)
    spells = {name: spells_of(plan.steps, plan.choices, order, name) for name in SIDES}
    index = {step.id: i for i, step in enumerate(plan.steps)}
    for state in states(ran(row).record.events):
        for robot, other in (("a", "c"), ("c", "a")):
            if state.context is None or state.progress.plan is None:
                continue
            d = draft_of(state, state.now)
            failure = fails_next(d, robot)
            going = () if failure is None else carried_on(d, (failure,))
            if not going:
                continue
            stands = (spell_of(d, robot, spells[robot]),)
            theirs = tuple(s for s in spells[other] if s.first in {index[name] for name in going})
            apart = np.asarray(may_coincide(stands, theirs, order))
            yield from (f"{theirs[k].first} beside {stands[0]}" for k in np.flatnonzero(~apart[0]))
            yield "something went on"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(APART, id="apart"),
        pytest.param(ONE_ZONE, id="one zone", marks=pytest.mark.long),
        pytest.param(BENCHED, id="benches", marks=pytest.mark.slow),
        pytest.param(ONE_GAUGE, id="one gauge", marks=pytest.mark.slow),
    ],
)
def test_whatever_is_carried_on_is_proved_apart_from_where_the_other_stands(row: Row) -> None:
    """The pairs that the proof holds against one another are those that can be at once; all that goes on is among them."""
    found = list(unproved(row))
    assert found
    assert set(found) == {"something went on"}
