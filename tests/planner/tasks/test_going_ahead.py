"""A robot that has nothing to do goes to where it will be needed, before others are in the way again."""

from __future__ import annotations

from functools import cache

from cell.presence import Conflicts, Moving, in_order
from cell.steps import AtHub, MotionNeed, Move, Step, Touch
from cell.task_plan import TaskPlan
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import request_of
from tests.planner.tasks.two_robot_kits import INTENT, ONE_SCREW, drawn

RACK, COVERS = AtHub("rack"), AtHub("covers")


@cache
def planned(conflicts: Conflicts) -> TaskPlan:
    return plan_tasks(request_of(INTENT, ONE_SCREW), Known(drawn(1), conflicts=conflicts)).expect()


def needs(tasks: TaskPlan) -> list[tuple[Step, MotionNeed]]:
    return [(s, s.action.need) for s in tasks.steps if isinstance(s.action, Move)]


def fetches(tasks: TaskPlan) -> list[Step]:
    """The ways on which the second robot goes for covers."""
    return [step for step, need in needs(tasks) if (need.start, need.end) == (RACK, COVERS)]


def puts(tasks: TaskPlan) -> list[Step]:
    """The contacts at the nest with which the first robot puts housings into it."""
    return [
        s for s, n in needs(tasks) if isinstance(n.touch, Touch) and (n.touch.place, n.touch.pair) == ("nest", "part and place")
    ]


@cache
def in_each_others_way() -> Conflicts:
    """Whatever the first robot does at the nest, and the way of the second one to the covers."""
    tasks = planned(frozenset())
    (way,) = {need for step, need in needs(tasks) if step in fetches(tasks)}
    there = {n for _, n in needs(tasks) if n.robot == "ra" and isinstance(n.touch, Touch) and n.touch.place.startswith("nest")}
    return frozenset(in_order(Moving(need), Moving(way)) for need in there)


def test_it_passes_before_the_other_robot_is_back() -> None:
    tasks = planned(in_each_others_way())
    second = max(fetches(tasks), key=lambda step: step.start)
    (housing,) = (s for s in puts(tasks) if s.part == "housing#2" and "to nest" in s.because.rule)
    assert second.start + second.duration <= housing.start
    assert tasks.bounds.makespan < 1.05 * planned(frozenset()).bounds.makespan


def test_its_way_belongs_to_the_line_that_will_need_it() -> None:
    for step in fetches(planned(in_each_others_way())):
        assert step.part is not None
        assert step.because.rule.startswith(f"{step.part} is fetched from covers")
