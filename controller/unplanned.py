"""A run in which nothing is planned: somebody wants to move robots by hand, and no more.

Law: it is held from its first plan on, which has no step, and in manual mode as long as it holds and robots are at rest. Nothing
leads from it to production. What nobody sees of its hands is told as what is assumed. Taken over by another controller it waits
until somebody has looked, as every run does.
"""

from __future__ import annotations

from controller import manual_mode, questions, recovery, stops
from controller.draft import Draft, as_it_is
from controller.run_state import HoldReason

BEGAN = "its beginning"
"""Who has asked for the mode."""


def hold(d: Draft) -> None:
    """Called with the first plan. A hold that somebody has asked for is no alarm."""
    if d.known.is_manual:
        recovery.raise_hold(d, HoldReason("R702", f"robots are moved by hand: nothing is planned; {_assumed(d)}", ()))


def _assumed(d: Draft) -> str:
    held = (f"{hand} is taken to hold {seen.part or 'nothing'}" for hand, seen in sorted(d.belief.hands.items()))
    return ", ".join(held) or "there is no hand"


def go_on(d: Draft) -> None:
    """Called behind every event."""
    if d.context is None or not d.context.is_manual or d.manual is not None or d.is_over:
        return
    if d.pack == "Held" and not d.trouble.is_looking and manual_mode.still_moving(as_it_is(d)) is None:
        manual_mode.enter(d, BEGAN)


def resumed(d: Draft, who: str) -> None:
    """It is gone on with by another controller, and somebody has looked."""
    if d.pack != "Held" or not d.trouble.is_looking or questions.are_open(d):
        return
    d.mend(is_looking=False)
    manual_mode.enter(d, who)
    stops.activate(d)
    stops.acknowledge(d, who)
