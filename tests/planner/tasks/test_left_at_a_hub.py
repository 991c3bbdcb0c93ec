"""A plan of nothing but what a station does to itself, while a robot stands where an earlier plan has left it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.declared_state import declared_state
from cell.steps import AtHome, AtHub, Move, Service
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import cell_of, plan, request_of, seconds
from tests.planner.tasks.robots import cell_text

CELL = cell_text(parts=0).replace("  offers inspect for 4 s\n", "  offers inspect for 4 s\n  offers calibrate for 5 s\n")


@pytest.mark.parametrize("left_there", [("left",), ("right",), ("left", "right")])
def test_whoever_stands_at_a_hub_goes_home_in_the_operation_of_the_chore(left_there: tuple[str, ...]) -> None:
    stances = {robot: AtHub(f"{robot}_in") for robot in left_there}
    made = plan("calibrate nest\n", CELL, replace(declared_state(cell_of(CELL)), stances=stances)).expect()
    (chore,) = made.operations
    moves = [step.action.need for step in made.steps if isinstance(step.action, Move) and step.operation == chore.id]
    assert [(need.robot, need.start, need.end) for need in moves] == [(r, stances[r], AtHome()) for r in left_there]
    assert [type(step.action) for step in made.steps] == [Service, *(Move for _ in moves)]


def test_the_way_home_is_asked_for_though_nobody_has_found_it_yet() -> None:
    state = replace(declared_state(cell_of(CELL)), stances={"left": AtHub("left_in")})
    known = Known(seconds, frozenset(), is_measured=lambda need: False)
    made = plan_tasks(request_of("calibrate nest\n", CELL, state), known).expect()
    assert any(isinstance(step.action, Move) for step in made.steps)


def test_where_all_that_is_asked_for_is_kept_fresh_and_is_there_is_nothing_to_do_or_to_read() -> None:
    """`until` counts what the loop has brought about, and it has."""
    state = replace(declared_state(cell_of(CELL)), stances={"left": AtHub("left_in")}, since={"g2": 60.0})
    intent = "for each s in left_in until left_out.count >= 0 parts {\n  move s to left_out\n}\nevery 2 h { calibrate nest }\n"
    made = plan(intent, CELL, state).expect()
    assert (made.steps, made.operations, made.reads) == ((), (), ())
