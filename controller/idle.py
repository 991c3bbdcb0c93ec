"""Whether anything goes on by itself: simulated time that passes only because we let it would run on without end.

`is_foreseen`: something will be asked or ordered, and is known beforehand.
"""

from __future__ import annotations

from controller.arrivals import WAITING as WITHOUT_ORDERS
from controller.run_state import RunState

LONGEST_SUSPENDED = 8 * 3600_000_000_000  # ns of simulated time, after which a rehearsal ends that nothing is foreseen to go on


def waits_for_somebody(state: RunState, *, is_foreseen: bool, is_order_foreseen: bool) -> bool:
    """Held, or without orders, and nothing under way but what stands halted on its path."""
    is_waiting = state.pack == "Held" or (_is_without_orders(state) and not is_order_foreseen)
    is_under_way = any(flight.device not in state.trouble.halted for flight in state.progress.flights.values())
    return is_waiting and not is_under_way and not is_foreseen


def waits_too_long(state: RunState, *, is_foreseen: bool) -> bool:
    """Whoever is in a zone, or does not bring parts, may never go, or come."""
    since = state.trouble.starved_since
    return since is not None and not is_foreseen and state.now - since > LONGEST_SUSPENDED


def _is_without_orders(state: RunState) -> bool:
    return state.pack == "Suspended" and state.belief.short == (WITHOUT_ORDERS,)
