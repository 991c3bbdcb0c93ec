"""What cannot be scheduled is said, with the operations that it is about; what is no problem at all is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from planner.schedule.problem import Mode, Operation, Precedence, Problem, Resource, Use
from planner.schedule.schedule import NoSchedule, Schedule
from planner.schedule.solve import solve
from planner.schedule.well_formed import BadProblem

STEP = Operation((Mode(1.0),))
ROADS = ((0.0, 1.0), (1.0, 0.0))
A, B = Resource("a"), Resource("b", 2)
CART = Resource("cart", travel=ROADS)
GOOD = Problem((A, B, CART), (Operation((Mode(1.0, (Use(0, until=1), Use(1, 2), Use(2, enters=1))),)), STEP), (Precedence(0, 1),))


def with_use(use: Use) -> Problem:
    return replace(GOOD, operations=(Operation((Mode(1.0, (use,)),)), STEP))


def test_operations_that_wait_for_each_other_are_named_as_a_cycle() -> None:
    arcs = [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)]
    answer = solve(Problem((), (STEP,) * 5, tuple(Precedence(i, j) for i, j in arcs)))
    assert isinstance(answer, NoSchedule)
    assert answer.reason == "cycle"
    assert sorted(answer.operations) == [1, 2, 3]
    turn = [*answer.operations, answer.operations[0]]
    assert all(pair in arcs for pair in pairwise(turn))


def test_waiting_for_what_one_holds_oneself_is_a_deadlock() -> None:
    first, inner, last = Operation((Mode(1.0, (Use(0, until=2),)),)), Operation((Mode(1.0, (Use(0),)),)), STEP
    answer = solve(Problem((A,), (STEP, first, inner, last)[1:], (Precedence(0, 1), Precedence(1, 2))))
    assert answer == NoSchedule("deadlock", (0, 1, 2))


def test_another_mode_leads_out_of_a_deadlock() -> None:
    first, last = Operation((Mode(1.0, (Use(0, until=2),)),)), STEP
    inner = Operation((Mode(1.0, (Use(0),)), Mode(5.0, (Use(1),))))
    answer = solve(Problem((A, A), (first, inner, last), (Precedence(0, 1), Precedence(1, 2))))
    assert isinstance(answer, Schedule)
    assert answer.modes == (0, 1, 0)


def test_two_holds_that_need_each_other_are_taken_in_the_order_that_works() -> None:
    """0 holds a until 2, 1 holds b until 3, and 2 needs b: begun one after the other as they come they would wait for ever."""
    operations = (
        Operation((Mode(1.0, (Use(0, until=2),)),)),
        Operation((Mode(1.0, (Use(1, until=3),)),)),
        Operation((Mode(1.0, (Use(1),)),)),
        Operation((Mode(1.0),)),
    )
    arcs = (Precedence(0, 2), Precedence(1, 3), Precedence(0, 3))
    answer = solve(Problem((A, A), operations, arcs))
    assert isinstance(answer, Schedule)


@pytest.mark.parametrize(
    "bad",
    [
        with_use(Use(3)),
        with_use(Use(-1)),
        with_use(Use(1, 3)),
        with_use(Use(1, 0)),
        with_use(Use(2, enters=2)),
        with_use(Use(0, leaves=1)),
        with_use(Use(0, until=7)),
        replace(GOOD, precedences=()),
        replace(GOOD, precedences=(Precedence(0, 1, -1.0),)),
        replace(GOOD, precedences=(Precedence(0, 2),)),
        replace(GOOD, precedences=(Precedence(0, 1, float("nan")),)),
        replace(GOOD, operations=(Operation(()), STEP)),
        replace(GOOD, operations=(Operation((Mode(-1.0),)), STEP)),
        replace(GOOD, operations=(Operation((Mode(float("inf")),)), STEP)),
        replace(GOOD, operations=(Operation((Mode(1.0, (Use(0), Use(0))),)), STEP)),
        replace(GOOD, operations=(replace(STEP, release=-1.0), STEP)),
        replace(GOOD, operations=(replace(STEP, due=float("nan")), STEP)),
        replace(GOOD, operations=(replace(STEP, follows=0), STEP)),
        replace(GOOD, operations=(replace(STEP, follows=1), Operation((Mode(1.0), Mode(2.0))))),
        replace(GOOD, operations=(STEP, replace(STEP, follows=0), replace(STEP, follows=1))),
        replace(GOOD, resources=(replace(A, capacity=0), B, CART)),
        replace(GOOD, resources=(A, B, replace(CART, capacity=2))),
        replace(GOOD, resources=(A, B, replace(CART, start=2))),
        replace(GOOD, resources=(A, B, replace(CART, travel=((0.0, 1.0), (1.0,))))),
        replace(GOOD, resources=(A, B, replace(CART, travel=((0.0, -1.0), (1.0, 0.0))))),
    ],
)
def test_refuses_what_is_no_problem(bad: Problem) -> None:
    assert isinstance(solve(GOOD, 0), Schedule)
    with pytest.raises(BadProblem):
        solve(bad, 0)


def test_nothing_to_do_takes_no_time() -> None:
    assert solve(Problem((A,), ())) == Schedule((), (), ((),), 0.0, 0.0, 0.0)
