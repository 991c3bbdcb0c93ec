"""Several robots: whatever the durations, whichever way each choice goes, nobody is where another one must not find it."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import cast

import pytest

from cell.declared_state import declared_state
from cell.presence import Conflicts, Moving, Presence, Resting, in_order
from cell.state import CellState, InHand, InPlace, PartState
from cell.steps import AtHome, AtHub, AtPlace, MotionNeed, Move, stance_name
from cell.task_plan import TaskPlan
from planner.tasks.candidates import Candidates
from planner.tasks.crew import Known, resting_at_start
from planner.tasks.decompose import decompose
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.findings import Findings
from planner.tasks.floor import Floor
from planner.tasks.plan_tasks import plan_tasks
from planner.tasks.right_of_way import RightOfWay
from planner.tasks.shop import Shop, make_shop
from planner.tasks.ways_out import Escapes, Situation
from planner.tasks.write_steps import write_steps
from tests.planner.tasks.cells import cell_of, changed, request_of, seconds
from tests.planner.tasks.robots import cell_text, intent_text, meetings, place_of, spells
from tests.planner.tasks.symbolic import play, state_after

CASES = {
    "two robots": (2, 1, True, False),
    "two robots that choose": (2, 1, True, True),
    "two robots with two hands": (2, 2, True, False),
    "two robots without a zone": (2, 1, False, True),
    "three robots": (3, 1, True, True),
}


def planned(
    name: str, conflicts: Conflicts = frozenset(), is_coarse: bool = False, state: CellState | None = None, parts: int = 3
) -> TaskPlan:
    robots, hands, has_zone, chooses = CASES[name]
    request = request_of(intent_text(robots, chooses), cell_text(robots, hands, parts, has_zone), state, iterations=30)
    return plan_tasks(request, Known(seconds, frozenset(), conflicts, is_coarse)).expect()


def rests(name: str, state: CellState | None = None, parts: int = 3) -> list[Resting]:
    robots, hands, has_zone, chooses = CASES[name]
    request = request_of(intent_text(robots, chooses), cell_text(robots, hands, parts, has_zone), state)
    return [resting_at_start(request, robot) for robot in request.cell.robots]


def never_together(one: Presence, other: Presence) -> bool:
    """In the zone (its one place is the nest), or at one device, place or bin."""
    return place_of(one) is not None and place_of(one) == place_of(other)


@pytest.mark.parametrize("name", CASES)
def test_needs_hold_for_all_durations_and_branches(name: str) -> None:
    robots, hands, has_zone, _ = CASES[name]
    cell, plan = cell_of(cell_text(robots, hands, 3, has_zone)), planned(name)
    for seed in range(10):
        played = play(cell, declared_state(cell), plan, random.Random(seed))
        assert played.broken == []


@pytest.mark.parametrize("name", CASES)
def test_no_two_robots_are_in_one_place_or_in_the_zone_at_once(name: str) -> None:
    plan, at_start = planned(name), rests(name)
    for seed in range(40):
        assert meetings(spells(plan, at_start, random.Random(seed)), never_together) == []


@pytest.mark.parametrize("name", CASES)
def test_every_robot_works(name: str) -> None:
    robots = CASES[name][0]
    assert len({step.robot for step in planned(name).steps if step.robot is not None}) == robots


@pytest.mark.parametrize("name", CASES)
def test_one_robot_does_one_thing_at_a_time_and_stances_join_up(name: str) -> None:
    plan = planned(name)
    for robot in (rest.robot for rest in rests(name)):
        for index in range(2):
            moves = [
                s for s in plan.steps
                if isinstance(s.action, Move) and s.robot == robot and (s.branch is None or s.branch.index == index)
            ]  # fmt: skip
            here = "home"
            for step in moves:
                assert isinstance(step.action, Move)
                assert stance_name(step.action.need.start) == here
                here = stance_name(step.action.need.end)


def test_the_zone_is_claimed_by_the_steps_in_it_and_avoided_by_all_others() -> None:
    for step in planned("two robots that choose").steps:
        if isinstance(step.action, Move):
            at_nest = step.action.need.touch is not None and step.action.need.touch.place == "nest"
            assert ("middle" in step.claims) == at_nest
            assert ("middle" in step.action.need.avoid) == (not at_nest)


def test_two_robots_are_quicker_than_one() -> None:
    text, intent = cell_text(2, 2, 6), intent_text(2)
    both = plan_tasks(request_of(intent, text), Known(seconds)).expect().bounds
    alone = plan_tasks(request_of(intent, text, without=frozenset(("right",))), Known(seconds)).expect().bounds
    assert alone.makespan > 1.2 * both.makespan
    assert both.lower_bound <= both.makespan


# --- conflicts -----------------------------------------------------------------------------------------------------


def at_random(plan: TaskPlan, at_start: list[Resting], rng: random.Random, share: float) -> Conflicts:
    """A share of all pairs of presences of the plan, but for rests at home with empty hands: those are out of everybody's way."""
    found = dict.fromkeys(s.presence for seed in range(4) for s in spells(plan, at_start, random.Random(seed)))
    kept = [p for p in found if not (isinstance(p, Resting) and p.stance == AtHome() and not p.carried)]
    pairs = [(a, b) for a in kept for b in kept if a.robot < b.robot]
    return frozenset(rng.sample(pairs, int(share * len(pairs))))


