"""Handovers and work by people: what is planned is released, and a plan that asks for anything else is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.released_plan import ReleasedPlan
from cell.steps import Await, Move, Release, Step, Treat
from planner.proof.release import release
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.bench import CELL, VERSIONS, Motions, handed_over, planned, request
from tests.planner.proof.gantry import Case
from tests.planner.proof.mutants import plan_mutants, tally
from tests.planner.proof.test_release import CERTIFICATES
from tests.planner.tasks.symbolic import play, state_after


def released(plan: MotionPlan) -> Outcome[ReleasedPlan]:
    return release(plan, handed_over().request, CERTIFICATES, versions=VERSIONS)


def changed(is_one: Callable[[Step], bool], nth: int = 0, **fields: Any) -> MotionPlan:
    """The plan with other fields in the `nth` of the steps that are one, under an id of its own."""
    plan = handed_over().plan
    steps = list(plan.tasks.steps)
    index = [i for i, step in enumerate(steps) if is_one(step)][nth]
    steps[index] = replace(steps[index], **{k: v(steps[index]) if callable(v) else v for k, v in fields.items()})
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps))))


def awaits(verb: str) -> Callable[[Step], bool]:
    return lambda step: isinstance(step.action, Await) and step.action.verb == verb


def test_plan_with_a_person_is_released() -> None:
    outcome = released(handed_over().plan)
    assert outcome.diagnostics == ()
    proof = outcome.expect().proof
    assert [o.holds for o in proof.obligations if o.kind == "standstill"] == ["for all durations"]
    assert "seal by operator takes 12 s: usual, not a bound" in proof.assumptions
    assert any("ready hands when asked" in a for a in proof.assumptions)


def test_one_plan_in_twenty_at_most_passes_with_anything_changed() -> None:
    found = tally(plan_mutants(handed_over().plan, 14, seed=2), released)
    assert found.rate >= 0.95, found.report()


@pytest.mark.parametrize(
    ("verb", "change"),
    [
        ("seal", {"verb": "label"}),
        ("seal", {"place": "bench[2]"}),
        ("seal", {"part": "box#2"}),
        ("inspect", {"outcome": ""}),
        ("handover", {"place": "bench[2]"}),
        ("handover", {"place": "finished"}),
        ("clear", {"place": "bench[2]"}),
        ("clear", {"verb": "seal"}),
    ],
)
def test_a_person_is_asked_for_just_what_the_lines_say(verb: str, change: dict[str, str]) -> None:
    plan = changed(awaits(verb), action=lambda step: replace(step.action, **change))
    assert not released(plan).is_ok


def test_a_handover_of_no_robot_is_refused() -> None:
    assert not released(changed(awaits("handover"), robot=None)).is_ok


def test_a_robot_that_leaves_before_its_hand_is_open_is_refused() -> None:
    """The way out waits for the release; told to wait for the person only, it could begin while they take hold."""
    plan = handed_over().plan
    asking = next(i for i, s in enumerate(plan.tasks.steps) if awaits("handover")(s))
    steps = list(plan.tasks.steps)
    leaving = next(i for i in range(asking, len(steps)) if isinstance(steps[i].action, Move))
    opening = next(i for i in range(asking, len(steps)) if isinstance(steps[i].action, Release))
    assert steps[leaving].predecessors == (steps[opening].id,)
    steps[leaving] = replace(steps[leaving], predecessors=(steps[asking].id,))
    found = released(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps)))))
    assert not found.is_ok


def test_a_second_thing_at_once_is_refused() -> None:
    plan = changed(awaits("seal"), predecessors=())
    assert not released(plan).is_ok


@pytest.mark.parametrize("seed", range(12))
def test_order_keeps_every_need_whatever_people_take(seed: int) -> None:
    """Each step 0.2 to 5 times as long as planned."""
    case = handed_over()
    played = play(case.request.cell, case.request.state, case.plan.tasks, random.Random(seed))
    assert played.broken == []
    assert sum(fact.name == "at" and fact.args[1] == "finished" for fact in played.facts) == 4


@pytest.mark.parametrize("seed", [1])
def test_plans_from_any_stop_are_released(seed: int) -> None:
    """Random stops, random durations, until nothing is open: a person who is asked again, a part that is left behind."""
    rng, case = random.Random(seed), planned(request(text=CELL.replace("box 4 parts", "box 2 parts")))
    state = case.request.state
    for _ in range(5):
        case = planned(replace(case.request, state=state, iterations=3))
        outcome = release(case.plan, case.request, CERTIFICATES, versions=VERSIONS)
        assert outcome.is_ok, [f"{d.code} {d.message}" for d in outcome.diagnostics]
        if not case.plan.tasks.steps:
            break
        stop_at = rng.uniform(0.0, 1.0) * case.plan.tasks.bounds.makespan
        played = play(case.request.cell, state, case.plan.tasks, rng, stop_at=stop_at)
        state = state_after(case.request.cell, state, case.plan.tasks, played)


GIVEN = """
use "bench.cell"
for each s in bench {
  inspect s by operator
  handover s from operator to g1
  label s at printer
  move s to infeed
}
"""
AT_THE_BENCH = CELL.replace("box 4 parts", "box 1 parts").replace("  capacity 2\n", "  capacity 2\n  contains box 2 parts\n")


@cache
def given() -> Case:
    """Two boxes that lie at the bench: looked at, put into the robot's hand, labelled and stored."""
    return planned(request(GIVEN, AT_THE_BENCH))


