"""Loops over what lies in a pile and what a belt brings: the set grows or is taken from the top, `until` says how many."""

from __future__ import annotations

from functools import cache

import pytest

from cell.events import GoalReached
from cell.scenario import Reject
from tests.constructs.bench import Bench
from tests.planner.proof.mutants import plan_mutants

CELL = """
part plate {
  mass 1.0 kg
  shape box (80 mm, 80 mm, 40 mm)
  grip 60 N
}
conveyor belt {
  at (0 mm, -600 mm, 100 mm)
  delivers plate
  every 20 s
  buffer 3 parts
  waiting signal belt.count
}
stack pile {
  at (-500 mm, -600 mm, 0 mm)
  shape box (100 mm, 100 mm, 50 mm)
  holds plate
  contains plate 4 parts
}
station gauge {
  at (700 mm, 0 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds plate
  offers inspect for 4 s
  verdict signal gauge.verdict
}
bin scrap {
  at (-600 mm, 300 mm, 0 mm)
  shape box (200 mm, 200 mm, 100 mm)
  holds plate
}
tray outfeed {
  at (0 mm, 600 mm, 50 mm)
  shape box (100 mm, 700 mm, 20 mm)
  grid 1x3
  pitch [240 mm, 240 mm]
  holds plate
}
"""
INTENT = """
for each p in {set} until outfeed.count >= 3 parts {{
  inspect p at gauge
  when p.verdict is reject {{
    move p to scrap
  }} otherwise {{
    move p to outfeed
  }}
}}
"""


@cache
def bench(members: str, intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "plate", intent.format(set=members))


def test_a_pile_is_worked_off_from_its_top() -> None:
    ran = bench("pile").run()
    assert ran.record.summary.state == "Complete"
    assert {e.of.part for e in ran.all(GoalReached) if e.of.goal == "g3"} == {"plate#4", "plate#3", "plate#2"}
    assert ran.lying["pile"] == ("plate#1",)


def test_a_reject_from_the_belt_admits_the_next_that_comes() -> None:
    ran = bench("belt").run(Reject(2))
    assert ran.record.summary.state == "Complete"
    assert len(ran.lying["outfeed"]) == 3
    assert len(ran.lying["scrap"]) == 1
    assert len(ran.asked) == 1


def test_a_belt_without_until_has_no_end() -> None:
    found = bench("belt", INTENT.replace(" until outfeed.count >= 3 parts", "")).planned().diagnostics
    assert [(d.code, d.message.split(":")[0]) for d in found] == [("E690", "a loop without end over what belt brings")]


@pytest.mark.long
def test_changed_plans_are_refused() -> None:
    b = bench("belt")
    plan = b.planned().expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 12, 4) if m.plan is not None and b.proved(m.plan).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []
