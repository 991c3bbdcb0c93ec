"""Branches that hold more than moves: a part is worked on again, and what is told last decides where it goes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import pytest

from cell.events import BranchTaken, EventRaised
from cell.plan_file import with_plan_id
from cell.program_walk import goals_of
from cell.scenario import Reject
from cell.state import InPlace
from cell.steps import Move, RunProgram
from tests.constructs.bench import Bench
from tests.planner.proof.mutants import plan_mutants
from tests.planner.tasks.symbolic import play, state_after

CELL = """
part shaft {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
tray infeed {
  at (0 mm, -600 mm, 50 mm)
  shape box (100 mm, 700 mm, 20 mm)
  grid 1x3
  pitch [240 mm, 240 mm]
  holds shaft
  contains shaft 3 parts
}
tray outfeed is infeed {
  at (0 mm, 600 mm, 50 mm)
}
bin scrap {
  at (-500 mm, 0 mm, 0 mm)
  shape box (200 mm, 200 mm, 100 mm)
  holds shaft
}
station gauge {
  at (700 mm, 600 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds shaft
  offers inspect for 4 s
  verdict signal gauge.verdict
}
machine brush {
  at (700 mm, -600 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds shaft
  door signal brush.door
  clamp signal brush.clamp
  spindle signal brush.running
  program DEBURR for 6 s
}
"""
INTENT = """
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    process s at brush
    inspect s at gauge
  }
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
}
"""


@cache
def bench(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "shaft", intent)


def test_a_reworked_part_is_gauged_again_and_goes_where_the_last_verdict_says() -> None:
    ran = bench().run(Reject(2))
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
    taken = [e.index for e in ran.all(BranchTaken)]
    assert taken == [1, 1, 0, 0, 1, 1]  # the second is brushed, and still bad
    assert ran.lying["scrap"] == ("shaft#2",)
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#3"]
    assert ran.asked == ()


def test_the_plan_has_one_choice_for_each_when_and_each_part() -> None:
    plan = bench().released().expect().motion_plan
    assert len(plan.tasks.choices) == 6
    assert sum(isinstance(s.action, RunProgram) for s in plan.tasks.steps) == 3


def test_every_way_leaves_door_and_clamp_as_they_were() -> None:
    """One path only: what is in a branch of the first choice, and what the second finds."""
    plan = bench().planned().expect()
    doors = [s for s in plan.tasks.steps if type(s.action).__name__ == "SetDoor"]
    assert all(s.branch is not None for s in doors if not s.action.is_open)  # type: ignore[union-attr]
    assert all(s.branch is None for s in doors[:1])


def test_a_branch_without_its_rework_is_refused() -> None:
    b = bench()
    plan = b.planned().expect()
    run = next(s for s in plan.tasks.steps if isinstance(s.action, RunProgram))
    steps = tuple(s for s in plan.tasks.steps if s is not run)
    kept = tuple(replace(s, predecessors=tuple(p for p in s.predecessors if p != run.id)) for s in steps)
    assert b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=kept)))).value is None


@pytest.mark.long
def test_changed_plans_are_refused() -> None:
    b = bench()
    plan = b.planned().expect()
    mutants = [m for m in plan_mutants(plan, 12, 5) if m.plan is not None]
    survived = [f"{m.field}: {m.what}" for m in mutants if m.plan is not None and b.proved(m.plan).value is not None]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []
    assert len(mutants) > 6


def test_planned_again_in_the_middle_of_a_branch() -> None:
    """Every state in which a run may be stopped has a plan that is proved."""
    b = bench()
    plan = b.planned().expect()
    state = b.request().state
    for seed in range(6):
        rng = Random(seed)
        played = play(b.cell, state, plan.tasks, rng, stop_at=rng.uniform(0.0, plan.tasks.bounds.makespan))
        assert played.broken == []
        then = state_after(b.cell, state, plan.tasks, played)
        released = b.released(then)
        assert released.value is not None, (seed, [(d.code, d.message) for d in released.diagnostics])


AGAIN = "process s at brush\n    inspect s at gauge"


@pytest.mark.parametrize(
    "branch",
    ["process s at brush", f"{AGAIN}\n    when s.verdict is reject {{\n      {AGAIN}\n    }}"],
)
def test_what_a_branch_of_one_plan_cannot_hold_is_planned_when_it_is_taken(branch: str) -> None:
    b = bench(INTENT.replace("process s at brush\n    inspect s at gauge", branch, 1))
    first = b.released().expect().motion_plan.tasks.choices
    assert sorted(tuple(a.is_planned_later for a in c.alternatives) for c in first) == [(False, False)] * 3 + [(True, False)] * 3
    ran = b.run(Reject(1, times=9))
    assert ran.record.summary.state == "Complete"
    assert ran.lying["scrap"] == ("shaft#1",)


def test_a_second_reject_that_nobody_asks_about_is_an_event() -> None:
    once = INTENT[: INTENT.index("  when s.verdict is reject {\n    move")] + "  move s to outfeed\n}\n"
    ran = bench(once).run(Reject(1))
    assert [(e.event, e.of.part) for e in ran.all(EventRaised)] == [("reject", "shaft#1")]
    assert ran.record.summary.state == "Held"


LABELLED = CELL.replace("offers inspect for 4 s", "offers inspect for 4 s\n  offers label for 3 s")


@pytest.mark.parametrize("again", ["label s at gauge", "inspect s at gauge\n    label s at gauge"])
def test_a_branch_may_work_on_a_part_where_it_lies(again: str) -> None:
    intent = f"for each s in infeed {{\n  inspect s at gauge\n  when s.verdict is reject {{\n    {again}\n  }}\n"
    ran = Bench.of(LABELLED, "shaft", intent + "  move s to outfeed\n}\n").run()
    assert ran.record.summary.state == "Complete"


@pytest.mark.parametrize(
    ("rest", "other", "left"), [("", "label s at gauge", ["move"]), ("label s at gauge", "", ["label", "move"])]
)
def test_a_choice_stays_whatever_its_branch_tells_anew(rest: str, other: str, left: list[str]) -> None:
    """What is left of the branch that was taken is done, and nothing of the one that the new verdict would lead to."""
    text = INTENT.replace(
        "    inspect s at gauge\n  }\n", f"    inspect s at gauge\n    {rest}\n  }} otherwise {{\n    {other}\n  }}\n"
    )
    b = Bench.of(LABELLED, "shaft", text[: text.index("  when s.verdict is reject {\n    move")] + "  move s to outfeed\n}\n")
    (loop,) = b.program.block.lines
    done = frozenset(g.id for g in goals_of(loop) if g.verb in ("inspect", "process"))
    first, *others = b.start.parts
    told = replace(first, location=InPlace("gauge"), reached=done, outcomes=(("verdict", "accept"),))
    plan = b.released(replace(b.start, parts=(told, *others))).expect().motion_plan
    assert [o.verb for o in plan.tasks.operations if o.part == first.id] == left


def test_a_way_without_lines_keeps_the_speed_limit_of_its_choice() -> None:
    plan = bench(INTENT + "ensure g1.speed <= 500 mm/s\n").released().expect().motion_plan
    assert {step.action.need.speed_limit for step in plan.tasks.steps if isinstance(step.action, Move)} == {0.5}
