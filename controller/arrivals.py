"""What an order that arrives or is withdrawn means for the plan in hand, and a run that waits for orders.

Law (SEMANTICS, Sets): an arrival, a change or a withdrawal starts planning again where it changes what is to be done; it is not a
stale plan. A withdrawal whose work was begun is an event, `withdrawn`, held by default.
"""

from __future__ import annotations

from dataclasses import replace

from cell.events import OrderArrived, OrderWithdrawn
from cell.program import Loop
from controller import ages, orders, recovery, stops
from controller.draft import Draft
from controller.run_state import Failure

WAITING = "orders"
"""Among what the cell is short of."""


def arrived(d: Draft, event: OrderArrived) -> None:
    if not orders.arrive(d, event):
        return
    ages.follow(d, (event.order.id,))
    if is_waiting(d):
        d.believe(short=tuple(what for what in d.belief.short if what != WAITING))
        recovery.replan(d, f"order {event.order.id} arrived", is_foreseen=True)
    elif any(_wants_it(d, loop) for loop in _loops(d, event.order.queue)):
        recovery.replan(d, f"order {event.order.id} arrived", is_foreseen=True)


def withdrawn(d: Draft, event: OrderWithdrawn) -> None:
    was_begun = event.order in orders.begun(d)
    is_planned = orders.is_planned(d, event.order)
    if not orders.withdraw(d, event):
        return
    if was_begun:
        queue = d.belief.orders[event.order].queue
        text = f"order {event.order} was withdrawn, and its work was begun"
        recovery.fail(d, _failure(d, queue, event.order, text))
    elif is_planned:
        recovery.replan(d, f"order {event.order} was withdrawn", is_foreseen=True)


def _failure(d: Draft, queue: str, order: str, text: str) -> Failure:
    """The event as the intent speaks of it: of the order (`job.withdrawn`), of the queue, or of any."""
    assert d.policies is not None
    loop = next(iter(_loops(d, queue)), None)
    goal = orders.first_goal(d, loop.id) if loop is not None else None
    names = (*((f"{loop.variable}.withdrawn",) if loop is not None else ()), f"{queue}.withdrawn", "withdrawn")
    name = d.policies.called_among(goal, names) or "withdrawn"
    return Failure(name, "R730", text, goal=goal, iteration=(loop.id if loop is not None else "", order))


def finish(d: Draft) -> None:
    """No more orders come: a run that waits for them has nothing to wait for, and completes when what has come is made."""
    d.context = replace(d.known, is_continuous=False)
    d.believe(short=tuple(what for what in d.belief.short if what != WAITING))


def is_waiting(d: Draft) -> bool:
    return WAITING in d.belief.short


def wait(d: Draft) -> bool:
    """At the end of a plan: a run that goes on waits for orders. False where it does not."""
    if not d.known.is_continuous or not any(_loops(d, queue) for queue in d.known.queues):
        return False
    d.believe(short=(*d.belief.short, WAITING))
    stops.go(d, "suspend", "it waits for orders")
    return True


def is_endless(d: Draft) -> bool:
    """Whether a loop over orders has no `until`: it ends by a stop only, where the run goes on."""
    return any(loop.until is None for queue in d.known.queues for loop in _loops(d, queue))


def _loops(d: Draft, queue: str) -> list[Loop]:
    assert d.policies is not None
    return [loop for loop in d.policies.loops.values() if loop.members.text == queue]


def _wants_it(d: Draft, loop: Loop) -> bool:
    """Without `until` every order is wanted; with one it may only come before others."""
    assert d.policies is not None
    prefers = {p.objective for blocks in d.policies.outward.values() for block in blocks for p in block.block.prefers}
    return loop.until is None or "urgent" in prefers
