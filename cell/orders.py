"""Orders of a queue: data that arrives before or while the cell runs, never text of an intent.

An order asks for one part of the kind that its queue makes, and for the items that go with it. What it has come to is read off
the parts that are bound to it (cell/demands.py), so nothing here counts.
"""

from __future__ import annotations

from cell.dataclass import dataclass
from cell.ordered import Ordered


@dataclass(frozen=True, slots=True)
class Item(Ordered):
    """So many parts of one kind; `count` is 1 or more."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Order:
    """`id` is unique among all orders. `due` in s since 1970 (UTC), None where nobody says: it tells what is due first, no plan
    is made against a clock. `is_withdrawn`: nobody wants it any more. `given_up`: its iteration was skipped. `is_done`: all of
    its goals were facts. `skipped`: the demands that it goes without."""

    id: str
    queue: str
    items: tuple[Item, ...]
    due: float | None = None
    is_withdrawn: bool = False
    given_up: bool = False
    is_done: bool = False
    skipped: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it counts: it is filled, or still to be."""
        return not (self.is_withdrawn or self.given_up)


@dataclass(frozen=True, slots=True)
class OrderAdded:
    order: Order


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """`order` is the id: nobody wants it any more."""

    order: str


OrderChange = OrderAdded | OrderCancelled
"""What becomes of the orders while a run goes on."""


def contents(order: Order) -> str:
    """What it asks for, in words: `2 bracket, 1 manual`; the value of the fact `order WO-1` that a plan reads."""
    return ", ".join(f"{item.count} {item.kind}" for item in order.items) or "nothing"
