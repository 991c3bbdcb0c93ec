"""Layers and spots, piles and conveyors: what lies on what, what comes when, what fits into the hands together.

The oracle plays the steps with durations of its own and looks after every placing whether anything floats or is buried.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cell.arrivals import most_waiting
from cell.state import InHand, InPlace, Lost
from cell.steps import AtPlace, Carried, Fact, Move, Present
from cell.task_plan import TaskPlan
from planner.tasks.side_by_side import fit_together
from planner.tasks.supplies import backing_up
from tests.planner.tasks.cells import changed, plan, program_of, request_of, seconds
from tests.planner.tasks.symbolic import play

CELL = """
robot p1 {
  model "kuka_kr120"
  driver sim
  base (0 mm, 0 mm, 400 mm)
  payload 60 kg
}
tool vac {
  mounted p1
  tcp (0 mm, 0 mm, 300 mm)
  mass 18 kg
  shape box (800 mm, 300 mm, 240 mm)
  grips [carton, sheet]
  hand a at (-220 mm, 0 mm, 300 mm)
  hand b at (220 mm, 0 mm, 300 mm)
  vacuum 0.6 bar
}
part carton {
  mass 8 kg
  shape box (400 mm, 300 mm, 250 mm)
}
part sheet {
  mass 0.3 kg
  shape box (1200 mm, 800 mm, 3 mm)
}
conveyor line1 {
  at (1400 mm, 0 mm, 600 mm)
  delivers carton
  every 10 s
  buffer 8 parts
  waiting signal line1.count
}
stack sheets {
  at (1300 mm, -1200 mm, 100 mm)
  holds sheet
  contains sheet 10 parts
}
pallet left {
  at (-200 mm, 1500 mm, 0 mm)
  shape box (1200 mm, 800 mm, 144 mm)
  pattern pinwheel
  layers 2
}
pallet right is left {
  at (-200 mm, -1500 mm, 0 mm)
  pattern column
}
pattern column {
  layer 3x2
}
pattern pinwheel {
  layer 3x2
  turn 90 deg
  alternate yes
}
"""

BUILD = """
task build(pallet: pallet) {{
  for each layer in pallet.layers{order} {{
    move sheet from sheets to layer
    for each spot in layer.spots {{
      move carton from line1 to spot
    }}
  }}
}}
do build(left)
do build(right)
"""
ORDERED = BUILD.format(order=", in order")
FREE = BUILD.format(order="")


def made(intent: str, **more: object) -> TaskPlan:
    outcome = plan(intent, CELL, **more)
    assert outcome.value is not None, outcome.diagnostics
    return outcome.value


def afloat(tasks: TaskPlan, steps: list[str], cell_text: str = CELL) -> list[str]:
    """Played in that order, by the steps' own effects: every part that lies on nothing, or is taken from under something."""
    cell, wrong = request_of(ORDERED, cell_text).cell, []
    at = {p.location.place: p.id for p in request_of(ORDERED, cell_text).state.parts if isinstance(p.location, InPlace)}
    by_id = {s.id: s for s in tasks.steps}
    for name in steps:
        for fact in by_id[name].deletes:
            if fact.name == "at":
                at.pop(fact.args[1], None)
                wrong += [f"{p} was under {q}" for q in at for p in cell.places[q].lies_on if p == fact.args[1]]
        for fact in by_id[name].adds:
            if fact.name == "at":
                at[fact.args[1]] = fact.args[0]
                wrong += [f"{fact.args[1]} floats" for q in cell.places[fact.args[1]].lies_on if q not in at]
    return wrong


@pytest.mark.parametrize("intent", [ORDERED, FREE], ids=["in order", "free"])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_floats_and_nothing_is_drawn_out_whatever_anything_takes(intent: str, seed: int) -> None:
    tasks, request = made(intent), request_of(intent, CELL)
    played = play(request.cell, request.state, tasks, random.Random(seed))
    assert played.broken == []
    assert afloat(tasks, [s.id for s in played.ran]) == []


