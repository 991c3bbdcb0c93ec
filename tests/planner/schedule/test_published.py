"""How close to proven optima it comes, on problems that others have measured themselves on."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest

from planner.schedule.schedule import Schedule
from planner.schedule.solve import solve
from tests.planner.schedule.checker import faults
from tests.planner.schedule.problems import Published, job_shop, transport_shop

JOB_SHOPS = ("ft06", "ft10", "ft20", *(f"la{k:02}" for k in range(1, 21)))
ITERATIONS = 8000
"""Some 3 s on the slowest of the set."""


def gap_to_optimum(published: Published, iterations: int) -> float:
    answer = solve(published.problem, iterations, enough=published.optimum)
    assert isinstance(answer, Schedule)
    assert faults(published.problem, answer) == []
    assert answer.lower_bound <= published.optimum <= answer.makespan
    return answer.makespan / published.optimum - 1.0


@pytest.mark.parametrize("name", ["ft06", "la01", "la02", "la06", "la11", "la15"])
def test_reaches_the_optimum_of_the_easier_job_shops(shared_data: Path, name: str) -> None:
    assert gap_to_optimum(job_shop(shared_data, name), 1500) == 0.0


@pytest.mark.parametrize("name", ["ft10", "la17", "la20"])
def test_is_near_the_optimum_of_the_harder_ones(shared_data: Path, name: str) -> None:
    assert gap_to_optimum(job_shop(shared_data, name), 1500) <= 0.08


def test_reaches_96_on_ex11_of_bilge_and_ulusoy(shared_data: Path) -> None:
    assert gap_to_optimum(transport_shop(shared_data, "EX11"), 1500) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(("name", "optimum"), [("EX11", 96), ("EX51", 87)])
def test_reaches_the_optima_of_bilge_and_ulusoy(shared_data: Path, name: str, optimum: int) -> None:
    published = transport_shop(shared_data, name)
    assert published.optimum == optimum
    assert gap_to_optimum(published, 4_000) == 0.0


@pytest.mark.slow
def test_the_mean_gap_to_the_optimum_of_all_job_shops_is_below_one_percent(shared_data: Path) -> None:
    assert mean(gap_to_optimum(job_shop(shared_data, name), ITERATIONS) for name in JOB_SHOPS) <= 0.01
