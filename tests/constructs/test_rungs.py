"""A goal as a rung of a ladder: it puts the cell in order, settles nothing, and the ladder goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.events import HoldRaised, PlanRequested, Skipped
from cell.plan_file import with_plan_id
from cell.scenario import GripLost, Reject
from cell.state import Errand
from cell.steps import Release
from controller.rehearsal import Ask
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL
from tests.planner.proof.mutants import plan_mutants

INTENT = """
for each s in infeed {
  inspect s at gauge {
    on reject: move s to scrap, then skip
  }
  move s to outfeed
}
on grip_lost: hold "look"
"""


@cache
def bench(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "shaft", intent)


def test_a_reject_is_brought_away_and_its_iteration_given_up() -> None:
    ran = bench().run(Reject(2))
    assert ran.record.summary.state == "Complete"
    assert ran.lying["scrap"] == ("shaft#2",)
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#3"]
    assert [e.parts for e in ran.all(Skipped)] == [("shaft#2",)]
    errands = [e.state.errand for e in ran.all(PlanRequested)]
    assert [None if errand is None else errand.part for errand in errands[:2]] == ["shaft#2", None]
    assert ran.truth.violations == ()


def test_behind_the_rung_the_ladder_goes_on() -> None:
    ran = bench(INTENT.replace("then skip", 'then hold "look into the bin"')).run(Reject(1))
    assert [(e.code, e.text) for e in ran.all(HoldRaised)] == [("R701", "look into the bin")]
    assert ran.lying["scrap"] == ("shaft#1",)


def test_a_rung_that_fails_is_passed() -> None:
    """The hand loses the reject on its way: the goal was tried once, and the iteration is given up with the lost part."""
    loses = [GripLost("grip", n, "on the way") for n in (5, 6, 7)]
    ran = bench().run(Reject(2), *loses, asks=(Ask(200.0, "resume"), Ask(300.0, "resume"), Ask(400.0, "resume")))
    assert ran.all(Skipped)
    assert ran.record.summary.state in ("Complete", "Held")


def goal_of_rung(b: Bench) -> str:
    errand = b.run(Reject(1)).all(PlanRequested)[0].state.errand
    assert errand is not None
    return errand.goal


def test_the_plan_for_a_rung_holds_nothing_else() -> None:
    b = bench()
    state = b.request().state
    goal = goal_of_rung(b)
    asked = replace(state, errand=Errand(goal, "shaft#3"))
    plan = b.released(asked).expect().motion_plan
    assert [(o.goal, o.part, o.target) for o in plan.tasks.operations] == [(goal, "shaft#3", "scrap")]


def test_changed_plans_for_a_rung_are_refused() -> None:
    b = bench()
    goal = goal_of_rung(b)
    asked = replace(b.request().state, errand=Errand(goal, "shaft#3"))
    plan = b.planned(asked).expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 40, 2) if m.plan and b.proved(m.plan, asked).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []
    assert b.proved(plan).value is None  # it does not do what the whole intent asks
    steps = tuple(s for s in plan.tasks.steps if not isinstance(s.action, Release))
    assert b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps))), asked).value is None


def test_a_rung_that_no_robot_reaches_is_refused_when_planned() -> None:
    far = CELL.replace("at (700 mm, -600 mm, 0 mm)", "at (90000 mm, -600 mm, 0 mm)")
    found = Bench.of(far, "shaft", WASHED).planned().diagnostics
    assert [d.code for d in found] == ["E603"]


WASHED = """
for each s in infeed {
  inspect s at gauge {
    on reject: process s at brush, then retry 1, then move s to scrap, then skip
  }
  move s to outfeed
}
"""


@pytest.mark.parametrize(("looks", "where"), [(1, "outfeed"), (9, "scrap")])
def test_a_program_may_be_a_rung(looks: int, where: str) -> None:
    """The second part is brushed and looked at again; when that has not helped it goes into the bin."""
    ran = bench(WASHED).run(Reject(2, times=looks))
    assert ran.record.summary.state == "Complete"
    assert "shaft#2" in ran.lying[where]
    brushed = {p.id: p.programs for p in ran.truth.parts}
    assert brushed == {"shaft#1": (), "shaft#2": (("brush", "DEBURR"),), "shaft#3": ()}
    assert ran.truth.violations == ()


def test_what_a_rung_tells_is_no_event_of_its_own() -> None:
    ladder = "inspect s at gauge, then move s to scrap, then skip"
    ran = bench(INTENT.replace("move s to scrap, then skip", ladder)).run(Reject(2, times=9))
    assert ran.record.summary.state == "Complete"
    assert ran.lying["scrap"] == ("shaft#2",)
    assert len([e for e in ran.truth.of("told") if e.part == "shaft#2"]) == 2


def test_changed_plans_for_a_rung_with_work_are_refused() -> None:
    b = bench(WASHED)
    asked = b.run(Reject(2, times=1)).all(PlanRequested)[0].state
    assert asked.errand is not None
    plan = b.planned(asked).expect()
    assert [(o.verb, o.part) for o in plan.tasks.operations] == [("process", "shaft#2")]
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 40, 2) if m.plan and b.proved(m.plan, asked).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []


def test_skip_right_after_a_reject_stays_refused() -> None:
    found = bench(INTENT.replace("move s to scrap, then skip", "skip")).planned()
    assert "E606" in {d.code for d in found.diagnostics}
