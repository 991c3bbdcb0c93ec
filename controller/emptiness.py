"""`on left_bins.empty`, `on orders.empty`: raised when nothing is left in a thing, if the intent says what shall happen then.

A shelf is empty as soon as one of its bins is, for then something is wanting. Once for each time that it becomes empty; what was
empty when the run began raises nothing.
"""

from __future__ import annotations

from controller import recovery
from controller.draft import Draft
from controller.run_state import Failure

EMPTY = "empty"


def empty_now(d: Draft) -> tuple[str, ...]:
    """The things that the intent asks about and of which a part is wanting."""
    assert d.policies is not None
    asked = d.policies.asked_of(EMPTY, d.known.counted.get(EMPTY, ()))
    return tuple(sorted(thing for thing in asked if _is_empty(d, thing)))


def watch_empty(d: Draft) -> None:
    if d.policies is None or not d.policies.asked_of(EMPTY, d.known.counted.get(EMPTY, ())):
        return
    now = empty_now(d)
    fresh = [thing for thing in now if thing not in d.trouble.empty]
    if now != d.trouble.empty:
        d.mend(empty=now)
    for thing in fresh:
        event = d.policies.called(thing, EMPTY)
        recovery.fail(d, Failure(event, "R732", f"nothing is left in {thing}", block=d.policies.named[event]))


def _is_empty(d: Draft, thing: str) -> bool:
    if thing in d.known.queues:
        return not any(o.queue == thing and o.is_open and not o.is_done for o in d.belief.orders.values())
    if thing in d.known.shelves:
        return any(not d.belief.lying.get(place) for place in d.known.shelves[thing])
    own = [place for place, equipment in d.known.places.items() if equipment == thing]
    return bool(own) and not any(d.belief.lying.get(place) for place in own)
