"""What makes one order better than another: deadlines first, then what is preferred in written order, then the makespan."""

from __future__ import annotations

from collections.abc import Callable

from cell.program import Prefer, Ref
from planner.tasks.dispatch import Order
from planner.tasks.floor import Kind
from planner.tasks.shop import Shop

Score = tuple[float, ...]
"""Smaller is better, entry by entry: the first one is what deadlines are missed by, the last one the makespan."""


WORTH = 0.02
"""Of what it takes: less than this no order is better by that needs motions which have yet to be found."""


def is_about(score: Score, other: Score, worth: float = WORTH) -> bool:
    """Whether it is as good, but for what is not worth looking for motions. Late by nothing more."""
    return score[0] <= other[0] and all(mine <= theirs + worth * abs(theirs) for mine, theirs in zip(score, other, strict=True))


def score_by(shop: Shop, prefers: tuple[Prefer, ...]) -> Callable[[Order], Score]:
    limits = [d.limit for d in shop.routes.deadlines if not d.label]

    def score(order: Order) -> Score:
        late = sum(max(0.0, order.makespan - limit) for limit in limits)
        values = (value for prefer in prefers for value in _preferred(prefer, order, shop))
        return tuple(round(value, 6) for value in (late, *values, order.makespan))

    return score


def _preferred(prefer: Prefer, order: Order, shop: Shop) -> tuple[float, ...]:
    """To be made small. Busy: the sooner its last work ends, the less it has stood idle, for the work is the same. Carrying: so
    many parts at once only where that is quicker, so among orders that are as quick. Urgent: what is due
    first is done first."""
    match prefer.objective:
        case "busy" if prefer.arguments and isinstance(prefer.arguments[0], Ref):
            return (order.work_end.get(prefer.arguments[0].text, order.makespan),)
        case "throughput":
            return (order.makespan,)
        case "carrying":
            return order.makespan, -_trips_with_more(order)
        case "urgent":
            return (float(_out_of_turn(order, shop)),)
        case _:
            return ()


def _out_of_turn(order: Order, shop: Shop) -> int:
    """How many pairs of orders are done in the wrong turn."""
    ranks, ends = dict(shop.routes.ranks), dict[str, float]()
    for job, end in zip(shop.jobs, order.job_end, strict=True):
        for name in {member for leg in job.legs for _, member in leg.clauses.serves if member in ranks}:
            ends[name] = max(end, ends.get(name, 0.0))
    return sum(ranks[a] < ranks[b] and ends[a] > ends[b] for a in ends for b in ends)


def _trips_with_more(order: Order) -> float:
    """How often a part is taken into a hand while another hand holds one."""
    held: dict[int, int] = {}
    count = 0
    for act in order.acts:
        if act.kind is Kind.PICK:
            held[act.worker] = held.get(act.worker, 0) + 1
            count += held[act.worker] > 1
        elif act.kind is Kind.PLACE:
            held[act.worker] = held.get(act.worker, 0) - 1
    return count
