"""controller/past_orders.py: no id is forgotten, none is taken for another, and a week of numbers is one entry."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from controller.past_orders import is_past, with_past

IDS = st.one_of(
    st.text("ab-0189", max_size=6),
    st.builds("WO-{}".format, st.integers(0, 30)),
    st.builds("WO-{:04}".format, st.integers(0, 30)),
    st.text(max_size=20),
)


@given(st.lists(IDS), st.lists(IDS))
def test_it_holds_what_was_put_in_and_nothing_else(put: list[str], others: list[str]) -> None:
    past = with_past(Map(), put)
    assert [is_past(past, order) for order in (*put, *others)] == [order in put for order in (*put, *others)]


@given(st.lists(IDS), st.randoms())
def test_the_order_in_which_they_come_is_of_no_matter(put: list[str], chance: random.Random) -> None:
    mixed = [*put]
    chance.shuffle(mixed)
    assert with_past(Map(), put) == with_past(Map(), mixed)


def test_a_week_of_numbered_orders_is_an_entry_for_each_number_of_digits() -> None:
    past = with_past(Map(), (f"WO-{number}" for number in range(20_000)))
    assert dict(past) == {
        "1 WO-": ((0, 9),), "2 WO-": ((10, 99),), "3 WO-": ((100, 999),), "4 WO-": ((1000, 9999),), "5 WO-": ((10000, 19999),),
    }  # fmt: skip


def test_numbers_that_are_written_otherwise_are_other_orders() -> None:
    past = with_past(Map(), ("WO-7", "4711", "²3", "1" * 40))
    assert not any(is_past(past, other) for other in ("WO-07", "WO-", "711", "3", "1" * 39, "1" * 41, ""))