@pytest.mark.parametrize("is_coarse", [False, True])
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_conflicts_made_up_at_random_are_kept_apart_in_every_run(name: str, share: float, is_coarse: bool) -> None:
    first, at_start = planned(name), rests(name)
    conflicts = at_random(first, at_start, random.Random(f"{name} {share}"), share)
    robots, hands, has_zone, chooses = CASES[name]
    request = request_of(intent_text(robots, chooses), cell_text(robots, hands, 3, has_zone), iterations=10)
    outcome = plan_tasks(request, Known(seconds, frozenset(), conflicts, is_coarse))
    if outcome.value is None:
        assert {d.code for d in outcome.diagnostics} <= {"E615", "E616"}
        return
    plan = outcome.value
    for seed in range(12):
        found = spells(plan, at_start, random.Random(seed))
        assert meetings(found, lambda a, b: (a, b) in conflicts or never_together(a, b)) == []
    cell = cell_of(cell_text(robots, hands, 3, has_zone))
    assert play(cell, declared_state(cell), plan, random.Random(1)).broken == []


# --- dead ends -----------------------------------------------------------------------------------------------------


def small_shop(conflicts: Conflicts = frozenset()) -> Shop:
    request, found = request_of(intent_text(2), cell_text(2, 1, 2)), Findings()
    routes = decompose(request.cell, request.state, request.program, found)
    shop = make_shop(request, routes, Known(seconds, frozenset(), conflicts), found)
    assert shop is not None
    return shop


def random_orders(shop: Shop, escapes: Escapes, count: int) -> list[Order]:
    rngs = [random.Random(seed) for seed in range(count)]
    return [dispatch(shop, escapes, lambda found, _, __, rng=rng: rng.choice(found)) for rng in rngs]


def test_two_robots_never_both_hold_a_part_for_the_full_nest() -> None:
    shop = small_shop()
    assert not any(order.is_stuck for order in random_orders(shop, Escapes(shop), 100))


def test_without_the_escape_check_they_do() -> None:
    """The planted fault that shows what the check is for."""

    class Careless(Escapes):
        def is_open(self, floor: Floor, now: Situation, job: int, worker: int, is_taking: bool) -> bool:
            return True

    shop = small_shop()
    assert any(order.is_stuck for order in random_orders(shop, Careless(shop), 100))


def at_spot(need: MotionNeed, number: int) -> MotionNeed:
    """The same at another spot of the tray."""
    assert need.touch is not None
    spot = f"{need.touch.place.split('[')[0]}[{number}]"
    start, end = (replace(x, place=spot) if isinstance(x, AtPlace) else x for x in (need.start, need.end))
    return replace(need, start=start, end=end, touch=replace(need.touch, place=spot))


