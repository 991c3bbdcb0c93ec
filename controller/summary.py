"""A run in figures: what `run`, `status` and `runs` print. Read off the folded state alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cell.demands import bound_parts, order_of
from cell.run import OrderSummary, PartsLeft, PartSummary, RunSummary
from cell.state import Expected, InHand, InPart, InPlace, Location, Lost
from controller import awaited, room, stops, unheard
from controller.cell_view import by_number
from controller.goals import aims, goals
from controller.orders import state_of
from controller.run_state import Belief, PartBelief, RunState

SECOND = 1e9
SUSPENDED = ("Suspending", "Suspended")


def summary_of(state: RunState, pid: int | None = None, is_alive: bool = True) -> RunSummary:
    """`is_alive` False: the controller is gone; a run that is not over was interrupted."""
    met, total = goals(state)
    progress = state.progress
    steps = len(progress.plan.steps) - progress.dropped if progress.plan is not None else 0
    hold = state.trouble.hold
    return RunSummary(
        run_id=state.run,
        state=state.pack if is_alive or state.is_over else "Interrupted",
        steps_done=progress.done_before + progress.confirmed,
        steps_total=progress.total_before + (progress.confirmed if state.pack == "Complete" else steps),
        goals_met=met,
        goals_total=total,
        held_because=f"{hold.code} {hold.text}" if hold is not None else None,
        goals_skipped=state.trouble.skipped,
        makespan_s=(state.last - state.first) / SECOND if state.first is not None and state.last is not None else 0.0,
        parts=parts_of(state.belief.parts),
        violations=state.trouble.violations,
        pid=pid,
        aims=aims(state),
        awaiting=awaited.asked_of_people(state),
        orders=orders_of(state.belief),
        left=left_of(state.belief),
        orders_left=state.belief.left_orders,
        mode="Production" if state.manual is None else "Manual",
        waits_for=_waits_for(state),
    )


def _waits_for(state: RunState) -> tuple[str, ...]:
    if state.pack == "Holding":
        return unheard.awaited(state)
    if state.pack == "Unholding":
        return tuple(f"the link to {name}, for {stops.LINKING:g} s at most" for name in stops.awaited_links(state.belief))
    return tuple(room.short_in_words(state, what) for what in state.belief.short) if state.pack in SUSPENDED else ()


def left_of(belief: Belief) -> tuple[PartsLeft, ...]:
    named = ((name.split(" ", 1), count) for name, count in sorted(belief.left.items()))
    return tuple(PartsLeft(kind, place, count) for (kind, place), count in named)


def orders_of(belief: Belief) -> tuple[OrderSummary, ...]:
    begun = {order_of(demand) for demand in bound_parts(held.part for held in belief.parts.values())}
    known = (belief.orders[name] for name in belief.queue)
    return tuple(OrderSummary(order.id, order.queue, state_of(order, order.id in begun)) for order in known)


def parts_of(parts: Mapping[str, PartBelief]) -> tuple[PartSummary, ...]:
    """All that are or were there; not those that are still to come."""
    return tuple(
        PartSummary(
            held.part.id,
            held.part.kind,
            where(held.part.location),
            held.part.location,
            held.part.outcomes,
            held.part.given_up,
            held.part.location.why if isinstance(held.part.location, Lost) else held.source,
        )
        for held in (parts[name] for name in sorted(parts, key=by_number))
        if not isinstance(held.part.location, Expected)
    )


def where(location: Location) -> str:
    """The place, the hand or the seat of another part; "" when the part is lost or has not come."""
    match location:
        case InPlace(place):
            return place
        case InHand(hand, _):
            return hand
        case InPart(base, seat):
            return f"{base}.{seat}"
        case Lost() | Expected():
            return ""
    assert_never(location)
