"""Whatever is asked, the answer is a schedule by definition, and there is none only where there can be none."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.schedule.problem import Problem
from planner.schedule.schedule import NoSchedule, Schedule
from planner.schedule.solve import solve
from tests.planner.schedule.brute_force import choice_count, shortest_makespan
from tests.planner.schedule.checker import faults
from tests.planner.schedule.drawn import problems
from tests.planner.schedule.problems import shared_nest, tending


@settings(max_examples=120, deadline=None, derandomize=True)
@given(problems(most=12, unit=0.1), st.integers(0, 40), st.integers(0, 3))
def test_every_answer_is_a_schedule_by_definition(problem: Problem, iterations: int, seed: int) -> None:
    answer = solve(problem, iterations, seed)
    if isinstance(answer, Schedule):
        assert faults(problem, answer) == []


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(most=4, kinds=2, least=1))
def test_beats_neither_its_bound_nor_the_best_of_all_and_exists_where_one_does(problem: Problem) -> None:
    assume(choice_count(problem) <= 4000)
    best, answer = shortest_makespan(problem), solve(problem, 60)
    if best is None:
        assert isinstance(answer, NoSchedule)
        assert answer.reason == "deadlock"
        return
    assert isinstance(answer, Schedule)
    assert answer.lower_bound <= best + 1e-9
    assert answer.makespan >= best - 1e-9


@pytest.mark.parametrize("parts", [0, 1, 4, 20, 100])
def test_two_robots_at_one_nest_are_scheduled_at_once(parts: int) -> None:
    problem = shared_nest(parts)
    answer = solve(problem, 0)
    assert isinstance(answer, Schedule)
    assert faults(problem, answer) == []
    assert answer.gap <= 0.07


def test_a_thousand_parts_are_scheduled_at_once() -> None:
    answer = solve(shared_nest(1000), 0)
    assert isinstance(answer, Schedule)
    assert answer.gap <= 0.06


def test_a_robot_with_two_hands_keeps_its_machine_busy() -> None:
    """Taking one part out and putting the next one in at once: no list of parts gives that, only the order of single moves."""
    problem = tending(8)
    first, searched = solve(problem, 0), solve(problem, 1200)
    assert isinstance(first, Schedule)
    assert isinstance(searched, Schedule)
    assert faults(problem, searched) == []
    assert first.gap > 0.3
    assert searched.gap < 0.05
