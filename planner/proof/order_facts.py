"""What a plan relies on of the orders that it works on: what each asks for, and how many of their queue were done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.demands import bound_parts, order_of
from cell.model import CellModel
from cell.orders import contents
from cell.program import Loop
from cell.state import CellState
from cell.task_plan import TaskPlan


def order_facts(tasks: TaskPlan, cell: CellModel, state: CellState, loops: Mapping[str, Loop]) -> Iterator[tuple[str, str]]:
    """Of the orders that the plan serves, and of those that are begun."""
    if not tasks.operations:
        return
    queues = {name: loop.members.text for name, loop in loops.items() if loop.members.text in cell.queues}
    begun = {order_of(demand) for demand in bound_parts(state.parts)}
    served = {member for o in tasks.operations for loop, member in o.serves if loop in queues}
    facts = all_order_facts(cell, state)
    for order in state.orders:
        is_worked_on = order.id in begun and order.is_open and not order.is_done and order.queue in queues.values()
        if order.id in served or is_worked_on:
            yield f"order {order.id}", facts[f"order {order.id}"]
            yield f"done {order.queue}", facts[f"done {order.queue}"]


def all_order_facts(cell: CellModel, state: CellState) -> dict[str, str]:
    """Every fact of orders that a plan could read, by name."""
    facts = {f"order {order.id}": contents(order) for order in state.orders if order.is_open}
    return facts | {f"done {name}": str(sum(o.is_done for o in state.orders if o.queue == name)) for name in cell.queues}
