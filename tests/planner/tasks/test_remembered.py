"""What is kept of a robot that did not act is what would be found anew."""

from __future__ import annotations

import pytest

from planner.tasks.dispatch import Order, dispatch
from planner.tasks.remembered import Remembered
from planner.tasks.territory import selections
from planner.tasks.ways_out import Escapes
from tests.planner.tasks.robots import cell_text, intent_text
from tests.planner.tasks.test_local_search import shop_of


def orders(intent: str, text: str) -> list[Order]:
    shop = shop_of(intent, text)
    return [dispatch(shop, Escapes(shop), select) for select in selections(shop, "nest")]


@pytest.mark.parametrize("robots", [2, 3])
@pytest.mark.parametrize("chooses", [False, True])
def test_orders_are_the_same_without_it(monkeypatch: pytest.MonkeyPatch, robots: int, chooses: bool) -> None:
    intent, text = intent_text(robots, chooses), cell_text(robots, 1, 3)
    kept = [(order.done, order.makespan, order.looks) for order in orders(intent, text)]
    monkeypatch.setattr(Remembered, "pick", lambda *asked: None)
    assert kept == [(order.done, order.makespan, order.looks) for order in orders(intent, text)]
