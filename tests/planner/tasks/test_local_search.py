"""What the local search wins over the rules, and that it is the same everywhere and respects what is preferred."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from cell.diagnostic import Position, Span
from cell.program import Prefer, Ref
from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.findings import Findings
from planner.tasks.floor import Candidate, Floor
from planner.tasks.improve import Budget, best_of_rules, searched
from planner.tasks.local_search import LocalSearch, by_list
from planner.tasks.objectives import score_by
from planner.tasks.rules import RULES, select_by
from planner.tasks.shop import Shop, make_shop
from planner.tasks.ways_out import Escapes
from planner.tasks.write_steps import write_steps
from tests.planner.tasks.cells import TEND, TENDING, request_of, seconds
from tests.planner.tasks.robots import cell_text, intent_text
from tests.planner.tasks.test_other_cells import CROSSED, TWO

SPAN = Span("test.intent", Position(1, 1), Position(1, 2))
NEST = (intent_text(2), cell_text(2, 1, 4))
FORKS = (intent_text(2, chooses=True), cell_text(2, 1, 3))


def shop_of(intent: str, text: str) -> Shop:
    request, found = request_of(intent, text), Findings()
    routes = decompose(request.cell, request.state, request.program, found)
    shop = make_shop(request, routes, Known(seconds), found)
    assert shop is not None
    return shop


def by_rules(shop: Shop, bottleneck: str | None = None) -> Order:
    return best_of_rules(shop, bottleneck, Budget(10**6), score_by(shop, ()))


def improve(shop: Shop, iterations: int, score: Callable[[Order], tuple[float, ...]]) -> Order:
    budget = Budget.of(iterations)
    return searched(shop, best_of_rules(shop, None, budget, score), None, budget, score)


@pytest.mark.parametrize(("intent", "text"), [(CROSSED, TWO), NEST, FORKS], ids=["crossed", "nest", "choices"])
def test_it_finds_what_no_rule_finds(intent: str, text: str) -> None:
    shop = shop_of(intent, text)
    found = improve(shop, 900, score_by(shop, ()))
    assert not found.is_stuck
    assert found.makespan < by_rules(shop).makespan - 0.1


@pytest.mark.parametrize(
    ("intent", "text"), [(CROSSED, TWO), FORKS, (TEND.format(batch=4), TENDING)], ids=["crossed", "choices", "tending"]
)
def test_an_order_that_was_begun_by_another_is_written_with_the_same_times(intent: str, text: str) -> None:
    """What an act brings about is kept and done again without being looked for."""
    shop = shop_of(intent, text)
    search = LocalSearch(shop, Escapes(shop), by_rules(shop), lambda order: (-order.makespan,), [_last])
    for _ in range(12):
        search.step()
    draft, _ = write_steps(shop, search.best)
    assert draft.makespan == pytest.approx(search.best.makespan)


def _last(found: Sequence[Candidate], floor: Floor, count: int) -> Candidate:
    return found[-1]


@pytest.mark.parametrize(("intent", "text"), [(CROSSED, TWO), NEST, FORKS], ids=["crossed", "nest", "choices"])
def test_an_order_is_made_again_from_the_list_of_its_acts(intent: str, text: str) -> None:
    shop = shop_of(intent, text)
    order = by_rules(shop)
    again = dispatch(shop, Escapes(shop), by_list(order.acts))
    assert (again.acts, again.makespan) == (order.acts, order.makespan)


def test_the_same_seed_and_budget_end_in_the_same_order() -> None:
    first, second = (improve(shop, 300, score_by(shop, ())) for shop in (shop_of(CROSSED, TWO), shop_of(CROSSED, TWO)))
    assert first.acts == second.acts


def test_the_budget_counts_the_acts_that_are_looked_for() -> None:
    shop, asked = shop_of(CROSSED, TWO), 0

    def counting(score: Callable[[Order], tuple[float, ...]]) -> Callable[[Order], tuple[float, ...]]:
        def counted(order: Order) -> tuple[float, ...]:
            nonlocal asked
            asked += 1
            return score(order)

        return counted

    improve(shop, 0, counting(score_by(shop, ())))
    few, asked = asked, 0
    improve(shop, 1000, counting(score_by(shop, ())))
    assert few <= 5
    assert asked > 20


def test_preferences_count_in_written_order() -> None:
    """The last work of one machine may end sooner when the other waits, and the other way round."""
    shop = shop_of(CROSSED, TWO)
    lathe, mill = (Prefer("busy", (Ref((name,), SPAN),), SPAN) for name in ("lathe", "mill"))
    for prefers in ((lathe, mill), (mill, lathe)):
        score = score_by(shop, prefers)
        assert score(improve(shop, 400, score)) <= score(improve(shop, 400, score_by(shop, prefers[::-1])))


def test_carrying_two_parts_is_preferred_among_orders_that_are_as_quick() -> None:
    shop = shop_of(TEND.format(batch=4), TENDING)
    order = by_rules(shop, "lathe")
    makespan, trips = score_by(shop, (Prefer("carrying", (), SPAN),))(order)[1:3]
    assert makespan == pytest.approx(order.makespan)
    assert trips < 0.0


def test_what_is_looked_at_grows_with_the_parts_and_not_faster() -> None:
    """The speed of a first order, counted: candidates for each act, with two robots at one nest."""
    looked = {}
    for parts in (4, 40):
        shop = shop_of(intent_text(2), cell_text(2, 1, parts))
        order = dispatch(shop, Escapes(shop), select_by(RULES[0], shop, "nest"))
        looked[parts] = order.looks / len(order.acts)
    assert looked[40] <= 1.2 * looked[4]
    assert looked[40] < 8.0
