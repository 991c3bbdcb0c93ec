"""Orders of a queue: which are worked on, which parts they get, what becomes of a demand whose part is gone."""

import random
from dataclasses import replace

import pytest

from cell.state import InHand, InPlace, Lost
from cell.steps import Grip
from cell.task_plan import Operation, ReadFact, TaskPlan
from planner.proof.figures import check_reads
from tests.planner.tasks.packing import A, B, C, asked, intent, made, planned, refusals, with_parts
from tests.planner.tasks.symbolic import play


def taken(tasks: TaskPlan) -> dict[str, list[str]]:
    """Order -> the parts that are taken for it, in the order of the steps."""
    serves = {o.id: o.serves[0][1] for o in tasks.operations}
    found: dict[str, list[str]] = {}
    for step in tasks.steps:
        if isinstance(step.action, Grip) and step.action.part not in found.setdefault(serves[step.operation], []):
            found[serves[step.operation]].append(step.action.part)
    return found


def test_each_order_gets_a_kit_and_its_items_and_the_plan_is_proved() -> None:
    request = asked(intent(), [A, B])
    tasks = made(request)
    assert {order: sorted(parts) for order, parts in taken(tasks).items()} == {
        "A": ["bracket#1", "bracket#2", "kit#3", "pin#1"],
        "B": ["kit#2", "pin#2", "pin#3"],
    }
    assert play(request.cell, request.state, tasks, random.Random(1)).broken == []
    assert refusals(tasks, request) == []


def test_a_plan_without_the_orders_that_it_was_made_for_asks_for_them() -> None:
    request = asked(intent(), [A, B])
    stale = check_reads(made(request), asked(intent(), []))
    assert {d.code for d in stale} == {"E681"}
    assert all("`--orders FILE`" in d.help for d in stale if "`order " in d.message)
    assert any("`order A`" in d.message for d in stale)


def test_until_starts_as_many_orders_as_are_missing() -> None:
    request = asked(intent(2), [A, B, C])
    tasks = made(request)
    assert list(taken(tasks)) == ["A", "B"]
    assert refusals(tasks, request) == []
    done = asked(intent(2), [replace(A, is_done=True), B, C])
    assert list(taken(made(done))) == ["B"]


def test_too_few_orders_for_until_are_told() -> None:
    (told,) = planned(asked(intent(3), [A, B])).diagnostics
    assert (told.code, told.message) == ("E601", "orders has 2 orders to fill, 1 too few for `until`")


def test_what_is_due_first_is_begun_first_where_that_is_preferred() -> None:
    assert list(taken(made(asked(intent(1, "prefer urgent"), [A, B, C])))) == ["C"]
    assert list(taken(made(asked(intent(1), [A, B, C])))) == ["A"]


def test_what_is_due_first_is_done_first_where_that_is_preferred() -> None:
    outcome = planned(asked(intent(3, "prefer urgent"), [A, B, C]))
    assert outcome.diagnostics == ()
    ends = {
        order: max(s.start for s in outcome.expect().steps if s.part in parts) for order, parts in taken(outcome.expect()).items()
    }
    assert sorted(ends, key=ends.__getitem__) == ["C", "A", "B"]


def test_a_withdrawn_order_is_not_begun() -> None:
    request = asked(intent(), [replace(A, is_withdrawn=True), B])
    tasks = made(request)
    assert list(taken(tasks)) == ["B"]
    assert refusals(tasks, request) == []


def test_no_orders_are_nothing_to_do() -> None:
    assert made(asked(intent(), [])).steps == ()


def test_a_demand_that_nothing_can_fill_is_told_once_for_its_kind() -> None:
    (told,) = planned(asked(intent(), [A, replace(A, id="A2"), replace(A, id="A3")])).diagnostics
    assert told.code == "E640"
    assert told.message == "no bracket is left from bins for A3.items[2]; the orders ask for 6 together"


def test_two_thousand_orders_that_nothing_can_fill_are_told_once_for_each_kind() -> None:
    told = planned(asked(intent(), [replace(A, id=f"A{k}") for k in range(2_000)])).diagnostics
    assert [d.code for d in told] == ["E640"] * 3


def test_a_plan_reads_the_orders_that_it_works_on_and_no_others() -> None:
    reads = {fact.name: fact.value for fact in made(asked(intent(1), [A, B])).reads}
    assert reads["order A"] == "2 bracket, 1 pin"
    assert reads["done orders"] == "0"
    assert "order B" not in reads


# --- going on from an observed state ---------------------------------------------------------------------------------


