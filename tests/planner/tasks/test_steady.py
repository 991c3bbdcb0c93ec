"""A plan that goes on from another one keeps to its order, robots and places, as long as that costs little."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from cell.declared_state import declared_state
from cell.former import FormerAct, left_of
from cell.state import CellState, Lost
from cell.task_plan import TaskPlan
from planner.tasks import steady
from tests.planner.tasks.cells import cell_of, plan
from tests.planner.tasks.test_other_cells import CROSSED, TWO


def tasks(state: CellState | None = None, seed: int = 0, former: tuple[FormerAct, ...] = ()) -> TaskPlan:
    return plan(CROSSED, TWO, state, seed=seed, former=former).expect()


def acts(of: TaskPlan) -> tuple[FormerAct, ...]:
    return left_of(of, lambda step: False)


def without(part: str) -> CellState:
    state = declared_state(cell_of(TWO))
    lost = (replace(p, location=Lost("fell"), given_up=True) if p.id == part else p for p in state.parts)
    return replace(state, parts=tuple(lost))


def out_of_turn(before: tuple[FormerAct, ...], now: tuple[FormerAct, ...]) -> int:
    """Neighbours of now that stood the other way round before."""
    place = {act: k for k, act in enumerate(before)}
    known = [place[act] for act in now if act in place]
    return sum(a > b for a, b in pairwise(known))


def test_what_is_left_is_told_in_its_order_with_robot_and_place() -> None:
    first = tasks()
    everything = acts(first)
    assert {act.kind for act in everything} == {"pick", "place"}
    assert all(act.robot == "r1" and act.place for act in everything)
    done = set(first.operations[0].steps)
    assert len(left_of(first, done.__contains__)) < len(everything)


def test_a_part_less_leaves_the_rest_in_its_order() -> None:
    before = acts(tasks())
    left = tuple(act for act in before if act.part != "cube#1")
    now = acts(tasks(without("cube#1"), former=left))
    assert "cube#1" not in {act.part for act in now}
    assert out_of_turn(left, now) == 0
    assert out_of_turn(left, acts(tasks(without("cube#1")))) > 0


def test_an_order_that_costs_much_is_not_kept() -> None:
    """One part after the other."""
    best = tasks()
    slow = tuple(sorted(acts(best), key=lambda act: act.part))
    now = tasks(former=slow)
    assert now.bounds.makespan <= best.bounds.makespan * (1.0 + steady.WORTH)
    assert out_of_turn(slow, acts(now)) > 0


def test_without_a_plan_before_nothing_is_kept() -> None:
    assert tasks(former=()) == tasks()