def test_a_robot_that_cannot_reach_the_target_is_not_counted_on_to_take_the_part_away() -> None:
    """Neither reaches the other one's trays, as motions that were looked for have shown; both reach the nest."""
    asked: dict[MotionNeed, None] = {}

    def noting(need: MotionNeed) -> float:
        asked[need] = None
        return seconds(need)

    request, found = request_of(intent_text(2), cell_text(2, 1, 2)), Findings()
    routes = decompose(request.cell, request.state, request.program, found)
    free = make_shop(request, routes, Known(noting), found)
    assert free is not None
    random_orders(free, Escapes(free), 30)
    far = [n for n in asked if n.touch is not None and n.touch.place != "nest" and not n.touch.place.startswith(n.robot)]
    beyond = [at_spot(n, k) for n in far for k in range(1, 5)]
    shop = make_shop(request, routes, Known(seconds, frozenset(beyond)), found)
    assert shop is not None
    assert all(len(shop.able(j, 1)) == 1 for j in range(len(shop.jobs)))
    assert not any(order.is_stuck for order in random_orders(shop, Escapes(shop), 100))


def test_a_trap_that_is_already_shut_is_said_to_be_one() -> None:
    """The nest is full and each robot holds a part for it, in its only hand."""
    state = declared_state(cell_of(cell_text(2, 1, 2)))
    goals = frozenset({request_of(intent_text(2), cell_text(2, 1, 2)).program.block.lines[0].block.lines[0].id})  # type: ignore[union-attr]
    inside = PartState("shaft#1", "shaft", InPlace("nest"), "left_in[1]", goals)
    held = PartState("shaft#2", "shaft", InHand("left_grip.a", 0), "left_in[2]")
    other = PartState("shaft#3", "shaft", InHand("right_grip.a", 0), "right_in[1]")
    request = request_of(intent_text(2), cell_text(2, 1, 2), changed(state, inside, held, other))
    outcome = plan_tasks(request, Known(seconds))
    assert [d.code for d in outcome.diagnostics] == ["E620"]


def trap() -> Conflicts:
    """Whoever rests anywhere but at home keeps the other one from the nest and from going home."""
    needs = [s.action.need for s in planned("two robots", parts=2).steps if isinstance(s.action, Move)]
    rest = [Resting(n.robot, n.end, n.carried, n.tool) for n in dict.fromkeys(needs) if isinstance(n.end, AtHub)]
    ways = [Moving(MotionNeed(r.robot, r.stance, AtHome(), r.carried, None, None, ("middle",), r.tool)) for r in rest]
    nest = [Moving(n) for n in needs if n.touch is not None and n.touch.place == "nest"]
    return frozenset(in_order(way, r) for way in (*ways, *nest) for r in rest if way.robot != r.robot)


def test_robots_never_end_up_in_each_others_way_home() -> None:
    shop = small_shop(trap())
    assert not any(order.is_stuck for order in random_orders(shop, Escapes(shop), 60))


