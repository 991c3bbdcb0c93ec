"""`calibrate gauge` and `every t { calibrate gauge }`: goals about a thing, done once in their order or kept fresh by time."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from cell.events import ClauseBroken, EventRaised, HoldRaised, PlanRequested
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.scenario import Reject, Stall
from cell.state import InPlace
from cell.steps import Inspect, Service, Step
from controller.rehearsal import Ask
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL as REWORK
from tests.constructs.test_rework import INTENT as REWORKED
from tests.planner.proof.mutants import plan_mutants
from tests.planner.tasks.symbolic import play

CELL = REWORK.replace("offers inspect for 4 s", "offers inspect for 4 s\n  offers calibrate for 10 s")
LOOP = """
for each s in infeed {
  inspect s at gauge
  move s to outfeed
}
"""
EVERY = (
    LOOP
    + """
every 90 s {
  calibrate gauge
}
"""
)


@cache
def bench(intent: str = EVERY) -> Bench:
    return Bench.of(CELL, "shaft", intent)


def services(steps: tuple[Step, ...]) -> list[Step]:
    return sorted((s for s in steps if isinstance(s.action, Service)), key=lambda s: s.start)


def test_the_gauge_is_calibrated_before_its_first_part_and_never_later_than_asked() -> None:
    tasks = bench().released().expect().motion_plan.tasks
    times = services(tasks.steps)
    assert len(times) >= 2
    assert times[0].start == 0.0
    ends = [*(s.start + s.duration for s in times), tasks.bounds.makespan]
    assert max(b - a for a, b in pairwise(ends)) <= 90.0
    assert min(s.start for s in tasks.steps if isinstance(s.action, Inspect)) >= 10.0


def test_once_is_enough_for_a_long_time() -> None:
    tasks = bench(EVERY.replace("90 s", "2 h")).released().expect().motion_plan.tasks
    assert len(services(tasks.steps)) == 1


def test_a_clause_in_the_block_of_the_goal_is_kept_and_proved() -> None:
    """Ten seconds it takes; a plan for another text says that it may take so long."""
    told, other = (bench(f"calibrate gauge {{ within {most} s }}\n{LOOP}") for most in ("09", "11"))
    assert {d.code for d in told.planned().diagnostics} == {"E504"}
    plan = other.planned().expect()
    assert other.proved(plan).is_ok
    said = told.proved(with_plan_id(replace(plan, sources=plan_inputs(told.request()).sources)))
    assert {d.code for d in said.diagnostics} == {"E550"}


@pytest.mark.parametrize("block", ["calibrate gauge { within 11 s }", "calibrate gauge\n  within 11 s"])
def test_a_deadline_of_what_is_kept_fresh_is_unsupported(block: str) -> None:
    found = bench(EVERY.replace("calibrate gauge", block)).planned().diagnostics
    assert [(d.code, d.message.split(":")[0]) for d in found] == [("E690", "a `within` for what is kept fresh")]


def test_every_linearisation_finds_the_gauge_empty() -> None:
    plan = bench().planned().expect().tasks
    for seed in range(20):
        assert play(bench().cell, bench().start, plan, random.Random(seed)).broken == []


def test_the_world_records_each_calibration_and_every_part() -> None:
    ran = bench().run()
    assert ran.record.summary.state == "Complete"
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]
    plan = bench().released().expect().motion_plan
    assert len([e for e in ran.truth.of("work ended") if e.detail == "calibrate"]) == len(services(plan.tasks.steps))
    assert ran.truth.violations == ()
    assert ran.all(ClauseBroken) == []
    assert ran.record.summary.goals_met == ran.record.summary.goals_total


def test_a_replan_counts_from_the_last_time() -> None:
    """The gauge rejects a part; when the next plan is asked for the calibration is some seconds old, and not due."""
    intent = EVERY.replace("90 s", "2 h") + 'on reject: hold "look"\n'
    ran = bench(intent).run(Reject(1), asks=(Ask(200.0, "resume"),))
    asked = ran.all(PlanRequested)
    assert [0.0 < x < 7200.0 for e in asked for x in e.state.since.values()] == [True] * len(asked)
    assert len([e for e in ran.truth.of("work ended") if e.detail == "calibrate"]) == 1


def test_what_takes_too_long_is_overdue_and_done_first_after_the_resume() -> None:
    ran = bench(EVERY.replace("90 s", "80 s")).run(
        Stall("g1", 60.0, 90.0), asks=tuple(Ask(float(t), "resume") for t in (400, 800, 1200))
    )
    assert "overdue" in [e.event for e in ran.all(EventRaised)]
    assert "R737" in [e.code for e in ran.all(HoldRaised)]
    broken = ran.all(ClauseBroken)
    assert broken[0].kind == "every"
    assert ran.asked
    again = bench(EVERY.replace("90 s", "80 s")).released(ran.asked[0].state)
    assert again.value is not None
    steps = again.value.motion_plan.tasks.steps
    first = services(steps)[0]
    assert all(first.start + first.duration <= s.start for s in steps if isinstance(s.action, Inspect))


def test_a_policy_answers_overdue() -> None:
    intent = EVERY.replace("90 s", "80 s") + 'on overdue: hold "calibrate by hand"\n'
    ran = bench(intent).run(Stall("g1", 60.0, 50.0), asks=tuple(Ask(float(t), "resume") for t in (400, 800)))
    assert ("R701", "calibrate by hand") in [(e.code, e.text) for e in ran.all(HoldRaised)]
    assert ran.record.summary.state == "Complete"


def test_more_often_than_the_gauge_is_empty_is_refused() -> None:
    found = bench(EVERY.replace("90 s", "12 s")).planned()
    assert [d.code for d in found.diagnostics] == ["E506"]
    assert "every" in found.diagnostics[0].help


def test_a_part_in_the_gauge_that_is_to_be_inspected_is_refused_when_it_is_due_at_once() -> None:
    b = bench()
    first, *others = b.start.parts
    state = replace(b.start, parts=(replace(first, location=InPlace("gauge")), *others))
    found = b.planned(state)
    assert [d.code for d in found.diagnostics] == ["E506"]
    known = b.released(replace(state, since={"g3": 1.0}))
    assert known.value is not None


@pytest.mark.long
def test_changed_plans_are_refused() -> None:
    b = bench()
    plan = b.planned().expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 60, 5) if m.plan is not None and b.proved(m.plan).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []


@pytest.mark.parametrize("action", [Service("brush", "calibrate"), Service("gauge", "inspect")])
def test_a_service_of_something_else_is_refused(action: Service) -> None:
    b = bench()
    plan = b.planned().expect()
    steps = tuple(replace(s, action=action) if isinstance(s.action, Service) else s for s in plan.tasks.steps)
    assert b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps)))).value is None


def test_a_plan_with_too_few_times_is_refused() -> None:
    b, seldom = bench(), bench(EVERY.replace("90 s", "2 h"))
    other = replace(seldom.planned().expect(), sources=b.planned().expect().sources)
    found = b.proved(with_plan_id(other))
    assert [d.code for d in found.diagnostics] == ["E553"]


def test_a_plan_that_was_made_when_it_was_fresh_is_refused_when_it_is_not() -> None:
    b = bench(EVERY.replace("90 s", "2 h"))
    fresh = replace(b.start, since={"g3": 10.0})
    plan = b.planned(fresh).expect()
    assert services(plan.tasks.steps) == []
    assert b.proved(plan, fresh).value is not None
    assert {d.code for d in b.proved(plan).diagnostics} == {"E689"}
    assert {d.code for d in b.proved(plan, replace(b.start, since={"g3": 7195.0})).diagnostics} == {"E553"}


def test_the_proof_says_how_often() -> None:
    claims = [o.claim for o in bench().released().expect().proof.obligations]
    assert any(c.startswith("calibrate gauge ") and c.endswith("so that never 90 s pass without") for c in claims)


ONCE = "in order {\n  calibrate gauge\n" + LOOP.replace("\n", "\n  ").rstrip() + "\n}\n"


def test_a_line_of_its_own_is_done_once_in_its_order() -> None:
    b = bench(ONCE)
    tasks = b.released().expect().motion_plan.tasks
    (only,) = services(tasks.steps)
    touched = [s for s in tasks.steps if s.part != "gauge" and s.robot is None]
    assert all(s.start >= only.start + only.duration for s in touched)
    ran = b.run()
    assert ran.record.summary.state == "Complete"
    assert [e.detail for e in ran.truth.of("work ended")] == ["calibrate"]


def test_behind_a_loop_it_waits_for_all_of_it() -> None:
    b = bench("in order {\n" + LOOP.replace("\n", "\n  ").rstrip() + "\n  calibrate gauge\n}\n")
    tasks = b.released().expect().motion_plan.tasks
    (only,) = services(tasks.steps)
    assert only.start >= max(s.start + s.duration for s in tasks.steps if s.id != only.id and s.adds) - 1e-6


def test_nothing_else_to_do_is_planned_too() -> None:
    b = bench("calibrate gauge\n")
    (only,) = b.released().expect().motion_plan.tasks.steps
    assert isinstance(only.action, Service)
    assert b.run().record.summary.state == "Complete"
    assert b.released(replace(b.start, since={"g1": 5.0})).expect().motion_plan.tasks.steps == ()


@pytest.mark.parametrize("intent", [
    "calibrate g1\n",
    LOOP.replace("inspect s", "calibrate gauge\n  inspect s"),
    LOOP.replace("inspect s", "every 1 h {\n    calibrate gauge\n  }\n  inspect s"),
    LOOP + "every 1 h {\n  move shaft to scrap\n}\n",
    EVERY + "on overdue: calibrate gauge\n",
])  # fmt: skip
def test_the_rest_stays_unsupported(intent: str) -> None:
    assert "E690" in {d.code for d in bench(intent).planned().diagnostics}


def test_it_goes_with_choices() -> None:
    b = bench(REWORKED + "every 200 s {\n  calibrate gauge\n}\n")
    ran = b.run(Reject(2))
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
