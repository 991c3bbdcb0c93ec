"""Tries orders within a budget and keeps the best: first every rule, then the best rules with doubts. Deterministic.

The budget counts acts, not time: the same request gives the same plan on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from planner.tasks.bounds import lower_bound
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.rules import RULES, Rule, select_by
from planner.tasks.shop import Shop
from planner.tasks.ways_out import Escapes

ACTS_PER_ITERATION = 2
GOOD_ENOUGH = 1.002
"""Of the lower bound: closer than this no search is worth its while."""

Score = tuple[float, ...]


def improve(shop: Shop, bottleneck: str | None, iterations: int, score: Callable[[Order], Score]) -> Order:
    """The best order found; one that is stuck only where every rule was stuck. Smaller scores are better; the first entry of
    a score is what deadlines are missed by, the last one the makespan."""
    escapes, bound = Escapes(shop), 0.0
    best: Order | None = None
    spent, budget = 0, iterations * ACTS_PER_ITERATION
    for tried, rule in enumerate(_tries(), start=1):
        order = dispatch(shop, escapes, select_by(rule, shop, bottleneck))
        spent += len(order.acts) + 1
        if best is None or _is_better(order, best, score):
            best = order
        if tried == 1:
            bound = lower_bound(shop).seconds  # now that the motions it is made of have been asked for
        if not best.is_stuck and _is_enough(score(best), bound):
            break
        if spent >= budget or (best.is_stuck and tried >= len(RULES)):
            break
    assert best is not None
    if best.is_stuck:
        serial = dispatch(shop, escapes, select_by(RULES[1], shop, None), is_serial=True)
        return best if serial.is_stuck else serial
    return best


def _tries() -> Iterator[Rule]:
    yield from RULES
    stream = 0
    while True:
        for rule in RULES[:6]:
            for doubt in (6, 16, 40):
                stream += 1
                yield replace(rule, doubt=doubt, stream=stream)


def _is_better(order: Order, than: Order, score: Callable[[Order], Score]) -> bool:
    if order.is_stuck or than.is_stuck:
        return than.is_stuck and not order.is_stuck
    return score(order) < score(than)


def _is_enough(score: Score, bound: float) -> bool:
    return score[-1] <= bound * GOOD_ENOUGH and not any(score[:1])
