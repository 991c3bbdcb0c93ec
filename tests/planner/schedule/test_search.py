"""What the search does with its budget, its seed, due times and alternatives."""

from __future__ import annotations

import random

import pytest

from planner.schedule.problem import Mode, Operation, Precedence, Problem, Resource, Use
from planner.schedule.schedule import Schedule
from planner.schedule.solve import solve
from tests.planner.schedule.brute_force import shortest_makespan
from tests.planner.schedule.checker import faults
from tests.planner.schedule.problems import job_shop_of, shared_nest


def solved(problem: Problem, iterations: int = 2000, seed: int = 0, enough: float = 0.0) -> Schedule:
    answer = solve(problem, iterations, seed, enough)
    assert isinstance(answer, Schedule)
    assert faults(problem, answer) == []
    return answer


def drawn_shop(jobs: int, machines: int, seed: int) -> Problem:
    draw = random.Random(seed)
    return job_shop_of([[(m, draw.randint(1, 9)) for m in draw.sample(range(machines), machines)] for _ in range(jobs)])


def two_drivers(seed: int) -> Problem:
    """Three errands of different length between three towns, each for one of two drivers of different speed."""
    draw = random.Random(seed)
    towns = tuple(tuple(0.0 if a == b else float(draw.randint(1, 5)) for b in range(3)) for a in range(3))
    drivers = (Resource("slow", travel=towns), Resource("quick", travel=towns, start=2))
    errands = []
    for _ in range(3):
        time, here, there = draw.randint(2, 8), draw.randint(0, 2), draw.randint(0, 2)
        errands.append(Operation(tuple(Mode(time / (1 + d), (Use(d, enters=here, leaves=there),)) for d in (0, 1))))
    return Problem(drivers, tuple(errands), (Precedence(0, 2, 1.0),))


@pytest.mark.parametrize("seed", range(6))
def test_finds_the_best_of_all_orders_of_a_small_job_shop(seed: int) -> None:
    problem = drawn_shop(3, 3, seed)
    assert solved(problem).makespan == shortest_makespan(problem)


@pytest.mark.parametrize("seed", range(12))
def test_finds_the_best_of_all_orders_and_modes_with_travel(seed: int) -> None:
    problem = two_drivers(seed)
    assert solved(problem).makespan == pytest.approx(shortest_makespan(problem))


def test_the_same_problem_seed_and_budget_give_the_same_schedule() -> None:
    for problem in (drawn_shop(8, 5, 3), shared_nest(6)):
        assert solve(problem, 500, seed=4) == solve(problem, 500, seed=4)


def test_another_seed_takes_another_way() -> None:
    problem = drawn_shop(10, 6, 3)
    assert len({solved(problem, 300, seed).starts for seed in range(4)}) > 1


def test_a_larger_budget_is_never_for_the_worse() -> None:
    problem = drawn_shop(10, 6, 3)
    spans = [solved(problem, iterations).makespan for iterations in (0, 5, 50, 500, 2000)]
    assert spans == sorted(spans, reverse=True)
    assert spans[-1] < spans[0]


def test_stops_at_what_is_enough() -> None:
    problem = drawn_shop(10, 6, 3)
    best, first = solved(problem).makespan, solved(problem, 0).makespan
    assert best <= solved(problem, enough=best + 5.0).makespan <= best + 5.0
    assert solved(problem, enough=first).makespan == first


def test_being_in_time_goes_before_being_quick() -> None:
    """Without the due time the long operation goes first, because most is to come after it."""
    press = Resource("press")
    long, short = Mode(5.0, (Use(0),)), Mode(2.0, (Use(0),))
    rest = Operation((Mode(9.0),))
    chain = (Precedence(0, 1),)
    free = Problem((press,), (Operation((long,)), rest, Operation((short,))), chain)
    bound = Problem((press,), (Operation((long,)), rest, Operation((short,), due=3.0)), chain)
    assert (solved(free).makespan, solved(free).starts[2]) == (14.0, 5.0)
    assert (solved(bound).makespan, solved(bound).starts[2], solved(bound).tardiness) == (16.0, 0.0, 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_lateness_is_as_small_as_can_be_on_one_machine(seed: int) -> None:
    """Earliest due date first is optimal for the largest lateness (Jackson 1955)."""
    draw = random.Random(seed)
    jobs = [(float(draw.randint(1, 9)), float(draw.randint(5, 30))) for _ in range(8)]
    problem = Problem((Resource("press"),), tuple(Operation((Mode(p, (Use(0),)),), due=d) for p, d in jobs))
    time = late = 0.0
    for p, d in sorted(jobs, key=lambda job: job[1]):
        time += p
        late = max(late, time - d)
    assert solved(problem, 400).tardiness == late


def test_a_part_is_put_down_by_the_robot_that_took_it() -> None:
    """The quicker robot puts down quickest, but only the slow one may take."""
    robots = (Resource("slow"), Resource("quick"))
    take = Operation((Mode(1.0, (Use(0, until=1),)), Mode(40.0, (Use(1, until=1),))))
    put = Operation((Mode(9.0), Mode(1.0)), follows=0)
    assert solved(Problem(robots, (take, put), (Precedence(0, 1),))).makespan == 10.0
