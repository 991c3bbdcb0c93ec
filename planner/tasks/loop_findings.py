"""What is said of a loop over parts that has none, or too few."""

from __future__ import annotations

from collections.abc import Sequence

from cell.equipment import Equipment
from cell.program import Loop
from planner.tasks.counting import counted_things
from planner.tasks.findings import Findings
from planner.tasks.what_comes import is_supply, too_few_come

End = tuple[str | None, str | None]
"""Of an iteration: the piece of equipment that its part comes from, and the one in which it usually ends."""


def tell_empty(loop: Loop, found: Findings) -> None:
    """A loop that finds nothing is no error, for the tray may be filled before the next plan; but nobody wants to guess."""
    message = f"nothing lies in {loop.members.text} at the start, so nothing is planned for this loop"
    found.warning("W691", message, loop.members.span, help=f"Say `contains …` of {loop.members.text}, or fill it and plan again.")


def tell_too_small(
    loop: Loop, count: int, available: int, ends: Sequence[End], source: Equipment | None, found: Findings
) -> None:
    """`count` are missing when all `available` have had their iteration; 0: no number of them would do. `source`: what the loop
    goes over."""
    assert loop.until is not None
    counted = loop.until.span
    moved = [(start, end) for start, end in ends if start != end]
    is_nearer = count and (available == 0 or _counts(loop, moved))
    if is_nearer and source is not None and is_supply(source):
        message, hint = too_few_come(source, available, count)
    elif is_nearer:
        message = f"{loop.members.text} holds {available} to start with, {count} too few for `until`"
        hint = f"put {count} more into {loop.members.text}, or ask for {count} fewer"
    elif count:
        into = ", ".join(sorted({end for _, end in moved if end is not None}))
        where = f"they end in {into}" if into else "they leave their parts where they are"
        message = f"no iteration brings `until` nearer: {where}"
        hint = "Ask about the place that the loop fills."
    else:
        message, hint = "no number of iterations makes this `until` true", "Ask about the place that the loop fills."
    found.error("E601", message, counted, loop.members.span, help=hint)


def _counts(loop: Loop, moved: Sequence[End]) -> bool:
    """Whether an iteration takes a part from or to a thing whose parts `until` counts."""
    things = counted_things(loop.until) if loop.until is not None else ()
    return any(thing in pair for pair in moved for thing in things or ())
