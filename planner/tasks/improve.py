"""Tries orders within a budget and keeps the best: first every rule, then a local search from the best of them. Deterministic.

The budget counts acts that are looked at, not time: the same request gives the same plan on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.tasks.bounds import lower_bound
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.local_search import LocalSearch, by_list
from planner.tasks.objectives import Score
from planner.tasks.rules import RULES, select_by
from planner.tasks.shop import Shop
from planner.tasks.territory import selections
from planner.tasks.ways_out import Escapes

LOOKS_PER_ITERATION = 6
GOOD_ENOUGH = 1.002
"""Of the lower bound: closer than this no search is worth its while."""


@dataclass(slots=True)
class Budget:
    """How many more acts may be looked at, whether they are chosen or not: thirty robots have more to look at than one."""

    looks: int

    @classmethod
    def of(cls, iterations: int) -> Budget:
        return cls(iterations * LOOKS_PER_ITERATION)


def best_of_rules(shop: Shop, bottleneck: str | None, budget: Budget, score: Callable[[Order], Score]) -> Order:
    """One that is stuck only where every rule was stuck, and one part after the other too. Smaller scores are better."""
    escapes, enough = Escapes(shop), 0.0
    best: Order | None = None
    for select in selections(shop, bottleneck):
        if best is not None and not best.is_stuck and (budget.looks <= 0 or _is_enough(best, score, enough)):
            break
        order = dispatch(shop, escapes, select)
        budget.looks -= order.looks
        if best is None or _is_better(order, best, score):
            best = order
        enough = enough or lower_bound(shop).seconds  # once the motions that it is made of have been asked for
    assert best is not None
    if best.is_stuck:
        serial = dispatch(shop, escapes, select_by(RULES[1], shop, None), is_serial=True)
        return best if serial.is_stuck else serial
    return best


def searched(shop: Shop, order: Order, bottleneck: str | None, budget: Budget, score: Callable[[Order], Score]) -> Order:
    """A better order than `order`, which may be one of a shop that knows more motions. It itself where there is none."""
    if budget.looks <= 0:
        return order
    escapes = Escapes(shop)
    start = dispatch(shop, escapes, by_list(order.acts))
    if start.is_stuck or score(start) > score(order):
        return order
    search = LocalSearch(shop, escapes, start, score, selections(shop, bottleneck))
    enough = lower_bound(shop).seconds
    while budget.looks > 0 and search.has_choices and not _is_enough(search.best, score, enough):
        budget.looks -= search.step()
    return search.best if search.score < score(order) else order


def _is_better(order: Order, than: Order, score: Callable[[Order], Score]) -> bool:
    if order.is_stuck or than.is_stuck:
        return than.is_stuck and not order.is_stuck
    return score(order) < score(than)


def _is_enough(order: Order, score: Callable[[Order], Score], bound: float) -> bool:
    """Late is never enough; else what counts is the makespan."""
    return not order.is_stuck and order.makespan <= bound * GOOD_ENOUGH and not score(order)[0]
