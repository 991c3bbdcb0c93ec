"""Orders in a run: they arrive and are withdrawn, their demands bind to parts, and one is done when all its goals were facts.

Law (SEMANTICS, Names): a demand binds to one part at its first step, that is when a hand first holds it, and keeps it until that
part is gone. What an order has come to is derived from the parts that are bound to it; there is no counter to lose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cell.demands import bound_parts, items_of, order_of
from cell.events import DemandBound, OrderArrived, OrderDone, OrderWithdrawn
from cell.members import Members, owner_of, resolved
from cell.orders import Order
from cell.program import Block, Goal, Group, Loop, Ref, Scope
from cell.run import OrderState
from cell.state import InPlace, PartState
from cell.steps import Step
from controller import ledger
from controller.draft import Draft
from controller.past_orders import is_past

Wanted = tuple[str, Goal]
"""A demand, and a goal that is to be a fact for its part."""


def bind(d: Draft, step: Step, part: str) -> None:
    """A hand holds the part for the first time: it is that demand's from now on."""
    known, demand = d.belief.parts.get(part), demand_of(d, step)
    if demand and known is not None and known.part.bound != demand:
        ledger.change_part(d, part, bound=demand)
        d.say(DemandBound(d.now, d.about(step.id), demand))


def demand_of(d: Draft, step: Step) -> str:
    """The demand that a step works for, "" for none."""
    operation = d.plan.operation.get(step.id)
    if operation is None or d.policies is None or not d.belief.orders:
        return ""
    goal = d.policies.goals.get(operation.goal)
    loops = d.policies.loops
    members = {loops[loop].variable: member for loop, member in operation.serves if loop in loops}
    name = resolved(goal.object, members) if goal is not None else ""
    return name if order_of(name) in d.belief.orders and goal is not None and name != goal.object.text else ""


def look(d: Draft, part: str) -> None:
    """A goal of the part was reached: whether its order is done by that."""
    known = d.belief.parts.get(part)
    if known is not None and known.part.bound:
        settle(d, order_of(known.part.bound))


def settle_all(d: Draft) -> None:
    for name in begun(d):
        settle(d, name)


def settle(d: Draft, name: str) -> None:
    order = d.belief.orders.get(name)
    if order is None or order.is_done or not order.is_open:
        return
    has = bound_parts(held.part for held in d.belief.parts.values())
    wanted = tuple(_wanted(d, order))
    if wanted and all(_is_reached(d, demand, goal, has, wanted) for demand, goal in wanted):
        change(d, name, is_done=True)
        d.say(OrderDone(d.now, d.subject, name))


def begun(d: Draft) -> tuple[str, ...]:
    """The orders that have a part and are not over, in the order of their arrival."""
    has = {order_of(demand) for demand in bound_parts(held.part for held in d.belief.parts.values())}
    known = ((name, d.belief.orders[name]) for name in d.belief.queue)
    return tuple(name for name, order in known if name in has and order.is_open and not order.is_done)


def change(d: Draft, name: str, **changes: object) -> None:
    d.believe(orders=d.belief.orders.set(name, replace(d.belief.orders[name], **changes)))  # type: ignore[arg-type]


def arrive(d: Draft, event: OrderArrived) -> bool:
    """Takes in an order; False where its id is known already, so that a second telling changes nothing."""
    if event.order.id in d.belief.orders or is_past(d.belief.past_orders, event.order.id):
        return False
    d.believe(
        orders=d.belief.orders.set(event.order.id, event.order),
        queue=(*d.belief.queue, event.order.id),
        arrived=d.belief.arrived.set(event.order.id, d.now),
    )
    return True


def withdraw(d: Draft, event: OrderWithdrawn) -> bool:
    """Nobody wants it any more; False where it is not known, or over."""
    order = d.belief.orders.get(event.order)
    if order is None or order.is_done or not order.is_open:
        return False
    change(d, event.order, is_withdrawn=True)
    return True


def is_planned(d: Draft, name: str) -> bool:
    """Whether the plan in hand works for it."""
    if d.progress.plan is None:
        return False
    return any(member == name for o in d.plan.plan.tasks.operations for _, member in o.serves)


def give_up(d: Draft, member: str) -> bool:
    """The iteration of an order, or of one of its items, is skipped. False where the member is neither."""
    order = d.belief.orders.get(order_of(member))
    if order is None:
        return False
    if member == order.id:
        change(d, order.id, given_up=True)
    else:
        change(d, order.id, skipped=tuple(sorted({*order.skipped, member})))
        settle(d, order.id)
    return True


def first_goal(d: Draft, loop: str) -> str | None:
    """A goal of that loop, from whose block outwards a policy is looked for."""
    assert d.policies is not None
    inside = (goal for goal, blocks in d.policies.around.items() if blocks and blocks[0].loops[-1:] == (loop,))
    return next(inside, None)


def state_of(order: Order, is_begun: bool) -> OrderState:
    if order.is_withdrawn:
        return "withdrawn"
    if order.given_up:
        return "given up"
    return "done" if order.is_done else "begun" if is_begun else "waiting"


# --- what an order wants ----------------------------------------------------------------------------------------------


def _wanted(d: Draft, order: Order) -> Iterator[Wanted]:
    assert d.policies is not None
    for loop in d.policies.loops.values():
        if loop.members.text == order.queue:
            yield from _in_block(loop.block, order, {loop.variable: order.id})


def _in_block(block: Block, order: Order, members: Members) -> Iterator[Wanted]:
    """Goals about demands of the order. Those in a branch are wanted only where it is taken, so none of them is counted on."""
    for line in block.lines:
        match line:
            case Goal():
                name = resolved(line.object, members)
                if name != line.object.text:
                    yield name, line
            case Loop() if resolved(line.members, members) == f"{order.id}.items":
                for item in items_of(order):
                    yield from _in_block(line.block, order, {**members, line.variable: item.name})
            case Group(block=inner) | Scope(block=inner):
                yield from _in_block(inner, order, members)
            case _:
                pass


def _is_reached(d: Draft, demand: str, goal: Goal, has: dict[str, PartState], wanted: tuple[Wanted, ...]) -> bool:
    """A part that is further on its way has passed what lies before; one that lies where it shall has been moved."""
    part = has.get(demand)
    if part is None:
        return False
    own = [g.id for name, g in wanted if name == demand]
    return not part.reached.isdisjoint(own[own.index(goal.id) :]) or _lies_there(d, part, goal)


def _lies_there(d: Draft, part: PartState, goal: Goal) -> bool:
    where = goal.role("to") if goal.verb == "move" else None
    place = part.location.place if isinstance(part.location, InPlace) else None
    return isinstance(where, Ref) and place is not None and d.known.places.get(place) == owner_of(where.text)
