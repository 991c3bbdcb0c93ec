"""The lower bound: never above a schedule, and as large as theory has it where theory has it."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from planner.schedule.bounds import lower_bound, preemptive
from planner.schedule.problem import Mode, Operation, Problem, Resource, Use
from planner.schedule.tables import Tables, tabulate
from tests.planner.schedule.problems import job_shop, shared_nest


def bound_of(problem: Problem) -> float:
    tables = tabulate(problem)
    assert isinstance(tables, Tables)
    return lower_bound(tables)


@pytest.mark.parametrize("seed", range(30))
def test_one_machine_is_bounded_by_the_worst_set_of_its_jobs(seed: int) -> None:
    """Jackson's preemptive schedule is as long as the largest of least head + loads + least tail over all sets of jobs (Carlier
    1982, proposition 2)."""
    draw = random.Random(seed)
    jobs = [(draw.randint(0, 20), draw.randint(1, 9), draw.randint(0, 20)) for _ in range(7)]
    sets = (s for k in range(1, 8) for s in itertools.combinations(jobs, k))
    worst = max(min(r for r, _, _ in s) + sum(p for _, p, _ in s) + min(q for _, _, q in s) for s in sets)
    assert preemptive([(float(r), float(p), float(q)) for r, p, q in jobs]) == worst


def test_travel_between_any_two_uses_counts() -> None:
    """Ten trips from 0 to 1 with the way back between them: 10 there, 9 back."""
    cart = Resource("cart", travel=((0.0, 2.0), (2.0, 0.0)))
    trips = Problem((cart,), (Operation((Mode(2.0, (Use(0, enters=0, leaves=1),)),)),) * 10)
    assert bound_of(trips) == 38.0


def test_resources_that_replace_each_other_share_the_load() -> None:
    pair = (Resource("left"), Resource("right"))
    either = Operation((Mode(3.0, (Use(0),)), Mode(3.0, (Use(1),))))
    assert bound_of(Problem(pair, (either,) * 9)) == 13.5


def test_units_share_the_load() -> None:
    assert bound_of(Problem((Resource("hands", 3),), (Operation((Mode(4.0, (Use(0, 2),)),)),) * 6)) == 16.0


def test_the_nest_is_taken_from_the_first_part_in_to_the_last_part_out() -> None:
    """What it does itself, the way of the first part there and of the last part away."""
    assert bound_of(shared_nest(3)) == 3.0 + (3 + 6 + 4) + 3 * 2 + 3.0


@pytest.mark.parametrize("name", ["la01", "la05", "la06", "la10", "la11", "la15"])
def test_equals_the_optimum_of_job_shops_with_a_dominating_machine(shared_data: Path, name: str) -> None:
    published = job_shop(shared_data, name)
    assert bound_of(published.problem) == published.optimum
