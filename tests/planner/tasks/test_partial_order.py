"""The partial order alone establishes every need, whatever each step takes and whichever way each choice goes."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cell.declared_state import declared_state
from cell.steps import BranchRef, Fact
from cell.task_plan import TaskPlan
from tests.planner.tasks.cells import TEND, TENDING, cell_of, plan
from tests.planner.tasks.symbolic import collisions_of_order, play

INTENTS = {
    "tending": TEND.format(batch=6),
    "everything through the lathe in order": """
for each s in infeed until outfeed.count >= 3 parts, in order {
  process s at lathe
  inspect s at gauge
  move s to outfeed
}
""",
    "only one branch has a move": """
for each s in infeed until outfeed.count >= 4 parts {
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
}
""",
    "two lines in order": """
in order {
  move shaft to gauge
  for each s in outfeed {
    move s to scrap
  }
}
""",
    "a branch of two moves": """
for each s in infeed until outfeed.count >= 2 parts {
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to infeed
    move s to outfeed
  }
}
""",
}


@pytest.mark.parametrize("name", INTENTS)
@pytest.mark.parametrize("seed", range(8))
def test_needs_hold_for_all_durations_and_branches(name: str, seed: int) -> None:
    outcome = plan(INTENTS[name])
    assert outcome.is_ok, outcome.diagnostics
    cell = cell_of(TENDING)
    played = play(cell, declared_state(cell), outcome.expect(), random.Random(seed))
    assert played.broken == []
    assert collisions_of_order(cell, outcome.expect(), played) == []


@pytest.mark.parametrize("name", INTENTS)
def test_goals_are_facts_at_the_end(name: str) -> None:
    task_plan, cell = plan(INTENTS[name]).expect(), cell_of(TENDING)
    played = play(cell, declared_state(cell), task_plan, random.Random(1), spread=False)
    ended = {o.id for o in task_plan.operations if all(s in played.ends for s in o.steps)}
    for operation in task_plan.operations:
        if operation.verb != "when" and operation.id in ended:
            assert Fact("reached", (operation.goal, operation.part)) in played.facts


def test_starts_are_the_longest_path_over_predecessors() -> None:
    task_plan = plan(TEND.format(batch=6)).expect()
    end = {}
    for step in task_plan.steps:
        assert all(p in end for p in step.predecessors), "steps are in a topological order"
        assert step.start == pytest.approx(max((end[p] for p in step.predecessors), default=0.0), abs=1e-9)
        end[step.id] = step.start + step.duration
    assert task_plan.bounds.makespan == pytest.approx(max(end.values()))


def test_all_alternatives_of_a_choice_end_in_one_stance() -> None:
    task_plan = plan(TEND.format(batch=3)).expect()
    for choice in task_plan.choices:
        ends = set()
        for index in range(len(choice.alternatives)):
            mine = [s for s in task_plan.steps if s.branch == BranchRef(choice.id, index)]
            ends.add([f for s in mine for f in s.adds if f.name == "stands"][-1])
        assert len(ends) == 1


def test_the_fold_notices_every_dropped_predecessor() -> None:
    """A planted fault: with the one predecessor of a step gone, some run breaks."""
    task_plan, cell = plan(TEND.format(batch=2)).expect(), cell_of(TENDING)
    state = declared_state(cell)
    for number, step in enumerate(task_plan.steps[:60]):
        if len(step.predecessors) != 1:
            continue
        steps = (*task_plan.steps[:number], replace(step, predecessors=()), *task_plan.steps[number + 1 :])
        mutant: TaskPlan = replace(task_plan, steps=steps)
        runs = (play(cell, state, mutant, random.Random(seed)) for seed in range(16))
        assert any(run.broken or collisions_of_order(cell, mutant, run) for run in runs), step
