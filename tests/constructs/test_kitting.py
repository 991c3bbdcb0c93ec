"""Orders put together in kits with pockets: items go into the order's own kit where it stands, and go with it from then on."""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Diagnostic
from cell.events import DemandBound, OrderDone
from cell.orders import Item, Order
from cell.plan_file import with_plan_id
from cell.scenario import GripLost, OrderComes
from cell.standard_verbs import STANDARD
from cell.state import InPart
from cell.steps import Release
from intentlang.check import check_intent
from intentlang.parse import parse_intent
from intentlang.source import SourceFile
from tests.constructs.bench import Bench, Ran, bench_cell

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
  shape box (300 mm, 140 mm, 50 mm)
  slots [left, middle, right]
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
station stand {
  at (600 mm, 0 mm, 50 mm)
  holds kit
  capacity 1
}
tray done {
  at (0 mm, -900 mm, 0 mm)
  grid 2x2
  pitch [400 mm, 300 mm]
  holds kit
}
queue orders {
  of kit
}
"""
INTENT = """
use "bench.cell"
for each job in orders {
  move job.kit from empties to stand
  for each item in job.items {
    move item from bins to job.kit
  }
  move job.kit to done
}
on grip_lost: retry 2, then hold "look"
"""
A = Order("A", "orders", (Item("bracket", 2), Item("pin", 1)))
B = Order("B", "orders", (Item("pin", 1),))


def bench(*orders: Order) -> Bench:
    return replace(Bench.of(CELL, "[bracket, pin, kit]", INTENT, iterations=2), orders=orders)


def done(ran: Ran) -> list[str]:
    return [event.order for event in ran.record.events if isinstance(event, OrderDone)]


def bound(ran: Ran) -> dict[str, str | None]:
    return {event.demand: event.of.part for event in ran.record.events if isinstance(event, DemandBound)}


def said(found: tuple[Diagnostic, ...]) -> list[str]:
    return [f"{d.code} {d.message}" for d in found]


def test_items_go_into_their_own_kit_and_with_it() -> None:
    ran = bench(A, B).run()
    assert ran.record.summary.state == "Complete"
    assert sorted(done(ran)) == ["A", "B"]
    assert ran.truth.violations == ()
    assert sorted(ran.lying["done"]) == ["kit#3", "kit#4"]
    within = {p.id: p.location.part for p in ran.record.summary.parts if isinstance(p.location, InPart)}
    has = bound(ran)
    assert within == {
        has["A.items[1]"]: has["A.kit"], has["A.items[2]"]: has["A.kit"], has["A.items[3]"]: has["A.kit"],
        has["B.items[1]"]: has["B.kit"],
    }  # fmt: skip


def test_the_next_kit_comes_when_the_stand_is_free() -> None:
    plan = bench(A, B).released().value
    assert plan is not None
    puts = [s.part for s in plan.motion_plan.tasks.steps if isinstance(s.action, Release)]
    assert puts.index("kit#3") > puts.index("kit#4")
    assert puts.count("kit#4") == puts.count("kit#3") == 2


def test_an_item_that_falls_is_replaced_before_the_kit_leaves() -> None:
    ran = bench(A).run(GripLost("grip", 3, "on the way"))
    assert ran.record.summary.state == "Complete"
    assert len([p for p in ran.record.summary.parts if isinstance(p.location, InPart)]) == 3


def test_an_order_that_comes_in_mid_run_gets_a_kit_of_its_own() -> None:
    ran = bench(A).run(OrderComes("RUSH", 20.0, (("bracket", 1),), None))
    assert sorted(done(ran)) == ["A", "RUSH"]
    assert len(ran.lying["done"]) == 2


def test_a_kit_without_slots_is_told_that_it_has_none() -> None:
    """By the check: no plan is looked for."""
    cell = bench_cell(CELL.replace("  slots [left, middle, right]\n", ""), "[bracket, pin, kit]")
    source = SourceFile.of("bench.intent", INTENT)
    found = check_intent(parse_intent(source, STANDARD).expect(), (), cell, STANDARD, {}, (source,)).diagnostics
    assert [d.code for d in found if d.is_error] == ["E218"], found
    assert "it has no `slots`" in found[0].message


def test_more_items_than_pockets_are_refused() -> None:
    (told,) = bench(Order("A", "orders", (Item("pin", 4),))).planned().diagnostics
    assert (told.code, "no open seat for a pin" in told.message) == ("E630", True)


def test_an_item_in_another_orders_kit_is_refused() -> None:
    """Both kits change places: each order's items then go into the other one's."""
    made = bench(A, B)
    plan = made.planned().value
    assert plan is not None
    other = {"kit#3": "kit#4", "kit#4": "kit#3"}
    operations = tuple(
        replace(o, serves=((o.serves[0][0], {"A": "B", "B": "A"}[o.serves[0][1]]),)) if o.part in other else o
        for o in plan.tasks.operations
    )
    wrong = with_plan_id(replace(plan, tasks=replace(plan.tasks, operations=operations)))
    refused = made.proved(wrong)
    assert refused.value is None
    assert any("joins" in text or "has to wait" in text for text in said(refused.diagnostics)), said(refused.diagnostics)


def test_a_line_that_fills_a_kit_that_stands_nowhere_is_refused() -> None:
    text = INTENT.replace("  move job.kit from empties to stand\n", "")
    found = replace(Bench.of(CELL, "[bracket, pin, kit]", text, iterations=2), orders=(B,)).planned().diagnostics
    assert [d.code for d in found if d.is_error][:1] == ["E630"]


def test_too_few_kits_for_hundreds_of_orders_are_told_once_and_not_for_each_item() -> None:
    orders = tuple(Order(f"O{k}", "orders", (Item("pin", 1),)) for k in range(300))
    found = said(bench(*orders).planned().diagnostics)
    assert [line.partition(" ")[0] for line in found].count("E630") == 0
    assert found[0] == "E640 no kit is left from empties for O4.kit; the orders ask for 300 together"
    assert len(found) <= 2


def test_that_no_line_brings_the_kit_is_told_once_for_all_orders() -> None:
    without = INTENT.replace("  move job.kit from empties to stand\n", "").replace("  move job.kit to done\n", "")
    orders = tuple(Order(f"O{k}", "orders", (Item("pin", 1),)) for k in range(300))
    found = said(replace(Bench.of(CELL, "[bracket, pin, kit]", without, iterations=1), orders=orders).planned().diagnostics)
    assert found == ["E630 the kit of its order lies nowhere by then"]
