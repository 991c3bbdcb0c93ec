"""What an order asks of the parts of the cell: the part that it makes and its items, each a demand for one part of a kind.

Law (SEMANTICS, Names): a demand binds to one part at its first step and keeps it until that part is scrapped or gone; then it is
open again. The part carries the name of its demand (`PartState.bound`), so there is no counter to lose.
"""

from __future__ import annotations

from collections.abc import Iterable

from cell.dataclass import dataclass
from cell.model import Queue
from cell.orders import Order
from cell.state import Lost, PartState


@dataclass(frozen=True, slots=True)
class Demand:
    """One part of `kind` for an order. `name` is `WO-1.kit` for the part that it makes, `WO-1.items[2]` for an item."""

    name: str
    kind: str


def kit_of(order: Order, queue: Queue) -> Demand:
    """The part that the order makes."""
    return Demand(f"{order.id}.{queue.of}", queue.of)


def items_of(order: Order) -> tuple[Demand, ...]:
    """One demand for each part that the order asks for, in its own order, but for those that it goes without."""
    kinds = (item.kind for item in order.items for _ in range(item.count))
    demands = (Demand(f"{order.id}.items[{k}]", kind) for k, kind in enumerate(kinds, start=1))
    return tuple(demand for demand in demands if demand.name not in order.skipped)


def order_of(demand: str) -> str:
    """The id of the order that a demand belongs to."""
    return demand.partition(".")[0]


def bound_parts(parts: Iterable[PartState]) -> dict[str, PartState]:
    """Demand -> the part that it has. A part that is lost or given up fills no demand."""
    return {p.bound: p for p in parts if p.bound and not p.given_up and not isinstance(p.location, Lost)}


def urgency(order: Order) -> float:
    """What is due first comes first, what is not due at all last; equal ones in the order in which they arrived."""
    return float("inf") if order.due is None else order.due
