"""`on left.full`, `on full`: raised when the last place of a thing is taken, if the intent says what shall happen then.

Once for each time that it becomes full; what was full when the run began raises nothing.
"""

from __future__ import annotations

from controller import recovery
from controller.draft import Draft
from controller.run_state import Failure

FULL = "full"


def full_now(d: Draft) -> tuple[str, ...]:
    """The things that the intent asks about and that have no free place."""
    assert d.policies is not None
    asked = d.policies.asked_of(FULL, d.known.counted.get(FULL, ()))
    return tuple(sorted(thing for thing in asked if _is_full(d, thing)))


def watch_full(d: Draft) -> None:
    if d.policies is None or not d.policies.asked_of(FULL, d.known.counted.get(FULL, ())):
        return
    now = full_now(d)
    fresh = [thing for thing in now if thing not in d.trouble.full]
    if now != d.trouble.full:
        d.mend(full=now)
    for thing in fresh:
        event = d.policies.called(thing, FULL)
        recovery.fail(d, Failure(event, "R726", f"no place is free in {thing}", block=d.policies.named[event]))


def _is_full(d: Draft, thing: str) -> bool:
    if thing in d.known.outfeeds:  # what was put there may be gone: its signal says what lies there
        return d.belief.waiting.get(thing, 0.0) >= d.known.outfeeds[thing]
    room = d.known.capacities.get(thing)
    lying = sum(len(parts) for place, parts in d.belief.lying.items() if d.known.places.get(place) == thing)
    return room is not None and lying >= room
