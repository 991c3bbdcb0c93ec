"""Several robots: whatever the durations, whichever way each choice goes, nobody is where another one must not find it."""

from __future__ import annotations

import random

import pytest

from cell.declared_state import declared_state
from cell.presence import Conflicts, Presence, Resting
from cell.state import CellState
from cell.steps import AtHome, Move, stance_name
from cell.task_plan import TaskPlan
from planner.tasks.crew import Known, resting_at_start
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import cell_of, request_of, seconds
from tests.planner.tasks.robots import cell_text, intent_text, meetings, place_of, spells
from tests.planner.tasks.symbolic import play

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