@pytest.mark.parametrize("intent", [ORDERED, FREE], ids=["in order", "free"])
def test_every_spot_gets_its_carton_and_every_layer_its_sheet(intent: str) -> None:
    tasks, request = made(intent), request_of(intent, CELL)
    played = play(request.cell, request.state, tasks, random.Random(1))
    filled = {fact.args[1]: fact.args[0].split("#")[0] for fact in played.facts if fact.name == "at"}
    for side in ("left", "right"):
        for place in request.cell.equipment[side].places:
            assert filled[place.name] == place.accepts[0]


def test_a_pile_is_taken_from_the_top() -> None:
    taken = [f.args[1] for s in made(ORDERED).steps for f in s.deletes if f.name == "at" and f.args[1].startswith("sheets")]
    assert taken == ["sheets[10]", "sheets[9]", "sheets[8]", "sheets[7]"]


def test_cartons_are_presented_as_they_come_and_not_before() -> None:
    tasks = made(ORDERED)
    brought = [s for s in tasks.steps if isinstance(s.action, Present)]
    assert [s.part for s in brought] == [f"carton#{k}" for k in range(1, 25)]
    assert all(s.start + s.duration >= 10.0 * k - 1e-9 for k, s in enumerate(brought, start=1))


def test_the_arrival_law_is_among_the_assumptions() -> None:
    assert "line1 brings a carton every 10 s, the next one within that time" in made(ORDERED).assumptions


def test_two_are_carried_at_once_where_that_is_quicker() -> None:
    tasks = made(ORDERED)
    assert any(len(s.action.need.carried) == 2 for s in tasks.steps if isinstance(s.action, Move))
    assert tasks.bounds.one_by_one is not None
    assert tasks.bounds.makespan < tasks.bounds.one_by_one


def test_a_sheet_is_never_carried_beside_a_carton() -> None:
    loads = {tuple(sorted(c.kind for c in s.action.need.carried)) for s in made(FREE).steps if isinstance(s.action, Move)}
    assert ("carton", "sheet") not in loads


@pytest.mark.parametrize(
    ("kinds", "fits"), [(("carton", "carton"), True), (("carton", "sheet"), False), (("sheet", "sheet"), False)]
)
@pytest.mark.parametrize("grasp", range(4))
def test_what_fits_into_the_hands_together(kinds: tuple[str, str], fits: bool, grasp: int) -> None:
    cell = request_of(ORDERED, CELL).cell
    assert fit_together(cell, [Carried("vac.a", kinds[0], grasp), Carried("vac.b", kinds[1], grasp)]) is fits


def test_where_the_second_cannot_be_put_down_beside_the_first_one_is_carried_at_a_time() -> None:
    """No contact on a pallet with a full other hand: as the motion search would say of a narrow place."""
    request = request_of(ORDERED, CELL)
    forbidden = frozenset(
        s.action.need
        for s in made(ORDERED).steps
        if isinstance(s.action, Move) and s.action.need.touch is not None and len(s.action.need.carried) == 2
    )
    tasks = made(ORDERED, forbidden=forbidden)
    for step in tasks.steps:
        if isinstance(step.action, Move) and isinstance(step.action.need.end, AtPlace):
            assert step.action.need not in forbidden
    assert play(request.cell, request.state, tasks, random.Random(2)).broken == []


def test_going_on_after_half_a_pallet_fills_the_rest() -> None:
    """Also with a carton in a hand and one lost: the lost one's spot gets the next that comes."""
    request = request_of(ORDERED, CELL)
    full = {fact.args[0]: fact for s in made(ORDERED).steps for fact in s.adds if fact.name == "reached"}
    state = request.state
    sheet, first, held, lost = (
        next(p for p in state.parts if p.id == name) for name in ("sheet#10", "carton#1", "carton#2", "carton#3")
    )
    goals = {fact.args[1]: fact.args[0] for fact in (f for s in made(ORDERED).steps for f in s.adds if f.name == "reached")}
    state = changed(
        state,
        replace(sheet, location=InPlace("left.layers[1]"), reached=frozenset({goals["sheet#10"]})),
        replace(first, location=InPlace("left.layers[1].spots[1]"), reached=frozenset({goals["carton#1"]})),
        replace(held, location=InHand("vac.a", 0)),
        replace(lost, location=Lost("dropped")),
    )
    tasks = made(ORDERED, state=state)
    assert full
    played = play(request.cell, state, tasks, random.Random(3))
    assert played.broken == []
    filled = {fact.args[1]: fact.args[0] for fact in played.facts if fact.name == "at"}
    assert all(place.name in filled for side in ("left", "right") for place in request.cell.equipment[side].places)
    assert filled["left.layers[1].spots[1]"] == "carton#1"
    assert "carton#3" not in filled.values()


