"""Orders that a person finishes: what a robot hands over first, and what is still asked of the person after a hold."""

from __future__ import annotations

from dataclasses import replace

from cell.orders import Item, Order
from cell.scenario import PersonAway
from controller.rehearsal import Ask
from tests.constructs.bench import Bench

CELL = """
part pump {
  mass 0.4 kg
  shape box (100 mm, 80 mm, 50 mm)
}
tray done {
  at (-600 mm, -500 mm, 0 mm)
  grid 1x2
  pitch [200 mm, 200 mm]
  holds pump
  contains pump 2 parts
}
station bench {
  at (700 mm, 0 mm, 0 mm)
  shape box (600 mm, 200 mm, 100 mm)
  holds pump
  capacity 2
}
zone pass {
  box from (500 mm, 200 mm, 0 mm) to (900 mm, 500 mm, 800 mm)
  handover
}
person operator {
  at bench
  offers [label, inspect, handover]
  usually 12 s
  ready signal operator.ready
}
queue jobs {
  of pump
}
"""
INTENT = """
task hand_over(p: part, r: robot, who: person) {
  handover p from r to who force <= 60 N {
    within 60 s
    on timeout: hold "nobody comes"
  }
}
for each job in jobs {
  do hand_over(job.pump, g1, operator)
  label job.pump by operator
  inspect job.pump by operator
}
on reject: hold "look"
"""
ORDERS = tuple(Order(name, "jobs", (Item("pump", 1),)) for name in ("A", "B"))


def bench() -> Bench:
    return replace(Bench.of(CELL, "pump", INTENT, iterations=2), orders=ORDERS)


def test_an_order_may_begin_with_a_handover_of_what_it_asks_for() -> None:
    ran = bench().run()
    assert ran.record.summary.state == "Complete"
    assert sorted(ran.lying["bench"]) == ["pump#1", "pump#2"]


def test_what_is_handed_over_is_finished_after_a_hold() -> None:
    ran = bench().run(PersonAway("operator", 40.0, 140.0), asks=(Ask(150.0, "resume"),))
    assert ran.record.summary.state == "Complete"
