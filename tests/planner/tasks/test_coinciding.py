"""What the order leaves free to coincide: nothing less than what runs show, and not much more."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cell.presence import Presence
from cell.steps import Move
from planner.tasks.coinciding import coinciding
from tests.planner.tasks.cells import TEND, cell_of, plan
from tests.planner.tasks.robots import meetings, spells
from tests.planner.tasks.test_robots import CASES, planned, rests


def seen(name: str, runs: int) -> set[tuple[Presence, Presence]]:
    """All pairs that lasted at once in any of so many runs, half of them with two steps that start late."""
    task_plan, at_start, found = planned(name, parts=2), rests(name, parts=2), set[tuple[Presence, Presence]]()
    moves = [s.id for s in task_plan.steps if isinstance(s.action, Move)]
    for seed in range(runs):
        rng = random.Random(seed)
        late = frozenset(rng.sample(moves, 2)) if seed % 2 else frozenset[str]()
        found.update(meetings(spells(task_plan, at_start, rng, late), lambda a, b: True))
    return found


@pytest.mark.parametrize("name", CASES)
def test_whatever_coincides_in_a_run_is_left_free_by_the_order(name: str) -> None:
    free = set(coinciding(planned(name, parts=2), rests(name, parts=2)))
    assert seen(name, 200) - free == set()


@pytest.mark.parametrize("name", ["two robots", "two robots that choose"])
def test_most_of_what_is_left_free_does_coincide_in_some_run(name: str) -> None:
    free = set(coinciding(planned(name, parts=2), rests(name, parts=2)))
    assert len(seen(name, 600) & free) > 0.9 * len(free)


def test_the_order_rules_pairs_out() -> None:
    task_plan, at_start = planned("two robots"), rests("two robots")
    alone = replace(task_plan, steps=tuple(replace(step, predecessors=()) for step in task_plan.steps))
    assert len(coinciding(task_plan, at_start)) < 0.7 * len(coinciding(alone, at_start))


def test_one_robot_has_nobody_to_meet() -> None:
    task_plan = plan(TEND.format(batch=2)).expect()
    assert len(cell_of().robots) == 1
    assert coinciding(task_plan, ()) == ()