def test_plan_in_which_a_person_gives_is_released() -> None:
    case = given()
    outcome = release(case.plan, case.request, CERTIFICATES, versions=VERSIONS)
    assert outcome.diagnostics == ()
    giving = [s.action for s in case.plan.tasks.steps if awaits("handover")(s)]
    assert [(a.part, a.place) for a in giving if isinstance(a, Await)] == [("box#2", "operator"), ("box#3", "operator")]
    found = tally(plan_mutants(case.plan, 12, seed=4), lambda p: release(p, case.request, CERTIFICATES, versions=VERSIONS))
    assert found.rate >= 0.95, found.report()


@pytest.mark.parametrize("seed", range(6))
def test_order_keeps_every_need_when_people_give(seed: int) -> None:
    case = given()
    assert play(case.request.cell, case.request.state, case.plan.tasks, random.Random(seed)).broken == []


def test_station_that_labels_something_else_is_refused() -> None:
    plan = changed(lambda s: isinstance(s.action, Treat), action=lambda step: replace(step.action, verb="seal"))
    assert not released(plan).is_ok


def test_more_than_the_bench_holds_needs_somebody_who_clears_it() -> None:
    asked = request(text=CELL.replace("  clears finished\n", ""))
    outcome = plan_tasks(asked, Known(Motions(asked.cell).duration))
    (full,) = outcome.diagnostics
    assert full.code == "E607"
    assert "clears" in full.help


def test_what_was_finished_before_is_carried_away_first() -> None:
    """A plan that begins with two finished parts at the bench has them carried away, and is released."""
    case = handed_over()
    goals = frozenset(o.goal for o in case.plan.tasks.operations if o.goal)
    parts = tuple(
        replace(p, location=replace(p.location, place=f"bench[{i + 1}]"), reached=goals) if i < 2 else p
        for i, p in enumerate(case.request.state.parts)
    )
    again = planned(replace(case.request, state=replace(case.request.state, parts=parts)))
    assert release(again.plan, again.request, CERTIFICATES, versions=VERSIONS).is_ok
    carried = [s.part for s in again.plan.tasks.steps if awaits("clear")(s)]
    assert sorted(carried) == ["box#1", "box#2", "box#3", "box#4"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (CELL.replace("handover\n}", "\n}"), "comes within 850 mm, over the floor, of ("),
        (CELL.replace("200 mm, 0 mm) to (900 mm, 5", "1200 mm, 0 mm) to (900 mm, 15"), "mm too far: a handover zone"),
    ],
    ids=["no handover zone", "zone out of reach"],
)
def test_where_a_handover_zone_would_have_to_be_is_said_in_numbers(cell: str, words: str) -> None:
    asked = request('use "bench.cell"\nfor each s in infeed {\n  handover s from g1 to operator\n}\n', text=cell)
    (told,) = plan_tasks(asked, Known(Motions(asked.cell).duration)).diagnostics
    assert words in told.help
    assert told.help.count("mm") >= 3


def test_intent_without_a_person_plans_as_before() -> None:
    case = planned(request('use "bench.cell"\nfor each s in infeed {\n  label s at printer\n  move s to finished\n}\n'))
    assert release(case.plan, case.request, CERTIFICATES, versions=VERSIONS).is_ok
    assert not any(isinstance(s.action, Await) for s in case.plan.tasks.steps)


@pytest.mark.parametrize(
    ("cell", "line", "code"),
    [
        (CELL.replace("handover\n}", "\n}"), "handover s from g1 to operator", "E625"),
        (CELL.replace("200 mm, 0 mm) to (900 mm, 5", "1200 mm, 0 mm) to (900 mm, 15"), "handover s from g1 to operator", "E625"),
        (CELL.replace("at bench\n", "at pass\n"), "seal s by operator", "E625"),
        (CELL, "seal s at printer by operator", "E625"),
        (CELL, "handover s from operator to g1", "E625"),
    ],
    ids=["no handover zone", "zone out of reach", "works where nothing lies", "works elsewhere", "given for nothing"],
)  # fmt: skip
def test_what_cannot_be_asked_of_a_person_is_said_with_its_place(cell: str, line: str, code: str) -> None:
    asked = request(f'use "bench.cell"\nfor each s in infeed {{\n  {line}\n}}\n', text=cell)
    outcome = plan_tasks(asked, Known(Motions(asked.cell).duration))
    assert outcome.value is None
    assert [d.code for d in outcome.diagnostics] == [code]
    assert code == "E625"
    assert all(d.spans and d.help for d in outcome.diagnostics)
