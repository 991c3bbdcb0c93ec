"""Work that several robots can do goes to the one it lies nearest to, unless waiting for that one would take long."""

from __future__ import annotations

import pytest

from cell.state import PlanningRequest
from cell.steps import MotionNeed, Move
from cell.task_plan import TaskPlan
from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.dispatch import dispatch
from planner.tasks.findings import Findings
from planner.tasks.floor import Act, Kind
from planner.tasks.local_search import by_list
from planner.tasks.plan_tasks import measured_only, plan_tasks
from planner.tasks.rules import RULES
from planner.tasks.shop import Shop, make_shop
from planner.tasks.territory import Sides, selections
from planner.tasks.ways_out import Escapes
from tests.constructs.bench import ROBOT
from tests.constructs.test_assembling import CELL, GRIPS, INTENT
from tests.planner.tasks.cells import request_of, seconds
from tests.planner.tasks.robots import cell_text

ACROSS = "".join(f"for each s_{n} in {n}_in {{\n  move s_{n} to {n}_out\n}}\n" for n in ("left", "right"))


def alike(need: MotionNeed) -> float:
    return 2.0


def shop_of(request: PlanningRequest, known: Known | None = None) -> Shop:
    found = Findings()
    routes = decompose(request.cell, request.state, request.program, found)
    made = make_shop(request, routes, known or Known(alike), found)
    assert made is not None
    return made


def shop() -> Shop:
    return shop_of(request_of(ACROSS, cell_text(2, 1, 3, has_zone=False)))


def joining(hands: int = 1) -> PlanningRequest:
    """One robot."""
    return request_of(INTENT, ROBOT.format(grips=GRIPS).replace("  hands 2\n", f"  hands {hands}\n") + CELL)


def crossings(plan: TaskPlan) -> list[str]:
    """Operations of a robot on what lies before the other one."""
    needs = [step.action.need for step in plan.steps if isinstance(step.action, Move) and step.action.need.touch is not None]
    return [n.touch.where for n in needs if n.touch is not None and not n.touch.where.startswith(n.robot)]


def test_each_robot_works_on_its_own_side_where_neither_is_quicker() -> None:
    request = request_of(ACROSS, cell_text(2, 1, 3, has_zone=False), iterations=30)
    assert crossings(plan_tasks(request, Known(alike)).expect()) == []


def test_a_robot_without_work_of_its_own_helps_the_other() -> None:
    one_side = "for each s in left_in {\n  move s to left_out\n}\n"
    request = request_of(one_side, cell_text(2, 1, 4, has_zone=False), iterations=30)
    assert crossings(plan_tasks(request, Known(alike)).expect())


def test_what_lies_nearer_to_another_is_beyond() -> None:
    made = shop()
    sides, left, right = Sides(made), *(k for k, w in enumerate(made.workers) if w.hands)
    for job, route in enumerate(made.jobs):
        mine, other = (left, right) if (route.place or "").startswith("left") else (right, left)
        acts = [Act(Kind.PICK, job, 0, worker, 0, 0, route.place or "") for worker in (mine, other)]
        assert [sides.is_beyond(act) for act in acts] == [False, True]
        assert not sides.is_beyond(acts[1]._replace(kind=Kind.PLACE)), "what it has, it brings"


def test_who_keeps_to_a_side_still_brings_everything_through() -> None:
    made = shop()
    for select in selections(made, None):
        assert not dispatch(made, Escapes(made), select).is_stuck


def test_robots_that_share_nothing_have_the_plain_rules_alone() -> None:
    assert len(selections(shop_of(joining()), None)) == len(RULES) < len(selections(shop(), None))


@pytest.mark.parametrize("hands", [1, 2])
def test_the_motions_of_an_order_are_enough_to_make_it_again(hands: int) -> None:
    """Whether a seat is served is asked of the motions with its force limit, and of those with something in the other hand, not
    of others that nobody will ever look for. Else no search would ever begin."""
    request = joining(hands)
    first = needs_of(plan_tasks(request, Known(seconds)).expect())
    assert any(need.force_limit == 40.0 for need in first)
    known = Known(seconds, is_measured=first.__contains__)
    open_shop = shop_of(request, known)
    orders = [dispatch(open_shop, Escapes(open_shop), select) for select in selections(open_shop, None)]
    again = measured_only(request, open_shop, known)
    assert again is not open_shop
    assert not all(dispatch(again, Escapes(again), by_list(order.acts)).is_stuck for order in orders)


def needs_of(plan: TaskPlan) -> set[MotionNeed]:
    return {step.action.need for step in plan.steps if isinstance(step.action, Move)}