def test_without_looking_at_the_ways_home_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault that shows what the look is for."""
    monkeypatch.setattr(Candidates, "_leaves_ways_home", lambda self, candidate: True)
    shop = small_shop(trap())
    assert any(order.is_stuck for order in random_orders(shop, Escapes(shop), 60))


@pytest.mark.parametrize("seed", range(6))
def test_the_times_of_an_order_are_those_of_its_steps(seed: int) -> None:
    plan, at_start = planned("two robots", parts=2), rests("two robots", parts=2)
    shop = small_shop(at_random(plan, at_start, random.Random(seed), 0.02 * seed))
    for order in random_orders(shop, Escapes(shop), 4):
        if not order.is_stuck:
            assert write_steps(shop, order)[0].makespan == pytest.approx(order.makespan)


# --- planning again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", range(6))
def test_a_run_that_is_stopped_anywhere_and_planned_again_ends_with_every_part_done(name: str, seed: int) -> None:
    """Random stops, random rejects, random durations, until nothing is open; robots stand and hold whatever they did. Every other
    time with conflicts made up; what they make impossible is planned without."""
    robots, hands, has_zone, chooses = CASES[name]
    text, intent = cell_text(robots, hands, 3, has_zone), intent_text(robots, chooses)
    rng, cell = random.Random(seed), cell_of(text)
    state = declared_state(cell)
    for _ in range(60):
        task_plan = planned(name, state=state)
        if not task_plan.steps:
            break
        at_start, conflicts = rests(name, state), frozenset[tuple[Presence, Presence]]()
        if seed % 2:
            conflicts = at_random(task_plan, at_start, rng, 0.05)
            conflicts = frozenset(pair for pair in conflicts if not set(pair) <= set(at_start))
            outcome = plan_tasks(
                request_of(intent, text, state, iterations=5), Known(seconds, frozenset(), conflicts, seed % 4 == 1)
            )
            if outcome.value is None:
                assert [d.code for d in outcome.diagnostics] == ["E616"]
            task_plan, conflicts = (outcome.value, conflicts) if outcome.value is not None else (task_plan, frozenset())
        found = spells(task_plan, at_start, random.Random(seed))
        assert meetings(found, lambda a, b, apart=conflicts: (a, b) in apart or never_together(a, b)) == []
        played = play(cell, state, task_plan, rng, stop_at=rng.uniform(0.0, 1.2) * task_plan.bounds.makespan)
        assert played.broken == []
        state = state_after(cell, state, task_plan, played)
    assert not any(isinstance(p.location, InHand) for p in state.parts)
    assert all(isinstance(p.location, InPlace) and not p.location.place.endswith("_in") for p in state.parts)
    assert not any(p.location == InPlace(p.origin) for p in state.parts)


def test_a_robot_without_work_leaves_before_one_that_has_to_pass() -> None:
    """The last choice ends at home; right stands in the way there, at the nest, where an earlier plan left it."""
    loop = "for each s in left_in {\n  inspect s at nest\n  when s.verdict is reject {\n    move s to scrap\n  } otherwise {\n"
    text, intent = cell_text(2, 1, 1), loop + "    move s to left_out\n  }\n}\n"
    state = changed(declared_state(cell_of(text)), stances={"right": AtHub("nest")})
    in_way = Resting("right", AtHub("nest"), (), "right_grip")
    ways = [
        Moving(MotionNeed("left", AtHub(e), AtHome(), (), None, None, ("middle",), "left_grip")) for e in ("scrap", "left_out")
    ]
    conflicts = frozenset((way, in_way) for way in ways)

    def by_left(need: MotionNeed) -> float:
        return math.inf if need.robot == "right" and need.touch is not None else seconds(need)

    request = request_of(intent, text, state)
    task_plan = plan_tasks(request, Known(by_left, frozenset(), conflicts)).expect()
    at_start = [resting_at_start(request, robot) for robot in ("left", "right")]
    assert [s.because.rule for s in task_plan.steps if s.robot == "right"] == ["right goes home, out of the way"]
    for seed in range(10):
        found = spells(task_plan, at_start, random.Random(seed))
        assert meetings(found, lambda a, b: (a, b) in conflicts) == []


# --- who does what -------------------------------------------------------------------------------------------------


def test_a_robot_named_by_a_goal_carries_its_part_and_leaves_the_rest_to_others() -> None:
    intent = "for each s in left_in {\n  move s to nest by right\n  move s to left_out\n}\n"
    task_plan = plan_tasks(request_of(intent, cell_text(2)), Known(seconds)).expect()
    carried = {o.target: o.robot for o in task_plan.operations}
    assert carried.pop("nest") == "right"
    assert "left" in carried.values()


def test_a_part_goes_from_one_robot_to_the_other_through_a_place_that_both_reach() -> None:
    """With motions of the other one forbidden at either end."""

    def one_sided(need: MotionNeed) -> float:
        own = {"left": ("left_in", "nest"), "right": ("nest", "left_out")}[need.robot]
        return math.inf if need.touch is not None and need.touch.place.split("[")[0] not in own else seconds(need)

    intent = "for each s in left_in {\n  inspect s at nest\n  move s to left_out\n}\n"
    task_plan = plan_tasks(request_of(intent, cell_text(2)), Known(one_sided)).expect()
    assert {(o.verb, o.robot) for o in task_plan.operations} == {("inspect", "left"), ("move", "right")}
    cell = cell_of(cell_text(2))
    assert play(cell, declared_state(cell), task_plan, random.Random(0)).broken == []


def test_a_never_of_two_robots_in_zones_keeps_them_apart() -> None:
    text = cell_text(2, has_zone=False)
    intent = intent_text(2) + "never left in middle and right in middle\n"
    task_plan, at_start = plan_tasks(request_of(intent, text), Known(seconds)).expect(), rests("two robots")
    assert any("middle" in step.claims for step in task_plan.steps)
    for seed in range(20):
        assert meetings(spells(task_plan, at_start, random.Random(seed)), never_together) == []


def test_a_zone_with_room_for_all_robots_asks_for_nothing() -> None:
    text = cell_text(2).replace("  capacity 1\n}\n", "  capacity 2\n}\n")
    steps = plan_tasks(request_of(intent_text(2), text), Known(seconds)).expect().steps
    assert not any("middle" in step.claims for step in steps)


def test_a_conflict_holds_at_any_speed() -> None:
    cell = cell_of(cell_text(2))
    needs = [s.action.need for s in planned("two robots").steps if isinstance(s.action, Move)]
    left, right = (next(n for n in needs if n.robot == robot) for robot in ("left", "right"))
    rules = RightOfWay(cell, (), frozenset({(Moving(left), Moving(right))}), is_coarse=False)
    slow = Moving(replace(left, speed_limit=0.1))
    assert rules.excludes(rules.spots(slow), rules.spots(Moving(replace(right, speed_limit=0.2))))
    assert not rules.excludes(rules.spots(slow), rules.spots(Moving(replace(right, end=AtHub("scrap")))))


def test_conflicts_that_are_met_in_another_order_are_the_same_spots() -> None:
    """Two sets of the same pairs need not give them in one order, nor does one set in two processes."""
    cell = cell_of(cell_text(2))
    moves = [Moving(s.action.need) for s in planned("two robots").steps if isinstance(s.action, Move)]
    left, right = ([m for m in moves if m.robot == robot][:4] for robot in ("left", "right"))
    pairs = [(one, other) for one in left for other in right]
    one, other = (RightOfWay(cell, (), cast(Conflicts, met), is_coarse=True) for met in (pairs, pairs[::-1]))
    assert [one.spots(m) for m in (*left, *right)] == [other.spots(m) for m in (*left, *right)]
    spots = [spot for m in (*left, *right) for spot in one.spots(m)]
    assert [list(one.against(spot)) for spot in spots] == [list(other.against(spot)) for spot in spots]


def test_what_lies_upon_a_place_is_not_reached_by_another_robot_meanwhile() -> None:
    flat = cell_of(cell_text(2))
    tray = flat.equipment["left_in"]
    piled = replace(tray, places=(tray.places[0], replace(tray.places[1], lies_on=(tray.places[0].name,)), *tray.places[2:]))
    cell = replace(flat, equipment={**flat.equipment, "left_in": piled})
    rules = RightOfWay(cell, (), frozenset(), is_coarse=False)

    def reaching(robot: str, place: int) -> Resting:
        return Resting(robot, AtPlace(f"left_in[{place}]", f"{robot}_grip.a", "shaft", 0), (), f"{robot}_grip")

    assert rules.excludes(rules.spots(reaching("left", 1)), rules.spots(reaching("right", 2)))
    assert not rules.excludes(rules.spots(reaching("left", 1)), rules.spots(reaching("right", 3)))