def begun(**kit: object):  # type: ignore[no-untyped-def]
    """A's kit stands, its first bracket lies on the table, its second is in the hand."""
    state = asked(intent(), [A, B]).state
    part = {p.id: p for p in state.parts}
    parts = [
        replace(part["kit#3"], location=InPlace("stand"), bound="A.kit", reached=frozenset({"g1"})),
        replace(part["bracket#1"], location=InPlace("table[1]"), bound="A.items[1]", reached=frozenset({"g2"})),
        replace(part["bracket#2"], location=InHand("grip.a", 0), bound="A.items[2]"),
    ]
    return with_parts(state, *parts)


def test_what_is_begun_goes_on_with_the_parts_that_it_has() -> None:
    request = asked(intent(), [A, B], begun())
    tasks = made(request)
    assert "bracket#1" not in {part.id for part in tasks.parts}
    assert sorted(taken(tasks)["A"]) == ["kit#3", "pin#1"]
    assert ReadFact("bound bracket#2", "A.items[2]") in tasks.reads
    assert refusals(tasks, request) == []


def test_a_demand_whose_part_is_gone_gets_another_one() -> None:
    state = begun()
    lost = next(p for p in state.parts if p.id == "bracket#2")
    request = asked(intent(), [A, B], with_parts(state, replace(lost, location=Lost("it fell"))))
    tasks = made(request)
    assert "bracket#3" in taken(tasks)["A"]
    assert refusals(tasks, request) == []


def test_an_order_that_is_given_up_keeps_its_parts_out_of_the_others() -> None:
    state = begun()
    freed = next(p for p in state.parts if p.id == "bracket#2")
    kit = next(p for p in state.parts if p.id == "kit#3")
    away = with_parts(state, replace(freed, location=InPlace("table[2]")), replace(kit, location=InPlace("done[1]")))
    tasks = made(asked(intent(), [replace(A, given_up=True), B], away))
    assert list(taken(tasks)) == ["B"]


# --- plans that are refused ------------------------------------------------------------------------------------------


def for_another(tasks: TaskPlan, part: str, item: str) -> TaskPlan:
    """The operation about `part` claims to be for the item of that name."""

    def changed(operation: Operation) -> Operation:
        outer, inner = operation.serves[0], operation.serves[1:]
        if operation.part != part or not inner:
            return operation
        return replace(operation, serves=((outer[0], item.partition(".")[0]), (inner[0][0], item)))

    return replace(tasks, operations=tuple(map(changed, tasks.operations)))


def test_an_item_for_another_order_is_refused() -> None:
    request = asked(intent(), [A, B])
    assert refusals(for_another(made(request), "pin#1", "B.items[1]"), request)
    assert refusals(for_another(made(request), "bracket#1", "A.items[2]"), request)


def test_an_order_left_out_or_one_too_many_is_refused() -> None:
    tasks = made(asked(intent(2), [A, B, C]))
    assert any("`until` is not reached" in said for said in refusals(tasks, asked(intent(3), [A, B, C])))
    assert any("more than `until` asks for" in said for said in refusals(tasks, asked(intent(1), [A, B, C])))
    assert any("leaves out C of orders" in said for said in refusals(tasks, asked(intent(), [A, B, C])))
    assert any("no order of orders to work on" in said for said in refusals(tasks, asked(intent(1), [A, C])))


def test_an_item_more_or_less_is_refused() -> None:
    tasks = made(asked(intent(), [B]))
    more = replace(B, items=(replace(B.items[0], count=3),))
    fewer = replace(B, items=(replace(B.items[0], count=1),))
    assert any("no operation of the plan does this" in said for said in refusals(tasks, asked(intent(), [more])))
    assert any("serves a goal that is not open" in said for said in refusals(tasks, asked(intent(), [fewer])))


def test_a_part_that_is_another_orders_is_refused() -> None:
    request = asked(intent(), [B])
    tasks = made(request)
    pin = next(p for p in request.state.parts if p.id == "pin#1")
    stolen = asked(intent(), [B], with_parts(request.state, replace(pin, bound="A.items[3]")))
    assert any("it is for A.items[3]" in said for said in refusals(tasks, stolen))


def test_a_demand_that_has_its_part_gets_no_other() -> None:
    request = asked(intent(), [B])
    tasks = made(request)
    pin = next(p for p in request.state.parts if p.id == "pin#4")
    has = asked(intent(), [B], with_parts(request.state, replace(pin, bound="B.items[1]")))
    assert any("B.items[1]" in said or "its goal about pin#4" in said for said in refusals(tasks, has))


@pytest.mark.parametrize("source", ["table[1]", "done[1]"])
def test_a_part_from_elsewhere_than_the_line_says_is_refused(source: str) -> None:
    request = asked(intent(), [B])
    tasks = made(request)
    pin = next(p for p in request.state.parts if p.id == "pin#1")
    moved = asked(intent(), [B], with_parts(request.state, replace(pin, location=InPlace(source))))
    assert any("it is not taken from bins" in said for said in refusals(tasks, moved))
