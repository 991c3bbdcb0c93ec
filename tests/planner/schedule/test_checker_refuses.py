"""The checker that the other tests rely on sees each kind of fault: a checker that never refuses anything proves nothing."""

from __future__ import annotations

from dataclasses import replace

from planner.schedule.schedule import Schedule
from planner.schedule.solve import solve
from tests.planner.schedule.checker import faults
from tests.planner.schedule.problems import shared_nest, tending

NEST = shared_nest(4)


def nest_schedule() -> Schedule:
    answer = solve(NEST, 50)
    assert isinstance(answer, Schedule)
    return answer


def moved(schedule: Schedule, i: int, by: float) -> Schedule:
    return replace(schedule, starts=tuple(s + by * (k == i) for k, s in enumerate(schedule.starts)))


def test_no_operation_can_be_moved_forward_alone_where_it_waits_for_something() -> None:
    schedule = nest_schedule()
    tight = [i for i in range(len(schedule.starts)) if any(faults(NEST, moved(schedule, i, -0.5)))]
    assert len(tight) >= 16


def test_sees_two_parts_in_the_nest() -> None:
    schedule = nest_schedule()
    second = schedule.order[2][1]
    found = faults(NEST, moved(schedule, second, schedule.starts[schedule.order[2][0]] - schedule.starts[second]))
    assert any("2 of 1 units of resource 2" in fault for fault in found)


def test_sees_a_robot_that_is_elsewhere() -> None:
    schedule = nest_schedule()
    other = tuple(0 if len(op.modes) > 1 else m for op, m in zip(NEST.operations, schedule.modes, strict=True))
    assert any("is at" in fault for fault in faults(NEST, replace(schedule, modes=other)))


def test_sees_a_third_part_in_two_hands() -> None:
    problem = tending(3)
    answer = solve(problem, 0)
    assert isinstance(answer, Schedule)
    early = replace(answer, starts=tuple(float(i) if i % 5 == 0 else s for i, s in enumerate(answer.starts)))
    assert any("units of resource 1" in fault for fault in faults(problem, early))


def test_sees_a_number_that_is_not_so() -> None:
    schedule = nest_schedule()
    assert faults(NEST, schedule) == []
    for wrong in (replace(schedule, makespan=99.0), replace(schedule, tardiness=1.0), replace(schedule, lower_bound=99.0)):
        assert faults(NEST, wrong) != []


def test_sees_an_order_that_is_not_by_time_and_one_that_lacks_something() -> None:
    schedule = nest_schedule()
    for broken in (schedule.order[2][::-1], schedule.order[2][1:]):
        assert faults(NEST, replace(schedule, order=(*schedule.order[:2], broken))) != []
