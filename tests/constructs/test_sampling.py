"""`every n parts { }`: which iterations have the block, kept over a run by what was reached."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.declared_state import declared_state
from cell.events import GoalReached
from cell.plan_file import with_plan_id
from cell.scenario import GripLost, MissingPart, Reject
from cell.state import CellState, InHand, InPlace
from cell.steps import AtPlace, Inspect, Move, Touch
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL as REWORK
from tests.planner.proof.mutants import plan_mutants

CELL = REWORK.replace("grid 1x3", "grid 2x4").replace("pitch [240 mm, 240 mm]", "pitch [240 mm, 180 mm]")
CELL = CELL.replace("contains shaft 3 parts", "contains shaft 8 parts").replace("box (100 mm, 700 mm", "box (400 mm, 700 mm")
INTENT = """
for each s in infeed {
  every 3 parts {
    inspect s at gauge
  }
  move s to outfeed
}
on reject: hold "look at it"
on part_missing: skip
"""


@cache
def bench(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "shaft", intent)


def inspected(b: Bench, state: CellState | None = None) -> list[str]:
    plan = b.released(state).expect().motion_plan
    return [str(s.part) for s in plan.tasks.steps if isinstance(s.action, Inspect)]


def test_parts_one_four_and_seven_of_eight_are_gauged() -> None:
    assert sorted(inspected(bench())) == ["shaft#1", "shaft#4", "shaft#7"]
    ran = bench().run()
    assert ran.record.summary.state == "Complete"
    assert len(ran.lying["outfeed"]) == 8
    assert sorted(e.part for e in ran.truth.of("told")) == ["shaft#1", "shaft#4", "shaft#7"]


def test_counting_goes_on_from_what_was_reached() -> None:
    """After five parts, of which the first and the fourth were gauged, the seventh is next."""
    state = declared_state(bench().cell)
    parts = []
    for k, part in enumerate(state.parts, start=1):
        if k <= 5:
            goals = frozenset({"g2"} | ({"g1"} if k in (1, 4) else set()))
            part = replace(part, location=InPlace(f"outfeed[{k}]"), reached=goals)
        parts.append(part)
    assert inspected(bench(), replace(state, parts=tuple(parts))) == ["shaft#7"]


def test_a_part_that_is_given_up_hands_its_turn_to_the_next() -> None:
    ran = bench().run(MissingPart("infeed[4]"))
    assert ran.record.summary.state == "Complete"
    told = [e.part for e in ran.truth.of("told")]
    assert "shaft#4" not in told
    through = sorted(str(e.of.part) for e in ran.all(GoalReached) if e.of.goal == "g2")
    assert len(through) == 7
    assert all(set(told) & set(through[k : k + 3]) for k in range(len(through) - 2))


def test_a_plan_that_leaves_a_sample_out_is_refused() -> None:
    b = bench()
    fewer = Bench.of(CELL, "shaft", INTENT.replace("every 3 parts", "every 4 parts"))
    other = fewer.planned().expect()
    same_text = replace(other, sources=b.planned().expect().sources)
    refused = b.proved(with_plan_id(same_text))
    assert refused.value is None


@pytest.mark.long
def test_changed_plans_are_refused() -> None:
    b = bench()
    plan = b.planned().expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 12, 3) if m.plan is not None and b.proved(m.plan).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []


def test_the_proof_says_how_many() -> None:
    proof = bench().released().expect().proof
    assert "in 3 of 8 iterations, so that never 3 parts pass without" in [o.claim for o in proof.obligations]


@pytest.mark.parametrize("n", [1, 8, 100])
def test_the_first_part_is_always_due(n: int) -> None:
    found = inspected(bench(INTENT.replace("every 3 parts", f"every {n} parts")))
    assert found[0] == "shaft#1"
    assert len(found) == (8 if n == 1 else 1)


REWORK_SAMPLED = """
for each s in infeed until outfeed.count >= 6 parts {
  every 3 parts {
    inspect s at gauge
    when s.verdict is reject {
      process s at brush
      inspect s at gauge { on reject: hold "look" }
    }
  }
  move s to outfeed
}
"""


def test_a_sample_may_be_reworked() -> None:
    ran = bench(REWORK_SAMPLED).run(Reject(9))
    assert ran.record.summary.state == "Complete"
    assert len(ran.lying["outfeed"]) == 6


def in_the_midst(reached: set[str], told: str | None) -> CellState:
    """The first shaft lies at the gauge; `reached` of g1 (inspect), g2 (brush), g3 (inspect again)."""
    state = declared_state(bench(REWORK_SAMPLED).cell)
    outcomes = () if told is None else (("verdict", told),)
    first = replace(state.parts[0], location=InPlace("gauge"), reached=frozenset(reached), outcomes=outcomes)
    return replace(state, parts=(first, *state.parts[1:]))


@pytest.mark.parametrize(("reached", "told", "left"), [
    ({"g1"}, "reject", ["g2", "g3", "g4"]),
    ({"g1", "g2"}, "reject", ["g3", "g4"]),
    ({"g1", "g2"}, None, ["g3", "g4"]),
    ({"g1", "g2", "g3"}, "accept", ["g4"]),
    ({"g1"}, "accept", ["g4"]),
])  # fmt: skip
def test_a_plan_that_is_made_anew_in_the_midst_of_a_sample_goes_on_with_it(
    reached: set[str], told: str | None, left: list[str]
) -> None:
    plan = bench(REWORK_SAMPLED).released(in_the_midst(reached, told)).expect().motion_plan
    assert [o.goal for o in plan.tasks.operations if o.part == "shaft#1"] == left
    assert {o.part for o in plan.tasks.operations if o.goal == "g1"} == {"shaft#4"}


def test_a_plan_that_leaves_out_the_rest_of_a_sample_is_refused() -> None:
    """The one that is right once the second look is over."""
    b, over, midst = bench(REWORK_SAMPLED), {"g1", "g2", "g3"}, {"g1", "g2"}
    plan = b.planned(in_the_midst(over, "accept")).expect()
    assert b.proved(plan, in_the_midst(over, "accept")).value is not None
    read = b.planned(in_the_midst(midst, "accept")).expect().tasks.reads
    refused = b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, reads=read))), in_the_midst(midst, "accept"))
    assert [d.message for d in refused.diagnostics] == ["no operation of the plan does this for shaft#1"]


TWO = REWORK_SAMPLED.replace("6 parts", "2 parts")


def stopped_at_the_infeed() -> CellState:
    """With the second shaft, just gripped, while the first one is looked at."""
    state, there = in_the_midst(set(), None), AtPlace("infeed[2]", "grip.a", "shaft", 0)
    held = replace(state.parts[1], location=InHand("grip.a", 0))
    return replace(state, parts=(state.parts[0], held, *state.parts[2:]), stances={**state.stances, "g1": there})


def test_a_robot_may_get_out_of_where_it_was_stopped_to_wait_for_a_verdict() -> None:
    plan = bench(TWO).released(stopped_at_the_infeed()).expect().motion_plan
    first = next(step for step in plan.tasks.steps if isinstance(step.action, Move))
    assert isinstance(first.action, Move)
    assert isinstance(first.action.need.touch, Touch)
    assert [o.verb for o in plan.tasks.operations if o.id == first.operation] == ["when"]


def test_no_other_contact_belongs_to_a_decision() -> None:
    b, state = bench(TWO), stopped_at_the_infeed()
    plan = b.planned(state).expect()
    fork = next(o for o in plan.tasks.operations if o.verb == "when")
    moves = ((step, step.action.need) for step in plan.tasks.steps if isinstance(step.action, Move))
    _, *others = ((step, need.touch) for step, need in moves if isinstance(need.touch, Touch))
    later = next(step for step, touch in others if touch.end == "start" and step.branch is None)
    steps = tuple(replace(s, operation=fork.id) if s is later else s for s in plan.tasks.steps)
    refused = b.proved(with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps))), state)
    assert f"{fork.id}: {later.id} is no part of a decision" in [d.message for d in refused.diagnostics]


def test_a_bad_sample_is_reworked_whatever_is_planned_anew_meanwhile() -> None:
    """As a grip is lost while the shaft goes to the brush, and after that."""
    b = bench(REWORK_SAMPLED + "on grip_lost: retry 2\n")
    for number in (2, 4):
        ran = b.run(Reject(1, 1), GripLost("grip", number, "at grip"))
        assert ran.record.summary.state == "Complete", number
        (shaft,) = (part for part in ran.truth.parts if part.id == "shaft#1")
        assert [program for _, program in shaft.programs] == ["DEBURR"], number
        assert [e.detail for e in ran.truth.of("told") if e.part == "shaft#1"] == ["verdict is reject", "verdict is accept"], (
            number
        )


def test_a_block_of_nothing_but_a_when_is_done_as_often() -> None:
    """What its `when` asks for is told before it, of every part."""
    told_before = """
for each s in infeed {
  inspect s at gauge
  every 3 parts {
    when s.verdict is accept {
      process s at brush
    }
  }
  move s to outfeed
}
"""
    ran = bench(told_before).run()
    assert ran.record.summary.state == "Complete"
    assert [part.id for part in ran.truth.parts if part.programs] == ["shaft#1", "shaft#4", "shaft#7"]
