"""A schedule that is near its own lower bound is not searched for a better one, and only where its end is all that counts."""

from __future__ import annotations

import pytest

from cell.diagnostic import Position, Span
from cell.program import Prefer
from planner.tasks import plan_tasks as stage
from planner.tasks.draft import Written
from planner.tasks.near_bound import Bounded, is_near
from tests.planner.tasks.cells import plan
from tests.planner.tasks.robots import cell_text, intent_text

SPAN = Span("test.intent", Position(1, 1), Position(1, 2))
WRITTEN = Written((), (), {}, {})


def preferring(objective: str) -> tuple[Prefer, ...]:
    return (Prefer(objective, (), SPAN),)


def ending(makespan: float) -> Bounded:
    return Bounded(WRITTEN, makespan, 1000.0, "lathe")


def searches(monkeypatch: pytest.MonkeyPatch, intent: str, text: str) -> int:
    asked = list[object]()
    monkeypatch.setattr(stage, "searched", lambda shop, order, *more: asked.append(order) or order)
    assert plan(intent, text).expect().steps
    return len(asked)


def test_half_a_percent_is_near_and_more_is_not() -> None:
    assert is_near(ending(1004.9), ())
    assert not is_near(ending(1005.1), ())


@pytest.mark.parametrize("objective", ["carrying", "urgent"])
def test_what_an_end_does_not_tell_is_searched_for(objective: str) -> None:
    assert is_near(ending(1001.0), preferring("busy"))
    assert not is_near(ending(1001.0), preferring(objective))


def test_no_search_for_what_is_as_short_as_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert searches(monkeypatch, "for each s in left_in {\n  move s to scrap\n}\n", cell_text(1, parts=1)) == 0


def test_a_search_where_much_is_left_to_win(monkeypatch: pytest.MonkeyPatch) -> None:
    assert searches(monkeypatch, intent_text(2), cell_text(2, parts=4)) == 1
