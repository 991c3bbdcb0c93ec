"""Orders in a run: they arrive, are filled, are withdrawn, and what goes wrong with a part of theirs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from immutables import Map

from cell.events import (
    DemandBound,
    Event,
    EventRaised,
    HoldRaised,
    OrderArrived,
    OrderDone,
    PlanReleased,
    RunOpened,
    StateChanged,
)
from cell.orders import Item, Order
from cell.run import LEAVES_ORDERS
from cell.scenario import GripLost, MissingPart, OrderComes, OrderGoes
from controller.acceptance import unwatched
from controller.journal.replay import fold
from controller.journal.report import report
from controller.past_orders import with_past
from controller.rehearsal import Ask
from tests.constructs.bench import Bench, Ran
from tests.controller.tending import failure_codes
from tui.run_text import run_document, run_text

CELL = """
part bracket {
  mass 0.6 kg
  shape box (80 mm, 60 mm, 40 mm)
}
part pin {
  mass 0.1 kg
  shape cylinder radius 10 mm length 40 mm
}
part kit {
  mass 0.4 kg
  shape box (200 mm, 140 mm, 50 mm)
}
shelf bins {
  at (-400 mm, 500 mm, 0 mm)
  holds [bracket, pin]
  contains bracket 6 parts
  contains pin 4 parts
}
stack empties {
  at (-600 mm, -500 mm, 0 mm)
  holds kit
  contains kit 4 parts
}
tray out {
  at (600 mm, 0 mm, 50 mm)
  grid 4x4
  pitch [110 mm, 110 mm]
  holds [bracket, pin]
}
tray kits {
  at (0 mm, -900 mm, 0 mm)
  grid 2x2
  pitch [300 mm, 300 mm]
  holds kit
}
queue orders {
  of kit
}
"""
INTENT = """
use "bench.cell"
for each job in orders{until} {{
  move job.kit from empties to kits
  for each item in job.items {{
    move item from bins to out
  }}
{inner}
}}
on grip_lost: retry 2, then hold "look"
{clauses}
"""
A = Order("A", "orders", (Item("bracket", 2), Item("pin", 1)))
B = Order("B", "orders", (Item("pin", 1),))


def bench(*orders: Order, until: str = "", inner: str = "", clauses: str = "", is_continuous: bool = False) -> Bench:
    text = INTENT.format(until=until and f" until {until}", inner=inner, clauses=clauses)
    return replace(Bench.of(CELL, "[bracket, pin, kit]", text, iterations=2), orders=orders, is_continuous=is_continuous)


def of(ran: Ran, kind: type[Event]) -> list:  # type: ignore[type-arg]
    return [event for event in ran.record.events if isinstance(event, kind)]


def done(ran: Ran) -> list[str]:
    return [event.order for event in of(ran, OrderDone)]


def test_orders_are_filled_and_every_part_is_where_the_world_says() -> None:
    ran = bench(A, B).run()
    assert ran.record.summary.state == "Complete"
    assert sorted(done(ran)) == ["A", "B"]
    assert sorted(ran.lying["out"]) == ["bracket#1", "bracket#2", "pin#1", "pin#2"]
    assert sorted(ran.lying["kits"]) == ["kit#3", "kit#4"]
    assert ran.truth.violations == ()
    bound = {event.demand: event.of.part for event in of(ran, DemandBound)}
    assert bound == {
        "A.kit": "kit#4", "A.items[1]": "bracket#1", "A.items[2]": "bracket#2", "A.items[3]": "pin#1",
        "B.kit": "kit#3", "B.items[1]": "pin#2",
    }  # fmt: skip


def test_an_order_that_comes_in_mid_run_is_filled_as_well() -> None:
    ran = bench(A).run(OrderComes("RUSH", 5.0, (("pin", 2),), None))
    assert ran.record.summary.state == "Complete"
    assert sorted(done(ran)) == ["A", "RUSH"]
    assert len(ran.asked) == 1
    assert ran.asked[0].reason == "order RUSH arrived"
    assert len(ran.lying["out"]) == 5


def test_an_order_beyond_until_waits_and_plans_nothing_again() -> None:
    ran = bench(A, until="orders.done >= 1 orders").run(OrderComes("LATER", 5.0, (("pin", 2),), None))
    assert done(ran) == ["A"]
    assert ran.asked == ()
    assert len(of(ran, OrderArrived)) == 1


def test_what_is_due_first_comes_before_others_that_are_not_begun() -> None:
    intent = bench(A, B, until="orders.done >= 2 orders", clauses="prefer urgent")
    ran = intent.run(OrderComes("RUSH", 1.0, (("pin", 1),), 10.0))
    assert "RUSH" in done(ran)
    assert len(done(ran)) == 2


def test_a_withdrawn_order_that_is_not_begun_is_left_out() -> None:
    ran = bench(A, B).run(OrderGoes("B", 1.0))
    assert ran.record.summary.state == "Complete"
    assert done(ran) == ["A"]
    assert of(ran, EventRaised) == []


def test_a_withdrawn_order_that_is_begun_holds() -> None:
    ran = bench(A).run(OrderGoes("A", 12.0))
    assert ran.record.summary.state == "Held"
    assert [event.event for event in of(ran, EventRaised)] == ["withdrawn"]
    assert "R730" in (ran.record.summary.held_because or "")


def test_after_the_hold_a_withdrawn_order_is_over() -> None:
    ran = bench(A, B, clauses='on orders.withdrawn: hold "take it out"').run(OrderGoes("A", 12.0), asks=(Ask(200.0, "resume"),))
    assert ran.record.summary.state == "Complete"
    assert done(ran) == ["B"]


@pytest.mark.parametrize(
    ("inner", "clauses", "says"),
    [
        ('on job.withdrawn: hold "this one"', "", "this one"),
        ('on job.withdrawn: hold "this one"', 'on orders.withdrawn: hold "any"', "this one"),
        ('on withdrawn: hold "this one"', 'on orders.withdrawn: hold "any"', "this one"),
        ('on orders.withdrawn: hold "any"\n  on job.withdrawn: hold "this one"', "", "this one"),
        ("on grip_lost: retry 1", 'on orders.withdrawn: hold "any"\non withdrawn: hold "whatever"', "any"),
    ],
)
def test_the_innermost_policy_has_a_withdrawn_order_however_it_calls_it(inner: str, clauses: str, says: str) -> None:
    ran = bench(A, inner=inner, clauses=clauses).run(OrderGoes("A", 12.0))
    assert ran.record.summary.state == "Held"
    assert (ran.record.summary.held_because or "").endswith(says)


def test_a_demand_whose_part_fell_gets_another_one() -> None:
    ran = bench(A).run(GripLost("grip", 2, "on the way"))
    assert ran.record.summary.state == "Complete"
    assert done(ran) == ["A"]
    assert len(ran.lying["out"]) == 3
    bound = [event.demand for event in of(ran, DemandBound)]
    assert len(bound) == len(set(bound)) + 1


def test_a_bin_that_is_empty_skips_the_item_and_the_order_goes_without_it() -> None:
    ran = bench(A, B, inner="  on part_missing: skip").run(MissingPart("bins.bracket"))
    assert ran.record.summary.state == "Complete"
    assert sorted(done(ran)) == ["A", "B"]
    assert sorted(ran.lying["out"]) == ["pin#1", "pin#2"]
    assert ran.record.summary.goals_skipped == 2


def test_a_run_that_goes_on_waits_for_orders() -> None:
    ran = bench(B, is_continuous=True).run(OrderComes("C", 500.0, (("bracket", 1),), None))
    assert sorted(done(ran)) == ["B", "C"]
    assert ran.record.summary.state == "Suspended"
    assert any(event.after == "Suspended" for event in of(ran, StateChanged))


def test_a_run_that_waits_completes_when_it_is_told_that_no_more_come() -> None:
    """The last order and the word come in the same moment: the order is made before."""
    last = OrderComes("C", 500.0, (("bracket", 1),), None)
    ran = bench(B, is_continuous=True).run(last, asks=(Ask(500.0, "finish"),))
    assert sorted(done(ran)) == ["B", "C"]
    assert ran.record.summary.state == "Complete"
    assert [e.after for e in of(ran, StateChanged) if e.after in ("Suspended", "Held")] == ["Suspended"]


def test_a_run_that_is_told_early_makes_what_has_come_and_waits_for_nothing() -> None:
    ran = bench(A, is_continuous=True).run(asks=(Ask(1.0, "finish"),))
    assert done(ran) == ["A"]
    assert ran.record.summary.state == "Complete"
    assert [e for e in of(ran, StateChanged) if e.after == "Suspended"] == []


def test_a_run_that_is_told_while_it_waits_completes_at_once() -> None:
    ran = bench(B, is_continuous=True).run(asks=(Ask(900.0, "finish"),))
    assert ran.record.summary.state == "Complete"
    assert ran.record.events[-1].at == pytest.approx(900e9, abs=1e9)


def test_too_few_orders_for_until_are_begun_where_more_may_come() -> None:
    ran = bench(B, until="orders.done >= 2 orders", is_continuous=True).run(OrderComes("C", 500.0, (("bracket", 1),), None))
    assert sorted(done(ran)) == ["B", "C"]
    assert ran.record.summary.state == "Complete"


def test_an_order_that_is_too_old_is_told_when_it_is_begun() -> None:
    ran = bench(B, A, inner="  ensure job.age <= 1 s").run(
        asks=(Ask(200.0, "resume"), Ask(400.0, "resume"), Ask(600.0, "resume"))
    )
    assert ran.record.summary.state == "Complete"
    assert [event.event for event in of(ran, EventRaised)] == ["violated", "violated"]
    assert {event.code for event in of(ran, HoldRaised)} == {"R731"}
    assert sorted(done(ran)) == ["A", "B"]
    assert unwatched(bench(B, inner="  ensure job.age <= 1 s").program) == ()


def test_a_bin_that_runs_empty_is_an_event_where_the_intent_has_it() -> None:
    four = Order("D", "orders", (Item("pin", 4),))
    ran = bench(four, clauses='on bins.empty: hold "fill the bins"').run(asks=(Ask(200.0, "resume"),))
    assert [event.event for event in of(ran, EventRaised)] == ["bins.empty"]
    assert "R732" in failure_codes(ran.record.events)
    assert ran.record.summary.state == "Complete"


def test_a_summary_says_what_became_of_each_order() -> None:
    ran = bench(A, B, until="orders.done >= 1 orders").run(OrderComes("C", 5.0, (("pin", 1),), None), OrderGoes("C", 6.0))
    states = {order.id: order.state for order in ran.record.summary.orders}
    assert states == {"A": "done", "B": "waiting", "C": "withdrawn"}
    assert "  orders    1 waiting, 1 done, 1 withdrawn" in run_text(ran.record.summary, False)
    told = report(ran.record.events)
    assert "orders A done, B waiting, C withdrawn" in told
    assert "order C arrived: 1 pin" in told


@cache
def waiting_for_four() -> Ran:
    """One is there and three come, each when the one before is done; then the first is told of once more."""
    comes = [OrderComes(name, 100.0 * k, (("pin", 1),), None) for k, name in enumerate("CDE", start=1)]
    waits = bench(B, inner="  ensure job.age <= 10000 s", is_continuous=True)
    return waits.run(*comes, OrderComes("B", 450.0, (("pin", 1),), None), asks=(Ask(600.0, "finish"),))


def test_orders_that_are_over_are_counted_and_only_their_ids_are_known() -> None:
    ran = waiting_for_four()
    state = fold(ran.record.events)
    assert (ran.record.summary.state, sorted(done(ran))) == ("Complete", ["B", "C", "D", "E"])
    assert state.belief.queue == tuple(state.belief.orders) == tuple(state.belief.arrived) == ("E",)
    assert state.belief.past_orders == with_past(Map(), "BCD")
    assert [tuple(order.id for order in asked.state.orders) for asked in ran.asked] == [("B", "C"), ("C", "D"), ("D", "E")]
    begun = max(n for n, event in enumerate(ran.record.events) if isinstance(event, PlanReleased))
    timers = fold(ran.record.events[: begun + 1]).timers
    assert [name.rpartition(" ")[2] for name in timers if name.startswith("age")] == ["E"]
    assert "  orders    4 done" in run_text(ran.record.summary, False)
    assert "  3 orders of orders done\n  orders E done\n" in report(ran.record.events)
    assert run_document(ran.record.summary)["orders_left"] == [{"queue": "orders", "state": "done", "count": 3}]


def test_what_has_gone_wrong_with_an_order_is_over_before_it_is_left_behind() -> None:
    """Withdrawn while it is made: the run holds, and nobody has resumed yet."""
    ran = bench(A, is_continuous=True).run(OrderGoes("A", 12.0), OrderComes("C", 13.0, (("pin", 1),), None))
    held = fold(ran.record.events)
    assert (held.pack, held.belief.queue, set(held.belief.orders)) == ("Held", ("A", "C"), {"A", "C"})
    again = bench(A, is_continuous=True).run(
        OrderGoes("A", 12.0), OrderComes("C", 13.0, (("pin", 1),), None), asks=(Ask(60.0, "resume"), Ask(200.0, "finish"))
    )
    assert fold(again.record.events).belief.past_orders == with_past(Map(), "A")
    assert done(again) == ["C"]


def test_a_run_of_before_knows_all_of_its_orders() -> None:
    """It was opened under rules that left none behind, and is replayed under them."""
    opened, *others = waiting_for_four().record.events
    assert isinstance(opened, RunOpened)
    state = fold((replace(opened, context=replace(opened.context, rules=LEAVES_ORDERS - 1)), *others))
    assert state.belief.queue == ("B", "C", "D", "E")
    assert not state.belief.past_orders


def test_where_an_until_counts_orders_none_is_left_behind() -> None:
    ran = bench(B, until="orders.done >= 2 orders", is_continuous=True).run(OrderComes("C", 100.0, (("pin", 1),), None))
    assert fold(ran.record.events).belief.queue == ("B", "C")


def test_an_order_that_is_told_twice_is_one() -> None:
    again = OrderComes("A", 5.0, (("pin", 1),), None)
    ran = bench(A).run(again)
    assert done(ran) == ["A"]
    assert ran.asked == ()


@pytest.mark.parametrize("at", [3.0, 15.0])
def test_whenever_an_order_comes_nothing_is_lost(at: float) -> None:
    ran = bench(A, B).run(OrderComes("C", at, (("bracket", 1), ("pin", 1)), None))
    assert sorted(done(ran)) == ["A", "B", "C"]
    assert len(ran.lying["out"]) == 6
    assert ran.truth.violations == ()
