"""The orders that come, or are withdrawn, in a scenario, by the clock of its run."""

from __future__ import annotations

from collections.abc import Iterator

from cell.model import CellModel
from cell.orders import Item, Order, OrderAdded, OrderCancelled, OrderChange
from cell.scenario import OrderComes, OrderGoes, Scenario


def order_changes(scenario: Scenario, cell: CellModel) -> Iterator[tuple[float, OrderChange]]:
    """(s since the run began, what happens). An order is for the first queue of the cell; without one there are none."""
    for disturbance in scenario.disturbances:
        match disturbance:
            case OrderComes(id, at, items, due) if cell.queues:
                yield at, OrderAdded(Order(id, next(iter(cell.queues)), tuple(Item(*item) for item in items), due))
            case OrderGoes(id, at):
                yield at, OrderCancelled(id)
            case _:
                pass
