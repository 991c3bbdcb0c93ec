"""A `when` in a second loop over the same parts asks for what the first loop has told."""

from __future__ import annotations

from random import Random

import pytest

from cell.events import BranchTaken, EventRaised
from cell.plan_file import with_plan_id
from cell.scenario import Reject
from tests.constructs.test_rework import bench
from tests.planner.proof.mutants import plan_mutants
from tests.planner.tasks.symbolic import play, state_after

GAUGED = "for each s in infeed {\n  inspect s at gauge\n  move s to outfeed\n}\n"
SORTED = GAUGED + "for each p in infeed {\n  when p.verdict is reject {\n    move p to scrap\n  }\n}\n"
REWORKED = GAUGED + (
    "for each p in infeed {\n  when p.verdict is reject {\n"
    "    process p at brush\n    inspect p at gauge\n    move p to outfeed\n  }\n"
    "  when p.verdict is reject {\n    move p to scrap\n  }\n}\n"
)


@pytest.mark.parametrize("intent", [SORTED, REWORKED])
def test_the_rejected_part_is_sorted_out_by_the_second_loop(intent: str) -> None:
    ran = bench(intent).run(Reject(2, times=2))
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
    assert ran.all(EventRaised) == []
    assert [e.index for e in ran.all(BranchTaken)].count(0) == (1 if intent == SORTED else 2)
    assert ran.lying["scrap"] == ("shaft#2",)
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#3"]


def test_one_choice_for_each_part() -> None:
    assert len(bench(SORTED).planned().expect().tasks.choices) == 3


def test_a_reject_that_a_later_loop_over_other_parts_asks_about_is_an_event() -> None:
    other = SORTED.replace("for each p in infeed {\n", "for each p in outfeed {\n  inspect p at gauge\n").replace(
        "  move s to outfeed\n", ""
    )
    ran = bench(other.replace("at gauge\n}", "at gauge\n  move s to scrap\n}")).run(Reject(1))
    assert [e.event for e in ran.all(EventRaised)][:1] == ["reject"]


def test_planned_again_wherever_it_is_stopped() -> None:
    b = bench(SORTED)
    plan, state = b.planned().expect(), b.start
    for seed in range(3):
        rng = Random(seed)
        stop = rng.uniform(0.0, plan.tasks.bounds.makespan)
        then = state_after(b.cell, state, plan.tasks, play(b.cell, state, plan.tasks, rng, stop_at=stop))
        released = b.released(then)
        assert released.value is not None, (seed, [(d.code, d.message) for d in released.diagnostics])


@pytest.mark.long
def test_changed_plans_are_refused() -> None:
    b = bench(SORTED)
    mutants = [m for m in plan_mutants(b.planned().expect(), 8, 5) if m.plan is not None]
    survived = [m.field for m in mutants if m.plan is not None and b.proved(with_plan_id(m.plan)).value is not None]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []
