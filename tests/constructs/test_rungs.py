"""A goal as a rung of a ladder: it puts the cell in order, settles nothing, and the ladder goes on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

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
    assert errands[0] == Errand("g2", "shaft#2") or errands[0].part == "shaft#2"
    assert errands[1] is None
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


def test_the_plan_for_a_rung_holds_nothing_else() -> None:
    b = bench()
    state = b.request().state
    goal = b.run(Reject(1)).all(PlanRequested)[0].state.errand.goal
    asked = replace(state, errand=Errand(goal, "shaft#3"))
    plan = b.released(asked).expect().motion_plan
    assert [(o.goal, o.part, o.target) for o in plan.tasks.operations] == [(goal, "shaft#3", "scrap")]


def test_changed_plans_for_a_rung_are_refused() -> None:
    b = bench()
    goal = b.run(Reject(1)).all(PlanRequested)[0].state.errand.goal
    asked = replace(b.request().state, errand=Errand(goal, "shaft#3"))
    plan = b.planned(asked).expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 40, 2) if m.plan and b.proved(m.plan, asked).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []
    assert b.proved(plan).value is None  # it does not do what the whole intent asks
    steps = tuple(s for s in plan.tasks.steps if not isinstance(s.action, Release))
    assert b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps))), asked).value is None


def test_a_rung_that_no_place_takes_is_refused_when_planned() -> None:
    cell = CELL + "part cube {\n  mass 1 kg\n  shape box (30 mm, 30 mm, 30 mm)\n}\ntray cubes is infeed {\n"
    cell += "  at (-500 mm, 600 mm, 50 mm)\n  holds [cube, shaft]\n}\n"
    found = Bench.of(cell, "[shaft, cube]", INTENT.replace("move s to scrap", "process s at brush")).planned()
    assert "E690" in {d.code for d in found.diagnostics}


def test_skip_right_after_a_reject_stays_refused() -> None:
    found = bench(INTENT.replace("move s to scrap, then skip", "skip")).planned()
    assert "E606" in {d.code for d in found.diagnostics}
