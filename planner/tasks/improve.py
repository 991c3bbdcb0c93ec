"""Tries orders within a budget and keeps the best: first every rule, then a local search from the best of them. Deterministic.

The budget counts acts, not time: the same request gives the same plan on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planner.tasks.bounds import lower_bound
from planner.tasks.dispatch import Order, Select, dispatch
from planner.tasks.local_search import LocalSearch
from planner.tasks.objectives import Score
from planner.tasks.rules import RULES, select_by
from planner.tasks.shop import Shop
from planner.tasks.ways_out import Escapes

ACTS_PER_ITERATION = 2
GOOD_ENOUGH = 1.002
"""Of the lower bound: closer than this no search is worth its while."""


def improve(shop: Shop, bottleneck: str | None, iterations: int, score: Callable[[Order], Score]) -> Order:
    """The best order found; one that is stuck only where every rule was stuck. Smaller scores are better."""
    escapes, budget = Escapes(shop), iterations * ACTS_PER_ITERATION
    rules = [select_by(rule, shop, bottleneck) for rule in RULES]
    best = first = dispatch(shop, escapes, rules[0])
    enough = lower_bound(shop).seconds * GOOD_ENOUGH  # now that the motions it is made of have been asked for
    spent = len(first.acts) + 1
    for rule in rules[1:]:
        if spent >= budget or _is_enough(best, score, enough):
            break
        order = dispatch(shop, escapes, rule)
        spent += len(order.acts) + 1
        if _is_better(order, best, score):
            best = order
    if best.is_stuck:
        serial = dispatch(shop, escapes, select_by(RULES[1], shop, None), is_serial=True)
        return best if serial.is_stuck else serial
    return _searched(shop, escapes, best, rules, score, enough, budget - spent)


def _searched(
    shop: Shop, escapes: Escapes, order: Order, rules: Sequence[Select], score: Callable[[Order], Score], enough: float, left: int
) -> Order:
    search = LocalSearch(shop, escapes, order, score, rules)
    while left > 0 and search.has_choices and not _is_enough(search.best, score, enough):
        left -= search.step()
    return search.best


def _is_better(order: Order, than: Order, score: Callable[[Order], Score]) -> bool:
    if order.is_stuck or than.is_stuck:
        return than.is_stuck and not order.is_stuck
    return score(order) < score(than)


def _is_enough(order: Order, score: Callable[[Order], Score], enough: float) -> bool:
    """Late is never enough; else what counts is the makespan."""
    return not order.is_stuck and order.makespan <= enough and not score(order)[0]
