"""Layers, piles and conveyors: what the proof asks of the steps, each with a fault that only it sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from cell.codec import canonical, from_plain
from cell.state import InPlace, PlanningRequest
from cell.steps import Fact, Move, Present, Step
from cell.task_plan import Operation, TaskPlan
from planner.proof.duties import duties_of
from planner.proof.initial import floating, initial_facts
from planner.proof.iterations import check_iterations, started_by
from planner.proof.meaning import check_meaning
from planner.proof.needs import Establishment
from planner.proof.operations import check_order, match
from planner.proof.precedence import precedence_of
from planner.proof.stacks import check_stacks
from planner.proof.waiting import check_waiting, waiting_limits, waits_at
from tests.planner.tasks.cells import changed, request_of
from tests.planner.tasks.test_palletizing import CELL, FREE, ORDERED, made

Mend = Callable[[Step], Step]


def found(tasks: TaskPlan, intent: str = ORDERED, request: PlanningRequest | None = None) -> list[str]:
    """What the symbolic part of the proof says, motions and figures left out."""
    request = request or request_of(intent, CELL)
    cell, state, started = request.cell, request.state, started_by(tasks)
    duties = duties_of(request.program, cell, state, started)
    matched = match(tasks, duties, cell, state)
    order = precedence_of(tasks.steps, tasks.choices)
    facts = Establishment(tasks.steps, tasks.choices, order, initial_facts(cell, state))
    said = [*duties.unproved, *check_iterations(duties.loops, started, cell, state), *matched.found]
    said += [*check_meaning(tasks, request, matched.duty_of), *check_order(tasks, request.program, duties, matched, order)]
    return [d.message for d in said] + [f"{tasks.steps[u.step].id} needs {u.need.text}" for u in facts.unmet()]


def mended(tasks: TaskPlan, mend: Mend) -> TaskPlan:
    return replace(tasks, steps=tuple(mend(step) for step in tasks.steps))


def inserts(step: Step, place: str) -> bool:
    touch = step.action.need.touch if isinstance(step.action, Move) else None
    return touch is not None and (touch.pair, touch.end, touch.place) == ("part and place", "end", place)


@pytest.mark.parametrize("intent", [ORDERED, FREE], ids=["in order", "free"])
def test_what_the_planner_makes_is_accepted(intent: str) -> None:
    assert found(made(intent), intent) == []


@pytest.mark.parametrize("place", ["left.layers[1].spots[2]", "left.layers[2]", "right.layers[2].spots[6]"])
def test_refuses_a_part_put_down_without_what_carries_it(place: str) -> None:
    carrier = request_of(ORDERED, CELL).cell.places[place].lies_on[0]

    def mend(step: Step) -> Step:
        kept = tuple(n for n in step.needs if not (n.name == "at" and n.args[1] == carrier))
        return replace(step, needs=kept) if inserts(step, place) else step

    assert any("needs" in message for message in found(mended(made(ORDERED), mend)))


def test_refuses_a_carton_that_may_come_before_its_sheet() -> None:
    """All predecessors of the second layer's sheet but the robot's own last step taken away from all cartons upon it."""
    tasks = made(FREE)
    sheet = next(s for s in tasks.steps if any(f.name == "at" and f.args[1] == "left.layers[2]" for f in s.adds))

    def mend(step: Step) -> Step:
        return replace(step, predecessors=()) if inserts(step, "left.layers[2].spots[1]") else step

    message = f"needs at({sheet.part}, left.layers[2])"
    assert any(message in said for said in found(mended(tasks, mend), FREE))


def test_refuses_to_draw_a_sheet_out_from_under_another() -> None:
    """The need that the one above is gone, taken away."""

    def mend(step: Step) -> Step:
        return replace(step, needs=tuple(n for n in step.needs if n != Fact("free", ("sheets[10]",))))

    assert found(mended(made(ORDERED), mend)) != []


def test_refuses_parts_presented_in_another_order_than_they_come() -> None:
    names = {"carton#1": "carton#2", "carton#2": "carton#1"}

    def mend(step: Step) -> Step:
        action = step.action
        return (
            replace(step, action=replace(action, part=names.get(action.part, action.part)))
            if isinstance(action, Present)
            else step
        )

    assert any("presents carton#2; line1 brings carton#1 next" in message for message in found(mended(made(ORDERED), mend)))


def renamed(tasks: TaskPlan, one: str, other: str) -> TaskPlan:
    """Both names exchanged everywhere, so that the plan agrees with itself."""
    text = canonical(tasks).replace(one, "\0").replace(other, one).replace("\0", other)
    return from_plain(TaskPlan, json.loads(text))


def test_refuses_a_plan_that_takes_the_second_carton_first_throughout() -> None:
    said = found(renamed(made(ORDERED), '"carton#1"', '"carton#2"'))
    assert any("presents carton#2; line1 brings carton#1 next" in message for message in said)


def test_refuses_a_plan_that_lays_each_of_two_cartons_where_the_other_belongs_throughout() -> None:
    said = found(renamed(made(ORDERED), "left.layers[1].spots[1] ", "left.layers[1].spots[2] "))
    assert said != []
    tasks = made(ORDERED)
    wrong = replace(tasks, operations=tuple(_exchanged(o) for o in tasks.operations))
    assert any("its goal asks for left.layers[1].spots" in message for message in found(wrong))


def _exchanged(operation: Operation) -> Operation:
    """The goals of the first two cartons exchanged, and all that is done left as it is."""
    spots = ("left.layers[1].spots[1]", "left.layers[1].spots[2]")
    serves = tuple((loop, spots[1 - spots.index(m)] if m in spots else m) for loop, m in operation.serves)
    return replace(operation, serves=serves)


def test_refuses_a_carton_laid_where_another_one_belongs() -> None:
    """Two operations change their targets: each goal names its own spot."""
    tasks = made(ORDERED)
    spots = {"left.layers[1].spots[1]": "left.layers[1].spots[2]", "left.layers[1].spots[2]": "left.layers[1].spots[1]"}
    operations = tuple(replace(o, target=spots.get(o.target or "", o.target)) for o in tasks.operations)
    assert found(replace(tasks, operations=operations)) != []


def test_refuses_a_layer_begun_before_the_one_below_is_done() -> None:
    """Its sheet waits for nothing: that is said of the order of the lines, and not only of what lies on what."""

    def mend(step: Step) -> Step:
        return replace(step, predecessors=()) if inserts(step, "left.layers[2]") else step

    assert any("has to wait for" in said for said in found(mended(made(ORDERED), mend)))
    assert not any("has to wait for" in said for said in found(mended(made(FREE), mend), FREE))


def test_height_and_mass_are_those_of_all_that_is_laid() -> None:
    intent = ORDERED + "ensure left.height <= 649 mm and left.mass <= 96 kg\nensure right.height <= 650 mm\n"
    request = request_of(intent, CELL)
    duties = duties_of(request.program, request.cell, request.state, {})
    said = check_stacks(duties.stacks, made(ORDERED).steps, request.cell, request.state)
    assert [d.code for d in said] == ["E452", "E452"]
    assert ["0.65 m high" in said[0].message, "96.6 kg heavy" in said[1].message] == [True, True]


def test_what_waits_is_counted_from_the_steps() -> None:
    """Against a count of our own, by walking through the seconds."""
    request = request_of(ORDERED + "ensure line1.waiting < 3 parts\n", CELL.replace("every 10 s", "every 6 s"))
    tasks = made(ORDERED)
    left = sorted(s.start + s.duration for s in tasks.steps if Fact("free", ("line1",)) in s.adds)
    most = max(
        sum(6.0 * k <= t for k in range(1, 200)) - sum(end < t for end in left)
        for t in (6.0 * k for k in range(1, 200))
        if t <= left[-1]
    )
    assert waits_at("line1", tasks.steps, request.cell) == most
    said = check_waiting(tuple(waiting_limits(request.program.block, request.cell)), tasks.steps, request.cell)
    assert [d.code for d in said] == (["E552"] if most > 2 else [])
    assert most > 2


def test_a_part_that_lies_on_nothing_is_seen_at_the_start() -> None:
    request = request_of(ORDERED, CELL)
    carton = next(p for p in request.state.parts if p.id == "carton#1")
    state = changed(request.state, replace(carton, location=InPlace("left.layers[2].spots[1]")))
    assert list(floating(request.cell, request.state)) == []
    assert list(floating(request.cell, state)) == [("carton#1", "left.layers[2].spots[1]")]
