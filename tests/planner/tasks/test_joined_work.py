"""The bound of what is joined: no order beats it, the proof comes to the same, and it knows nests, hands and changes of tools."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from cell.state import PlanningRequest
from cell.steps import Couple, Step
from cell.task_plan import TaskPlan
from planner.proof.duties import duties_of
from planner.proof.iterations import started_by
from planner.proof.line_times import Waiting
from planner.proof.lower_bound import bounds_of
from planner.tasks.chain_times import Gates
from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.findings import Findings
from planner.tasks.plan_bound import plan_bound
from planner.tasks.plan_tasks import plan_tasks
from planner.tasks.shop import make_shop
from planner.tasks.ways_out import Escapes
from tests.planner.tasks.cells import request_of
from tests.planner.tasks.test_search import every_order
from tests.planner.tasks.two_robot_kits import CELL, INTENT, ONE_SCREW, drawn

CELLS = {
    "with a changer": (INTENT, CELL),
    "one screw": (INTENT, ONE_SCREW),
    "either brings gears": (INTENT, ONE_SCREW.replace("grips [cover]", "grips [cover, gear]")),
    "two hands": (INTENT, ONE_SCREW.replace("grips [housing, gear, unit]", "grips [housing, gear, unit]\n  hands 2")),
}


@cache
def planned(name: str, seed: int) -> tuple[PlanningRequest, TaskPlan]:
    intent, text = CELLS[name]
    request = request_of(intent, text)
    return request, plan_tasks(request, Known(drawn(seed))).expect()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CELLS)
def test_no_order_of_the_same_work_beats_the_bound(name: str, seed: int) -> None:
    request, tasks = planned(name, seed)
    known, found = Known(drawn(seed)), Findings()
    shop = make_shop(request, decompose(request.cell, request.state, request.program, found), known, found)
    assert shop is not None
    orders = [order.makespan for order in every_order(shop, Escapes(shop)) if not order.is_stuck]
    assert tasks.bounds.lower_bound <= min(orders) + 1e-9


def again(tasks: TaskPlan, request: PlanningRequest) -> Mapping[str, float]:
    duties = duties_of(request.program, request.cell, request.state, started_by(tasks))
    return bounds_of(tasks, request, Waiting.of(duties), {})


def told(tasks: TaskPlan, request: PlanningRequest, steps: tuple[Step, ...]) -> float:
    gates = Gates.of(decompose(request.cell, request.state, request.program, Findings()), tasks.operations)
    return plan_bound(tasks.parts, tasks.operations, steps, request, gates)[0]


@pytest.mark.parametrize("name", CELLS)
def test_the_proof_comes_to_the_same_bound_by_itself(name: str) -> None:
    request, tasks = planned(name, 1)
    rng = random.Random(7)
    for factors in ((1.0,), (0.1, 1.0, 3.0), (0.1, 1.0, 3.0)):
        steps = tuple(replace(s, duration=s.duration * rng.choice(factors)) for s in tasks.steps)
        found = again(replace(tasks, steps=steps), request)
        assert told(tasks, request, steps) == pytest.approx(max(found.values()), rel=1e-12)


def test_a_change_of_tools_that_every_kit_needs_is_in_the_bound() -> None:
    """From the gripper to the driver while the cover waits for its screw; the way back is not: another kit need not follow."""
    request, tasks = planned("one screw", 1)
    steps = tuple(replace(s, duration=s.duration + isinstance(s.action, Couple)) for s in tasks.steps)
    assert told(tasks, request, steps) - told(tasks, request, tasks.steps) == pytest.approx(2.0)


def test_a_fetch_that_only_one_hand_can_make_lies_between_two_joints() -> None:
    one, two = (planned(name, 1)[1].bounds.lower_bound for name in ("one screw", "two hands"))
    assert one > two
