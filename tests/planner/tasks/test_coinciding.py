"""What the order leaves free to coincide: what runs show, and what an exact count over all worlds of choices says."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cell.presence import Moving, Presence, Resting, in_order
from cell.steps import Move, Step
from cell.task_plan import TaskPlan
from planner.tasks.coinciding import coinciding
from tests.planner.tasks.cells import TEND, cell_of, plan
from tests.planner.tasks.robots import meetings, spells
from tests.planner.tasks.test_robots import CASES, at_random, planned, rests

Pairs = set[tuple[Presence, Presence]]


def in_all_worlds(task_plan: TaskPlan, at_start: list[Resting]) -> Pairs:
    """Exact: for each way that all choices may go, what may last at once by the order of the steps that then happen."""
    found: Pairs = set()
    for taken in itertools.product(*(range(len(c.alternatives)) for c in task_plan.choices)):
        index = {c.id: k for c, k in zip(task_plan.choices, taken, strict=True)}
        live = [s for s in task_plan.steps if s.branch is None or index[s.branch.choice] == s.branch.index]
        found |= in_one_world(live, at_start)
    return found


def in_one_world(live: list[Step], at_start: list[Resting]) -> Pairs:
    before: dict[str, set[str]] = {}
    for step in live:
        known = [p for p in step.predecessors if p in before]
        before[step.id] = set(known).union(*(before[p] for p in known))
    lasting = [list(in_turn(rest, live)) for rest in at_start]
    found: Pairs = set()
    for mine, others in itertools.combinations(lasting, 2):
        for one, start, end in mine:
            for other, begin, finish in others:
                is_over = end is not None and begin is not None and end in before[begin]
                is_to_come = finish is not None and start is not None and finish in before[start]
                if not is_over and not is_to_come:
                    found.add(in_order(one, other))
    return found


def in_turn(rest: Resting, live: list[Step]) -> Iterator[tuple[Presence, str | None, str | None]]:
    """Each presence of one robot with the step that begins it (at its end, for a rest) and the one that ends it."""
    moves = [(s.id, s.action.need) for s in live if isinstance(s.action, Move) and s.action.need.robot == rest.robot]
    stance, carried, since = rest.stance, rest.carried, None
    for name, need in moves:
        for load in (carried, need.carried):
            yield Resting(rest.robot, stance, load, rest.tool), since, name
        yield Moving(need), name, name
        stance, carried, since = need.end, need.carried, name
    yield Resting(rest.robot, stance, carried, rest.tool), since, None


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(8))
def test_it_is_what_an_exact_count_over_all_worlds_says(name: str, seed: int) -> None:
    """With conflicts made up, more of them each time, so that robots wait for one another inside choices too."""
    at_start = rests(name, parts=1)
    conflicts = at_random(planned(name, parts=1), at_start, random.Random(seed), 0.03 * seed)
    task_plan = planned(name, conflicts, parts=1)
    assert set(coinciding(task_plan, at_start)) == in_all_worlds(task_plan, at_start)


@pytest.mark.parametrize("name", CASES)
def test_whatever_coincides_in_a_run_is_left_free_by_the_order(name: str) -> None:
    task_plan, at_start = planned(name), rests(name)
    free = set(coinciding(task_plan, at_start))
    for seed in range(40):
        assert set(meetings(spells(task_plan, at_start, random.Random(seed)), lambda a, b: True)) <= free


def test_the_order_rules_pairs_out() -> None:
    task_plan, at_start = planned("two robots"), rests("two robots")
    alone = replace(task_plan, steps=tuple(replace(step, predecessors=()) for step in task_plan.steps))
    assert len(coinciding(task_plan, at_start)) < 0.7 * len(coinciding(alone, at_start))


def test_one_robot_has_nobody_to_meet() -> None:
    task_plan = plan(TEND.format(batch=2)).expect()
    assert len(cell_of().robots) == 1
    assert coinciding(task_plan, ()) == ()
