"""What a run without end leaves behind: parts in a heap, with which nothing is to be done any more, and orders that are over are
counted and not kept, so that a run of hours knows no more than one of minutes.

Law: sums stay right. Whatever counts parts (output, goals that were met, the summary) adds what is counted here. The newest part
of a heap is kept, so that a heap is never taken for an empty one. Of an order its id stays, so that none is made twice. Where an
`until` counts, none is left: its end bounds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import TypeVar

from immutables import Map

from cell.demands import order_of
from cell.run import LEAVES_ORDERS, OrdersLeft, RunContext
from cell.state import Expected, InPart, Lost, PartState
from controller import coming, orders
from controller.draft import Draft
from controller.past_orders import is_past, with_past
from controller.run_state import Belief

T = TypeVar("T")


def leave_behind(d: Draft) -> None:
    """When a plan was taken over, which says what is still to be done."""
    if d.policies is None or any(loop.until is not None for loop in d.policies.loops.values()):
        return
    if d.known.is_continuous and d.known.rules >= LEAVES_ORDERS:
        _leave_orders(d)
    if coming.is_rolling(d):
        _leave_parts(d)


def is_good(context: RunContext | None, part: PartState) -> bool | None:
    """None for what is not produced."""
    if isinstance(part.location, InPart | Expected):
        return None
    if part.given_up or (isinstance(part.location, Lost) and part.reached):
        return False
    if not part.reached:
        return None
    adverse = context.adverse if context is not None else ()
    return not any(told in adverse for told in part.outcomes)


# --- orders ------------------------------------------------------------------------------------------------------------


def _leave_orders(d: Draft) -> None:
    """But for those that the plan in hand still works for, or about which something has failed."""
    in_hand = {order_of(member) for operation in d.plan.plan.tasks.operations for _, member in operation.serves}
    in_hand |= {order_of(failure.iteration[1]) for failure in d.trouble.failures if failure.iteration is not None}
    over = [d.belief.orders[name] for name in d.belief.queue if name not in in_hand]
    past = {order.id: order for order in over if order.is_done or not order.is_open}
    if not past:
        return
    states = {name: orders.state_of(order, False) for name, order in past.items()}
    counts = Counter({(left.queue, left.state): left.count for left in d.belief.left_orders})
    counts.update((past[name].queue, state) for name, state in states.items())
    d.believe(
        orders=_without(d.belief.orders, past),
        queue=tuple(name for name in d.belief.queue if name not in past),
        arrived=_without(d.belief.arrived, past),
        past_orders=with_past(d.belief.past_orders, past),
        left_orders=tuple(OrdersLeft(*of, count) for of, count in sorted(counts.items())),
    )
    for name in [name for name in d.timers if _is_age_of(name, past)]:
        d.clear_timer(name)
    d.mend(opened=_without(d.trouble.opened, [name for name in d.trouble.opened if _is_age_of(name, past)]))


def _is_age_of(name: str, orders_over: Collection[str]) -> bool:
    """Of a timer, or of what it has opened (ages.py)."""
    kind, _, rest = name.partition(" ")
    return kind == "age" and rest.rpartition(" ")[2] in orders_over


def _without(entries: Map[str, T], names: Collection[str]) -> Map[str, T]:
    kept = entries.mutate()
    for name in names:
        del kept[name]
    return kept.finish()


# --- parts -------------------------------------------------------------------------------------------------------------


def _leave_parts(d: Draft) -> None:
    gone = _gone(d)
    if gone:
        _count(d, gone)
        _forget(d, frozenset(gone))
    _forget_iterations(d)
    _forget_openings(d)
    if d.known.rules >= LEAVES_ORDERS:
        _forget_troubles(d)


def _gone(d: Draft) -> tuple[str, ...]:
    """But for the newest of each heap, with all that was joined to them."""
    worked_on = {operation.part for operation in d.plan.plan.tasks.operations}
    lying = (part for heap in d.known.heaps for part in d.belief.lying.get(heap, ())[:-1])
    gone = {part for part in lying if part not in worked_on and not _is_bound(d, part)}
    bases = {name: at.part for name, held in d.belief.parts.items() if isinstance(at := held.part.location, InPart)}
    joined = {name for name in bases if _lies_on(name, bases) in gone}
    return tuple(sorted(gone | joined))


def _is_bound(d: Draft, part: str) -> bool:
    demand = d.belief.parts[part].part.bound
    return bool(demand) and not is_past(d.belief.past_orders, order_of(demand))


def _lies_on(part: str, bases: dict[str, str]) -> str:
    while part in bases:
        part = bases[part]
    return part


def _count(d: Draft, gone: tuple[str, ...]) -> None:
    assert d.policies is not None
    parts = [d.belief.parts[name].part for name in gone]
    heap = {part: place for place in d.known.heaps for part in d.belief.lying.get(place, ())}
    left = Counter(f"{part.kind} {heap[part.id]}" for part in parts if part.id in heap)
    judged = [is_good(d.known, part) for part in parts]
    before = d.belief
    d.believe(
        left=before.left.update({name: before.left.get(name, 0) + count for name, count in sorted(left.items())}),
        left_good=before.left_good + judged.count(True),
        left_bad=before.left_bad + judged.count(False),
        left_goals=before.left_goals + sum(goal in d.policies.around for part in parts for goal in part.reached),
    )


def _forget(d: Draft, gone: frozenset[str]) -> None:
    parts, lying = d.belief.parts.mutate(), d.belief.lying.mutate()
    for name in sorted(gone):
        del parts[name]
    for place, there in d.belief.lying.items():
        if place in d.known.heaps:
            lying[place] = tuple(part for part in there if part not in gone)
        elif place.rpartition(".")[0] in gone:
            del lying[place]
    d.believe(parts=parts.finish(), lying=lying.finish())
    spent = [key for key in d.trouble.ladders if key.rpartition(" ")[2] in gone]
    for key in spent:
        d.mend(ladders=d.trouble.ladders.delete(key))


def _forget_iterations(d: Draft) -> None:
    """Of a loop with a pace those that can end no more are only counted."""
    for loop, paced in d.trouble.paces.items():
        kept = frozenset(member for member in paced.ended if _is_known(d.belief, member))
        if kept != paced.ended:
            after = replace(paced, ended=kept, before=paced.before + len(paced.ended) - len(kept))
            d.mend(paces=d.trouble.paces.set(loop, after))


def _forget_openings(d: Draft) -> None:
    """Of blocks with a `within` that belong to a part which is left behind, once their time has run out."""
    for name in d.trouble.opened:
        members = [pair.partition("=")[2] for pair in name.split(" ") if "=" in pair]
        if name not in d.timers and not all(_is_known(d.belief, member) for member in members):
            d.mend(opened=d.trouble.opened.delete(name))


def _forget_troubles(d: Draft) -> None:
    """What retries have changed for a part that is left behind, and what was waited for of it in vain."""
    spent = [key for key in d.trouble.amended if not _is_known(d.belief, key.rpartition(" ")[2])]
    stuck = tuple(fact for fact in d.trouble.stuck if all(_is_known(d.belief, name) for name in _named_in(fact)))
    if spent or stuck != d.trouble.stuck:
        d.mend(amended=_without(d.trouble.amended, spent), stuck=stuck)


def _named_in(fact: str) -> list[str]:
    """The parts and things that the text of a fact names; a seat is its part's."""
    return [name.partition(".")[0] for name in fact.partition("(")[2].removesuffix(")").split(", ")]


def _is_known(belief: Belief, member: str) -> bool:
    return member in belief.parts or "#" not in member
