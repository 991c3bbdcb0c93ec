"""The members of a loop over orders, or over the items of one, and the demands that goals in it are about."""

from __future__ import annotations

from dataclasses import field

from cell.dataclass import dataclass
from cell.demands import Demand, bound_parts, items_of, kit_of, order_of
from cell.members import Members, resolved
from cell.model import CellModel
from cell.orders import Order
from cell.program import Goal, Loop, Ref
from cell.state import CellState, PartState


@dataclass(slots=True)
class AskedOrders:
    """`orders` by id; `has` gives a demand the part that is bound to it."""

    cell: CellModel
    orders: dict[str, Order]
    has: dict[str, PartState]
    demands: dict[str, Demand] = field(default_factory=dict)

    @classmethod
    def of(cls, cell: CellModel, state: CellState) -> AskedOrders:
        return cls(cell, {order.id: order for order in state.orders}, bound_parts(state.parts))

    def members(self, loop: Loop, name: str, started: tuple[str, ...]) -> tuple[str, ...] | None:
        """All orders that are begun and not done, and those that the plan has started; or the items of the order in `name`
        (WO-1.items). None for a loop about anything else."""
        queue = self.cell.queues.get(loop.members.text)
        if queue is not None:
            begun = {order_of(demand) for demand in self.has}
            open_orders = [o.id for o in self.orders.values() if o.queue == queue.name and o.is_open and not o.is_done]
            chosen = tuple(dict.fromkeys((*(o for o in started if o in self.orders), *(o for o in open_orders if o in begun))))
            self._know(*(kit_of(self.orders[order], queue) for order in chosen))
            return chosen
        order = self.orders.get(order_of(name))
        if order is None or name != f"{order.id}.items":
            return None
        self._know(*items_of(order))
        return tuple(demand.name for demand in items_of(order))

    def demand(self, goal: Goal, members: Members) -> Demand | None:
        return self.demands.get(resolved(goal.object, members)) if members else None

    def into(self, goal: Goal, members: Members) -> Demand | None:
        """The kit that the goal puts its part into: `move item to job.kit`."""
        where = goal.role("to") if goal.verb == "move" else None
        return self.demands.get(resolved(where, members)) if isinstance(where, Ref) else None

    def _know(self, *demands: Demand) -> None:
        self.demands.update((demand.name, demand) for demand in demands)
