"""The ids of the orders of a run that are over, so that one that is told twice is made once, also a week later.

Law: no id is forgotten, and none is taken for another. Ids that are numbered one after the other are one entry, whatever their
number: a run of weeks knows no more of them than one of minutes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import takewhile

from immutables import Map

Spans = tuple[tuple[int, int], ...]
"""From one number to another, both included; in order, with a gap between each two."""
PastOrders = Map[str, Spans]
"""By what stands before the number, and how many digits that has."""
MOST_DIGITS = 15


def is_past(past: PastOrders, order: str) -> bool:
    name, number = _parted(order)
    spans = past.get(name, ())
    at = bisect_right(spans, number, key=lambda span: span[0])
    return at > 0 and spans[at - 1][1] >= number


def with_past(past: PastOrders, orders: Iterable[str]) -> PastOrders:
    for order in orders:
        if not is_past(past, order):
            name, number = _parted(order)
            past = past.set(name, _joined(past.get(name, ()), number))
    return past


def _parted(order: str) -> tuple[str, int]:
    """`WO-007` is number 7 of three digits behind `WO-`; an id without a number is number 0 of none."""
    digits = "".join(takewhile(_is_digit, reversed(order)))[:MOST_DIGITS][::-1]
    return f"{len(digits)} {order.removesuffix(digits)}", int(digits or "0")


def _is_digit(letter: str) -> bool:
    return letter in "0123456789"


def _joined(spans: Spans, number: int) -> Spans:
    at = bisect_right(spans, number, key=lambda span: span[0])
    first, last, before, behind = number, number, spans[:at], spans[at:]
    if before and before[-1][1] == number - 1:
        first, before = before[-1][0], before[:-1]
    if behind and behind[0][0] == number + 1:
        last, behind = behind[0][1], behind[1:]
    return (*before, (first, last), *behind)
