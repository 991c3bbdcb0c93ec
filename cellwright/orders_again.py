"""The file of orders of a run, followed by another terminal than the one that began it: of who goes on with it, or watches it.

Law: what the run was told of once is not told of again, whoever told it; what came into the file while nobody looked is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cell.diagnostic import Outcome
from cell.events import OrderArrived, OrderWithdrawn
from cell.orders import Order
from cellwright.order_files import FollowedOrders
from cellwright.start_file import read_start
from cellwright.starting_again import cell_again
from controller.journal.folder import RunFolder


def followed_again(folder: RunFolder, named: str | None) -> Outcome[FollowedOrders]:
    """`named` from here; None: the file that the run was begun with. None, and why, where nobody can say for which cell; nothing
    is said where there is no file. Raises JournalError, OSError."""
    found = read_start(folder)
    start = found.value
    if start is None:
        return Outcome(None, found.diagnostics)
    begun_with = None if start.orders_file is None else str(Path(start.working, start.orders_file))
    file = named if named is not None else begun_with
    if file is None:
        return Outcome(None)
    cell = cell_again(folder)
    if cell.value is None:
        return Outcome(None, cell.diagnostics)
    return Outcome(FollowedOrders(file, cell.value, told_of(folder, start.orders)))


def told_of(folder: RunFolder, begun_with: Iterable[Order]) -> dict[str, Order]:
    """By id, as the run knows them. Raises JournalError."""
    known = {order.id: order for order in begun_with}
    journal = folder.journal()
    try:
        for event in journal.of_kinds(OrderArrived.__name__, OrderWithdrawn.__name__):
            if isinstance(event, OrderArrived):
                known[event.order.id] = event.order
            elif isinstance(event, OrderWithdrawn) and event.order in known:
                known[event.order] = replace(known[event.order], is_withdrawn=True)
    finally:
        journal.close()
    return known
