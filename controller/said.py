"""What orders and keys come to, as observations of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.commands import Subject
from cell.events import JogAsked, JogLeft, OrderArrived, OrderWithdrawn
from cell.orders import OrderAdded, OrderCancelled, OrderChange
from controller.lease import Key, Press


def of_orders(changes: Sequence[OrderChange], of: Subject, now: int) -> Iterator[OrderArrived | OrderWithdrawn]:
    for change in changes:
        match change:
            case OrderAdded(order):
                yield OrderArrived(now, of, order)
            case OrderCancelled(order_id):
                yield OrderWithdrawn(now, of, order_id)


def of_key(key: Key, of: Subject, now: int) -> JogAsked | JogLeft:
    if isinstance(key, Press):
        return JogAsked(now, of, key.jog, key.who, key.terminal, key.is_held)
    return JogLeft(now, of, key.terminal, key.why)