def test_what_lies_under_a_part_that_nobody_takes_is_not_taken() -> None:
    """The uppermost sheet is given up and lies there."""
    state = request_of(ORDERED, CELL).state
    top = next(p for p in state.parts if p.id == "sheet#10")
    outcome = plan(ORDERED, CELL, changed(state, replace(top, given_up=True)))
    assert outcome.value is None
    assert outcome.diagnostics


def test_goals_of_one_layer_are_settled_one_by_one() -> None:
    """Six goals that name the same layer, of which one is a fact: five cartons are brought there."""
    intent = """
for each layer in left.layers, in order {
  move sheet from sheets to layer
  for each spot in layer.spots {
    move carton from line1 to layer
  }
}
"""
    state = request_of(intent, CELL).state
    goal = next(f.args[0] for s in made(intent).steps for f in s.adds if f.name == "reached" and f.args[1] == "carton#1")
    sheet_goal = next(f.args[0] for s in made(intent).steps for f in s.adds if f.name == "reached" and f.args[1] == "sheet#10")
    first, sheet = (next(p for p in state.parts if p.id == name) for name in ("carton#1", "sheet#10"))
    state = changed(
        state,
        replace(sheet, location=InPlace("left.layers[1]"), reached=frozenset({sheet_goal})),
        replace(first, location=InPlace("left.layers[1].spots[1]"), reached=frozenset({goal})),
    )
    brought = {s.part for s in made(intent, state=state).steps if isinstance(s.action, Present)}
    assert brought == {f"carton#{k}" for k in range(2, 13)}


def test_what_waits_is_counted_at_each_arrival() -> None:
    """By hand: one comes each 10 s, the robot takes them at 25, 35 and 45 s."""
    assert most_waiting(10.0, [25.0, 35.0, 45.0], 45.0) == 2
    assert most_waiting(10.0, [10.0, 20.0, 30.0], 30.0) == 1
    assert most_waiting(1.0, [100.0], 100.0) == 100
    assert most_waiting(10.0, [], 5.0) == 0


def test_a_line_that_the_robot_keeps_up_with_does_not_back_up() -> None:
    intent = ORDERED + "ensure line1.waiting < 8 parts\n"
    slow = CELL.replace("every 10 s", "every 60 s")
    outcome = plan(intent, slow)
    assert outcome.value is not None
    assert backing_up(request_of(intent, slow).cell, program_of(intent, slow), outcome.value) == ()


def test_each_carton_needs_what_it_lies_on_and_each_sheet_all_six() -> None:
    tasks, cell = made(ORDERED), request_of(ORDERED, CELL).cell
    for step in tasks.steps:
        touch = step.action.need.touch if isinstance(step.action, Move) else None
        if touch is not None and (touch.pair, touch.end) == ("part and place", "end"):
            needed = {need.args[1] for need in step.needs if need.name == "at"}
            assert needed == set(cell.places[touch.place].lies_on)


def test_what_is_taken_out_of_a_pile_must_be_bare() -> None:
    for step in made(ORDERED).steps:
        touch = step.action.need.touch if isinstance(step.action, Move) else None
        if touch is not None and touch.place == "sheets[9]":
            assert Fact("free", ("sheets[10]",)) in step.needs


def test_times_are_those_of_the_needs() -> None:
    assert all(s.duration == pytest.approx(seconds(s.action.need)) for s in made(ORDERED).steps if isinstance(s.action, Move))
