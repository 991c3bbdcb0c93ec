"""Shelves, out of whose bins parts come one by one, and feeds, which bring them one by one."""

import random
from dataclasses import replace

import pytest

from cell.arrivals import expected_parts
from cell.read_facts import value_of
from cell.state import InPlace, Lost
from cell.steps import Grip, Present
from cell.task_plan import ReadFact, TaskPlan
from tests.planner.proof.test_palletizing import found
from tests.planner.tasks.cells import changed, plan, request_of
from tests.planner.tasks.symbolic import play

CELL = """
robot r1 {
  model "ur10e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 10 kg
}
tool grip {
  mounted r1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.4 kg
  shape cylinder radius 50 mm length 150 mm
  grips [bracket, pin]
  hands 2
  force 20 N to 120 N
}
part bracket {
  mass 0.6 kg
  shape box (80 mm, 60 mm, 40 mm)
}
part pin {
  mass 0.1 kg
  shape cylinder radius 10 mm length 40 mm
}
shelf bins {
  at (-400 mm, 500 mm, 0 mm)
  holds [bracket, pin]
  contains bracket 3 parts
  contains pin 1 parts
}
feed pins {
  at (300 mm, -450 mm, 50 mm)
  delivers pin
  every 20 s
}
tray out {
  at (500 mm, -350 mm, 50 mm)
  grid 3x2
  pitch [120 mm, 120 mm]
  holds [bracket, pin]
}
"""
ALL = """
move bracket from bins to out
any order {
  move bracket from bins to out
}
in order {
  move bracket from bins to out
}
"""


def made(intent: str) -> TaskPlan:
    outcome = plan(intent, CELL)
    assert outcome.value is not None, outcome.diagnostics
    return outcome.value


def grips(tasks: TaskPlan) -> list[str]:
    return [s.action.part for s in tasks.steps if isinstance(s.action, Grip)]


def test_parts_come_out_of_a_bin_from_its_front() -> None:
    tasks = made(ALL)
    assert grips(tasks) == ["bracket#1", "bracket#2", "bracket#3"]
    request = request_of(ALL, CELL)
    assert play(request.cell, request.state, tasks, random.Random(1)).broken == []
    assert found(tasks, request=request) == []


def test_a_plan_counts_on_as_many_parts_as_it_takes_and_on_no_more() -> None:
    tasks, state = made(ALL), request_of(ALL, CELL).state
    assert ReadFact("enough bins.bracket 3", "yes") in tasks.reads
    assert value_of(state, "enough bins.bracket 3") == "yes"
    fewer = changed(state, replace(state.parts[0], location=Lost("gone")))
    assert value_of(fewer, "enough bins.bracket 3") == "no"
    assert value_of(fewer, "enough bins.bracket 2") == "yes"


def test_how_a_bin_presents_its_parts_is_an_assumption() -> None:
    said = "in bins.bracket the next part comes to the front when the one before has been lifted out"
    assert said in made(ALL).assumptions


def test_an_empty_bin_is_told() -> None:
    (told,) = plan(ALL + "any order {\n  move bracket from bins to out\n}\n", CELL).diagnostics
    assert (told.code, told.message) == ("E611", "there is no bracket that could be taken")


def test_a_part_that_is_not_at_the_front_is_refused() -> None:
    tasks, request = made(ALL), request_of(ALL, CELL)
    other = {"bracket#1": "bracket#2", "bracket#2": "bracket#1"}

    def swapped(value: str) -> str:
        return other.get(value, value)

    steps = []
    for step in tasks.steps:
        action = replace(step.action, part=swapped(step.action.part)) if hasattr(step.action, "part") else step.action
        facts = [tuple(replace(f, args=tuple(map(swapped, f.args))) for f in fs) for fs in (step.needs, step.adds, step.deletes)]
        steps.append(replace(step, action=action, part=swapped(step.part or ""), needs=facts[0], adds=facts[1], deletes=facts[2]))
    operations = tuple(replace(o, part=swapped(o.part)) for o in tasks.operations)
    wrong = replace(tasks, steps=tuple(steps), operations=operations)
    assert any("takes bracket#2 out of bins.bracket; bracket#1 is at its front" in said for said in found(wrong, request=request))


def test_a_bin_with_one_part_is_a_place_like_any_other() -> None:
    intent = "move pin from bins to out"
    tasks, request = made(intent), request_of(intent, CELL)
    assert grips(tasks) == ["pin#1"]
    assert found(tasks, request=request) == []


def test_nothing_is_put_into_a_shelf() -> None:
    (told,) = plan("move bracket to bins", CELL).diagnostics
    assert told.code == "E690"


def test_a_feed_brings_a_part_each_time_as_a_conveyor_does() -> None:
    intent = "move pin from pins to out"
    tasks, request = made(intent), request_of(intent, CELL)
    assert [s.action.supply for s in tasks.steps if isinstance(s.action, Present)] == ["pins"]
    assert "pins brings a pin every 20 s, the next one within that time" in tasks.assumptions
    assert found(tasks, request=request) == []
    assert any(part.kind == "pin" for part in expected_parts(request.cell, {}))


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_taken_next_is_what_is_left(count: int) -> None:
    state = request_of(ALL, CELL).state
    gone = [replace(p, location=InPlace(f"out[{k}]")) for k, p in enumerate(state.parts[:count], start=1)]
    outcome = plan("move bracket from bins to out", CELL, changed(state, *gone))
    assert grips(outcome.expect()) == [f"bracket#{count + 1}"]
