"""Branches that one plan cannot hold: they are planned when they are taken, from what is observed then."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.events import BranchTaken, PlanRequested
from cell.plan_file import with_plan_id
from cell.scenario import Reject
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL as REWORK
from tests.planner.proof.mutants import plan_mutants

CELL = (
    REWORK
    + """
station desk {
  at (-700 mm, 600 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds shaft
}
person ann {
  at desk
  offers [inspect, label]
  usually 5 s
  ready signal ann.ready
}
"""
)
NESTED = """
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    process s at brush
    inspect s at gauge
    when s.verdict is reject {
      move s to scrap
    } otherwise {
      move s to outfeed
    }
  } otherwise {
    move s to outfeed
  }
}
"""
BY_A_PERSON = NESTED.replace("process s at brush\n    inspect s at gauge", "move s to desk\n    inspect s by ann")
BEHIND_A_DOOR = """
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    process s at brush
  } otherwise {
    move s to outfeed
  }
}
"""
LABELLED = BEHIND_A_DOOR.replace("process s at brush", "move s to desk\n    label s by ann\n    move s to scrap")


@cache
def bench(intent: str = NESTED) -> Bench:
    return Bench.of(CELL, "shaft", intent)


def test_the_plan_holds_the_other_branch_and_says_so() -> None:
    released = bench().released().expect()
    choices = released.motion_plan.tasks.choices
    assert [[a.is_planned_later for a in c.alternatives] for c in choices] == [[True, False]] * 3
    assert all(not a.operations for c in choices for a in c.alternatives if a.is_planned_later)
    said = "where the verdict is reject, the `when` of line 4 takes a branch that is planned only then"
    assert said in released.proof.assumptions
    assert released.motion_plan.tasks.assumptions.count(said) == 1


@pytest.mark.parametrize(("again", "where"), [((), "outfeed"), ((4,), "scrap")])
def test_a_nested_choice_is_planned_when_its_branch_is_taken(again: tuple[int, ...], where: str) -> None:
    """The second part is rejected, brushed, and comes out well or badly."""
    ran = bench().run(Reject(2, times=2 if again else 1))
    assert ran.record.summary.state == "Complete"
    assert "shaft#2" in ran.lying[where]
    assert sum(len(ran.lying.get(name, ())) for name in ("outfeed", "scrap")) == 3
    assert len(ran.all(PlanRequested)) == 1
    assert len(ran.all(BranchTaken)) == 4
    assert ran.truth.violations == ()


def test_without_a_reject_nothing_is_planned_again() -> None:
    ran = bench().run()
    assert ran.record.summary.state == "Complete"
    assert ran.asked == ()


@pytest.mark.parametrize("intent", [BY_A_PERSON, BEHIND_A_DOOR, LABELLED])
def test_other_branches_that_one_plan_cannot_hold(intent: str) -> None:
    ran = bench(intent).run(Reject(1))
    assert ran.record.summary.state == "Complete"
    assert len(ran.asked) == 1
    assert sorted(p for ids in ran.lying.values() for p in ids) == ["shaft#1", "shaft#2", "shaft#3"]
    assert len(ran.lying["outfeed"]) >= 2
    assert ran.record.summary.goals_met == ran.record.summary.goals_total


def test_an_until_counts_what_such_a_branch_brings() -> None:
    """Were all rejected, they would all come out well in the end; so three are enough for three."""
    ran = bench(NESTED.replace("in infeed {", "in infeed until outfeed.count >= 3 parts {")).run(
        Reject(1, times=1), Reject(3, times=1)
    )
    assert ran.record.summary.state == "Complete"
    assert len(ran.lying["outfeed"]) == 3


def test_a_plan_that_puts_off_what_it_could_plan_is_refused() -> None:
    inner = "when s.verdict is reject {\n      move s to scrap\n    } otherwise {\n      move s to outfeed\n    }"
    b = bench(NESTED.replace(inner, "move s to outfeed"))
    plan = bench().planned().expect()
    other = b.planned()
    assert other.value is not None
    assert b.proved(with_plan_id(replace(plan, sources=other.value.sources))).value is None


def test_a_plan_that_does_not_say_what_it_puts_off_is_refused() -> None:
    b = bench()
    plan = b.planned().expect()
    choices = tuple(
        replace(c, alternatives=tuple(replace(a, is_planned_later=False) for a in c.alternatives)) for c in plan.tasks.choices
    )
    assert b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, choices=choices)))).value is None
    other = tuple(
        replace(c, alternatives=tuple(replace(a, is_planned_later=not a.is_planned_later) for a in c.alternatives))
        for c in plan.tasks.choices
    )
    assert b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, choices=other)))).value is None
    silent = replace(plan.tasks, assumptions=())
    assert b.proved(with_plan_id(replace(plan, tasks=silent))).value is None


@pytest.mark.long
def test_changed_plans_are_refused() -> None:
    b = bench()
    plan = b.planned().expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 60, 7) if m.plan is not None and b.proved(m.plan).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []


def test_what_such_a_branch_asks_for_is_looked_at_before_anything_moves() -> None:
    far = CELL.replace("at (-700 mm, 600 mm, 0 mm)", "at (-90000 mm, 600 mm, 0 mm)")
    assert [d.code for d in Bench.of(far, "shaft", LABELLED).planned().diagnostics] == ["E603"]
    assert Bench.of(far, "shaft", NESTED).planned().value is not None


FOLLOWED = """
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    move s to desk
  } otherwise {
    move s to shelf
  }
  move s to outfeed
}
"""
TRAY = "tray shelf is infeed {\n  at (-300 mm, 300 mm, 50 mm)\n  grid 1x1\n  shape box (100 mm, 100 mm, 20 mm)\n}\n"


def test_lines_behind_branches_that_leave_the_part_in_different_places() -> None:
    b = Bench.of(CELL + TRAY, "shaft", FOLLOWED)
    ran = b.run(Reject(1))
    assert ran.record.summary.state == "Complete"
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]
    assert ran.record.summary.goals_met == ran.record.summary.goals_total == 9


def test_lines_behind_a_branch_that_ends_where_nothing_is_taken_out_are_refused() -> None:
    found = Bench.of(CELL + TRAY, "shaft", FOLLOWED.replace("to desk", "to scrap")).planned().diagnostics
    assert [d.code for d in found] == ["E609"]


def test_the_usual_branch_may_hold_what_a_branch_cannot() -> None:
    """A person labels what is accepted; only a reject is planned when it comes."""
    intent = (
        LABELLED.replace("reject", "accept")
        .replace("move s to scrap", "move s to outfeed")
        .replace("move s to outfeed\n  }\n}", "move s to scrap\n  }\n}")
    )
    ran = bench(intent).run(Reject(2))
    assert ran.record.summary.state == "Complete"
    assert ran.lying["scrap"] == ("shaft#2",)
    assert len(ran.asked) == 1
