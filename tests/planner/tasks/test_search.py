"""The search against an exhaustive one on small cases, and the escape check against playing on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from planner.tasks.bounds import lower_bound
from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.escape import ANYWHERE, Claim, Hands, Visit, can_finish
from planner.tasks.findings import Findings
from planner.tasks.floor import Candidate, Floor
from planner.tasks.shop import Shop, make_shop
from planner.tasks.ways_out import Escapes, Situation
from planner.tasks.write_steps import write_steps
from tests.planner.tasks.cells import TEND, TENDING, plan, request_of, seconds
from tests.planner.tasks.test_other_cells import BUFFERED, CROSSED, TWO

SMALL = TWO.replace("contains shaft 6 parts", "contains shaft 1 parts").replace("contains cube 6 parts", "contains cube 1 parts")
ONE_HAND = SMALL.replace("  hands 2\n", "")


def shop_of(intent: str, text: str) -> Shop:
    request, found = request_of(intent, text), Findings()
    routes = decompose(request.cell, request.state, request.program, found)
    shop = make_shop(request, routes, Known(seconds), found)
    assert shop is not None
    return shop


def every_order(shop: Shop, escapes: Escapes, limit: int = 20_000) -> list[Order]:
    """All orders that any selection could make, by replaying every sequence of choices."""
    orders: list[Order] = []
    stack: list[tuple[int, ...]] = [()]
    while stack:
        script = stack.pop()
        widths: list[int] = []

        def scripted(
            found: Sequence[Candidate], _: Floor, __: int, path: tuple[int, ...] = script, seen: list[int] = widths
        ) -> Candidate:
            turn = len(seen)
            seen.append(len(found))
            return found[path[turn] if turn < len(path) else 0]

        orders.append(dispatch(shop, escapes, scripted))
        for turn in range(len(script), len(widths)):
            stack += [(*script, *(0,) * (turn - len(script)), k) for k in range(1, widths[turn])]
        assert len(orders) < limit, "too many orders for this test"
    return orders


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        (TEND.format(batch=2), TENDING),
        (TEND.format(batch=2), TENDING.replace("  hands 2\n", "")),
        (CROSSED, SMALL),
        (CROSSED, ONE_HAND),
    ],
    ids=["tending", "tending with one hand", "crossed", "crossed with one hand"],
)
def test_the_best_order_of_all_is_found_and_none_beats_the_bound(intent: str, text: str) -> None:
    shop = shop_of(intent, text)
    orders = every_order(shop, Escapes(shop))
    assert not any(order.is_stuck for order in orders), "the escape check lets no order into a dead end"
    best = min(order.makespan for order in orders)
    found = plan(intent, text, iterations=300).expect().bounds
    assert lower_bound(shop).seconds <= best + 1e-6
    assert found.makespan <= best * 1.03
    assert found.lower_bound <= best + 1e-6


def test_without_the_escape_check_there_are_dead_ends() -> None:
    """The planted fault that shows what the check is for."""

    class Careless(Escapes):
        def is_open(self, floor: Floor, now: Situation, job: int, worker: int, is_taking: bool) -> bool:
            return True

    shop = shop_of(CROSSED, ONE_HAND)
    assert any(order.is_stuck for order in every_order(shop, Careless(shop)))


@pytest.mark.parametrize(("intent", "text"), [(TEND.format(batch=5), TENDING), (CROSSED, TWO), (BUFFERED, TWO)])
def test_the_times_of_an_order_are_those_of_its_steps(intent: str, text: str) -> None:
    shop = shop_of(intent, text)
    for order in (dispatch(shop, Escapes(shop), lambda found, _, n, k=k: found[(n * 7 + k) % len(found)]) for k in range(6)):
        draft, _ = write_steps(shop, order)
        assert draft.makespan == pytest.approx(order.makespan)


def hands(*free: int) -> Hands:
    """Of robots that have one hand each."""
    return Hands(list(free), [1] * len(free), [(w,) for w in range(len(free))])


def route(*rooms: int, by: tuple[int, ...] = (0,)) -> tuple[Visit, ...]:
    return tuple(Visit(room, by) for room in rooms)


def test_a_part_can_finish_through_free_rooms_only() -> None:
    lathe, gauge = 0, 1
    assert can_finish([Claim(None, route(lathe, gauge, ANYWHERE))], hands(1), [1, 1])
    assert not can_finish([Claim(None, route(lathe, gauge, ANYWHERE))], hands(1), [0, 1])


def test_two_parts_that_want_each_others_room_need_a_second_hand() -> None:
    def crossed() -> list[Claim]:
        return [Claim(0, route(1, ANYWHERE)), Claim(1, route(0, ANYWHERE))]

    assert not can_finish(crossed(), hands(1), [0, 0])
    held = [Claim(None, route(1, ANYWHERE)), Claim(1, route(0, ANYWHERE))]
    assert can_finish(held, hands(1), [1, 0])


def test_a_part_without_a_way_on_keeps_its_room() -> None:
    assert not can_finish([Claim(0, ()), Claim(None, route(0, ANYWHERE))], hands(1), [0])
    assert can_finish([Claim(0, ()), Claim(None, route(1, ANYWHERE))], hands(1), [0, 1])


def test_only_the_hands_of_robots_that_can_bring_it_there_count() -> None:
    """The nest is full, each of two robots holds a part for it: whoever can empty it has no hand."""
    nest = 0
    inside = Claim(nest, route(ANYWHERE, by=(0,)))
    waiting = [Claim(None, route(nest, ANYWHERE, by=(k,)), holder=k) for k in (0, 1)]
    assert not can_finish([inside, *waiting], hands(0, 0), [0])
    assert not can_finish([Claim(nest, route(ANYWHERE, by=(0,))), waiting[0]], hands(0, 1), [0])
    assert can_finish([Claim(nest, route(ANYWHERE, by=(0,))), waiting[1]], hands(1, 0), [0])


def test_a_hand_is_free_for_the_rest_of_the_way_once_its_part_is_down() -> None:
    assert can_finish([Claim(None, route(0, ANYWHERE, by=(0,)), holder=0)], hands(0, 0), [1])
    handed_on = (Visit(0, (0,)), Visit(ANYWHERE, (1,)))
    assert not can_finish([Claim(None, handed_on, holder=0)], hands(0, 0), [1])
    assert can_finish([Claim(None, handed_on, holder=0)], hands(0, 1), [1])


def test_a_hand_of_another_tool_counts_only_when_the_robot_holds_nothing() -> None:
    """Workers 0 and 1 are one robot with two tools."""

    def free(*count: int) -> Hands:
        return Hands(list(count), [1, 1], [(0, 1), (1, 0)])

    full = Claim(0, route(ANYWHERE, by=(1,)))
    assert can_finish([full], free(1, 1), [0])
    assert not can_finish([Claim(0, route(ANYWHERE, by=(1,))), Claim(None, route(0, by=(0,)), holder=0)], free(0, 1), [0])
    assert can_finish([Claim(None, (Visit(0, (0,)), Visit(ANYWHERE, (1,))), holder=0)], free(0, 1), [1])
