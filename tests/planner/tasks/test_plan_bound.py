"""The lower bound that a plan tells: no order of its work beats it, and the proof comes to the same figure by itself."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise, permutations, product

import pytest

from cell.state import PlanningRequest
from cell.steps import AtHome, MotionNeed, Touch, stance_name
from cell.task_plan import TaskPlan
from planner.proof.duties import duties_of
from planner.proof.iterations import started_by
from planner.proof.line_times import Waiting
from planner.proof.lower_bound import bounds_of
from planner.proof.travelling import cheapest
from planner.tasks.chain_times import Gates
from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.findings import Findings
from planner.tasks.groundwork import routes_for, shop_for
from planner.tasks.plan_bound import plan_bound
from planner.tasks.plan_tasks import plan_tasks
from planner.tasks.robot_ways import Visits, least_travel
from planner.tasks.shop import make_shop
from planner.tasks.ways_out import Escapes
from tests.planner.tasks.cells import TEND, TENDING, cell_of, request_of, seconds
from tests.planner.tasks.packing import CELL as PACKING
from tests.planner.tasks.packing import A as PACKED
from tests.planner.tasks.packing import asked
from tests.planner.tasks.robots import cell_text, intent_text
from tests.planner.tasks.test_other_cells import BUFFERED, CROSSED, TWO
from tests.planner.tasks.test_palletizing import CELL as PALLETIZING
from tests.planner.tasks.test_palletizing import ORDERED as PALLETS
from tests.planner.tasks.test_search import ONE_HAND, SMALL, every_order

IN_ORDER = "for each s in left_in, in order {\n  inspect s at nest\n  move s to left_out\n}\non reject: hold\n"
TEND_ONE_HAND = TENDING.replace("  hands 2\n", "")


def drawn(seed: int, text: str) -> Callable[[MotionNeed], float]:
    """Durations that depend on nothing but the sort of motion: 0.5 to 4 s."""
    equipment = cell_of(text).equipment_of

    def duration(need: MotionNeed) -> float:
        match need.touch:
            case Touch(pair=pair, end=end, kind=kind, place=place):
                sort = f"{pair} {end} {kind} {equipment(place)}"
            case _:
                sort = "home" if AtHome() in (need.start, need.end) else f"{stance_name(need.start)} {stance_name(need.end)}"
        return 0.5 + zlib.crc32(f"{seed} {sort}".encode()) % 3500 / 1000

    return duration


SHOPS = {
    "tending": (TEND.format(batch=2), TENDING),
    "tending with one hand": (TEND.format(batch=2), TEND_ONE_HAND),
    "crossed": (CROSSED, SMALL),
    "crossed with one hand": (CROSSED, ONE_HAND),
    "two robots": (intent_text(2), cell_text(2, 1, 1)),
    "two robots, a choice": (intent_text(2, chooses=True), cell_text(2, 1, 1)),
    "one tray, two robots": (intent_text(1), cell_text(2, 1, 2)),
    "in order": (IN_ORDER, cell_text(2, 1, 2)),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHOPS)
def test_no_order_of_the_same_work_beats_the_bound(name: str, seed: int) -> None:
    """Every order there is, by whatever robot and hand; of durations nothing is known but that they are not equal. The least that
    is told of ways which the plan has not is what they take."""
    intent, text = SHOPS[name]
    duration = drawn(seed, text)
    request, known, found = request_of(intent, text), Known(duration, least=duration), Findings()
    bounds = plan_tasks(request, known).expect().bounds
    shop = make_shop(request, decompose(request.cell, request.state, request.program, found), known, found)
    assert shop is not None
    best = min(order.makespan for order in every_order(shop, Escapes(shop)) if not order.is_stuck)
    assert bounds.lower_bound <= best + 1e-9
    assert bounds.makespan >= best - 1e-9


MORE = SHOPS | {
    "five shafts": (TEND.format(batch=5), TENDING),
    "buffered": (BUFFERED, TWO),
    "three robots": (intent_text(3), cell_text(3, 2, 2)),
    "pallets": (PALLETS, PALLETIZING),
}


def again(tasks: TaskPlan, request: PlanningRequest) -> dict[str, float]:
    duties = duties_of(request.program, request.cell, request.state, started_by(tasks))
    return bounds_of(tasks, request, Waiting.of(duties), {})


@pytest.mark.parametrize("name", MORE)
def test_the_proof_comes_to_the_same_bound_by_itself(name: str) -> None:
    request = request_of(*MORE[name])
    tasks = plan_tasks(request, Known(seconds)).expect()
    found = again(tasks, request)
    assert tasks.bounds.lower_bound == pytest.approx(max(found.values()), rel=1e-12)
    assert found[tasks.bounds.bottleneck] == pytest.approx(tasks.bounds.lower_bound, rel=1e-12)
    assert tasks.bounds.lower_bound <= tasks.bounds.makespan * (1.0 + 1e-12)


@pytest.mark.parametrize("name", ["crossed", "two robots, a choice", "pallets", "three robots"])
def test_both_read_the_same_out_of_steps_that_last_at_random(name: str) -> None:
    request = request_of(*MORE[name])
    tasks, rng = plan_tasks(request, Known(seconds)).expect(), random.Random(7)
    gates = Gates.of(decompose(request.cell, request.state, request.program, Findings()), tasks.operations)
    for _ in range(3):
        steps = tuple(replace(s, duration=s.duration * rng.choice((0.1, 1.0, 3.0))) for s in tasks.steps)
        bound, _ = plan_bound(tasks.parts, tasks.operations, steps, request, gates)
        assert bound == pytest.approx(max(again(replace(tasks, steps=steps), request).values()), rel=1e-12)


def test_iterations_in_order_are_one_after_the_other() -> None:
    text = cell_text(2, 1, 4)
    bounds, free = (
        plan_tasks(request_of(intent, text), Known(seconds)).expect().bounds
        for intent in (IN_ORDER, IN_ORDER.replace(", in order", ""))
    )
    assert bounds.lower_bound > 1.2 * free.lower_bound
    assert bounds.gap < 0.35


def test_robots_that_could_share_the_work_share_it_in_the_bound() -> None:
    """Inspection takes no time: the robots are what limits, and one of them alone would take longer."""
    text = cell_text(2, 1, 4, has_zone=False).replace("inspect for 4 s", "inspect for 0.01 s")
    shared = plan_tasks(request_of(intent_text(2), text), Known(seconds)).expect().bounds
    alone = plan_tasks(request_of(intent_text(2), text, without=frozenset({"right"})), Known(seconds)).expect().bounds
    assert shared.lower_bound < 0.8 * alone.lower_bound
    assert alone.bottleneck == "left"


def test_what_a_robot_and_a_chain_give_alike_is_said_of_the_robot() -> None:
    request = request_of(*MORE["pallets"])
    tasks = plan_tasks(request, Known(seconds)).expect()
    assert tasks.bounds.bottleneck == "p1"
    assert again(tasks, request)["longest chain"] == pytest.approx(tasks.bounds.lower_bound)


ROUND_TRIPS = """
for each s in left_in {
  inspect s at nest
  move s to left_out
}
on reject: hold
"""


def test_with_one_hand_every_way_back_counts() -> None:
    """Nothing can be fetched on the way back, so the robot limits and not the nest."""
    text = cell_text(2, 1, 6).replace("inspect for 4 s", "inspect for 0.01 s")
    request = request_of(ROUND_TRIPS, text, without=frozenset({"right"}))
    bounds = plan_tasks(request, Known(seconds, least=seconds)).expect().bounds
    assert bounds.bottleneck == "left"
    assert bounds.gap < 0.08


KIT = """
for each job in orders {
  move job.kit from empties to stand
  for each item in job.items {
    move item from bins to table
  }
  move job.kit to done
}
"""


@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_an_order_beats_the_bound(seed: int) -> None:
    duration = drawn(seed, PACKING)
    request, found = asked(KIT, [replace(PACKED, items=PACKED.items[1:])]), Findings()
    known = Known(duration, least=duration)
    bounds = plan_tasks(request, known).expect().bounds
    shop = shop_for(request, routes_for(request, found), known, found)  # type: ignore[arg-type]
    assert shop is not None
    best = min(order.makespan for order in every_order(shop, Escapes(shop)) if not order.is_stuck)
    assert bounds.lower_bound <= best + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_ways_are_the_cheapest_that_there_are(seed: int) -> None:
    """Both derivations against all tours of so many visits, the robot beginning and ending where it likes."""
    rng = random.Random(seed)
    hubs = ["a", "b", "c"][: rng.choice((2, 3))]
    ways = {pair: rng.randint(1, 9) / 2 for pair in permutations(hubs, 2)}
    least = {hub: rng.randint(0, 2) for hub in hubs}
    most = {hub: least[hub] + rng.randint(0, 1) for hub in hubs}
    tours = (tour for n in range(sum(most.values()) + 1) for tour in product(hubs, repeat=n) if is_tour(tour, least, most))
    shortest = min((sum(ways[pair] for pair in pairwise(tour)) for tour in tours), default=None)
    visits = {hub: Visits(least[hub], most[hub]) for hub in hubs}
    found = least_travel(visits, Counter(), ways, 1)
    again = [most[hub] - least[hub] for hub in hubs]
    cost = [[ways.get((a, b), 0.0) for b in hubs] for a in hubs]
    assert cheapest([*least.values()], [*least.values()], again, cost, 1) == pytest.approx(found)
    assert shortest is None or found <= shortest + 1e-9


def is_tour(tour: tuple[str, ...], least: dict[str, int], most: dict[str, int]) -> bool:
    goes_on = all(a != b for a, b in pairwise(tour))
    return goes_on and all(least[hub] <= tour.count(hub) <= most[hub] for hub in least)


def test_a_way_back_to_where_it_was_taken_is_a_way() -> None:
    """Three times from a to b with one hand: two ways back."""
    visits = {"a": Visits(3, 3), "b": Visits(3, 3)}
    assert least_travel(visits, Counter({("a", "b"): 3}), {("a", "b"): 9.0, ("b", "a"): 4.0}, 1) == 8.0
    assert least_travel(visits, Counter({("a", "b"): 3}), {("a", "b"): 9.0, ("b", "a"): 4.0}, 2) == 4.0
