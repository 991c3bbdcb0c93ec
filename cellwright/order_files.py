"""The file that `--orders` names: read before anything is planned, and looked at again and again while a run goes on.

An order is added, or withdrawn, by appending a line. A line without its end is still being written and is left for the next look;
a file that cannot be read any more, or has a mistake in it, changes nothing until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cell.diagnostic import Diagnostic, Outcome, Position, Span, error
from cell.model import CellModel
from cell.order_file import NOT_AN_ORDER, OrderFile, read_orders
from cell.orders import Order, OrderAdded, OrderCancelled, OrderChange
from cellwright.file_bytes import read_whole

LARGEST_ORDERS = 64_000_000  # bytes


def read_order_file(path: str, cell: CellModel) -> Outcome[OrderFile]:
    """Raises OSError where the file cannot be read, or is none."""
    return _read(read_whole(path, LARGEST_ORDERS), path, cell)


def _read(content: bytes, path: str, cell: CellModel) -> Outcome[OrderFile]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as cause:
        line = content.count(b"\n", 0, cause.start) + 1
        at = Position(line, 1)
        return Outcome(None, (error(NOT_AN_ORDER, "the line is no UTF-8", Span(path, at, at), help="Save it as UTF-8."),))
    return read_orders(text, path, cell)


@dataclass(slots=True)
class FollowedOrders:
    """A file of orders as it grows. `known` are those that the run began with. `is_last`: it says that no more come."""

    path: str
    cell: CellModel
    known: dict[str, Order]
    is_last: bool = False
    _seen: tuple[int, int] = (0, 0)
    _told: set[Diagnostic] = field(default_factory=set)

    def changes(self) -> tuple[tuple[OrderChange, ...], tuple[Diagnostic, ...]]:
        """What is new since the last look, and what is wrong with the file, told once."""
        try:
            status = Path(self.path).stat()
            if self._seen == (status.st_mtime_ns, status.st_size):
                return (), ()
            content = read_whole(self.path, LARGEST_ORDERS)
        except OSError:  # it may be back at the next look
            return (), ()
        self._seen = (status.st_mtime_ns, status.st_size)
        found = _read(content[: content.rfind(b"\n") + 1], self.path, self.cell)
        if found.value is None:
            fresh = tuple(d for d in found.diagnostics if d not in self._told)
            self._told.update(fresh)
            return (), fresh
        self.is_last = found.value.is_last
        return tuple(self._compare(found.value)), ()

    def _compare(self, now: OrderFile) -> Iterator[OrderChange]:
        for order in now.orders:
            before = self.known.get(order.id)
            self.known[order.id] = order
            if before is None:
                yield OrderAdded(order)
            elif order.is_withdrawn and not before.is_withdrawn:
                yield OrderCancelled(order.id)
