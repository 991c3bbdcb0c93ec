"""Which presences of two robots could ever meet, whatever the order: every motion that was found, and every rest at its ends.

A schedule that is made again for conflicts sends robots by other ways, and those meet in their turn. So once two robots are in
each other's way at all, everything that they could do with the motions that are there is looked at, and the next schedule knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product

from cell.presence import Moving, Presence, Resting, in_order
from cell.steps import MotionNeed

MOST_PAIRS = 60_000
"""More are not looked at: thirty robots have too many, and most of them never come near."""

Pairs = tuple[tuple[Presence, Presence], ...]


def are_too_many(needs: Iterable[MotionNeed], rests: Sequence[Resting]) -> bool:
    """`rests`: where the robots of the cell stand at the start."""
    counts = [len(known) for known in _presences(needs, rests).values()]
    return sum(a * b for a, b in combinations(counts, 2)) > MOST_PAIRS


def possible_meetings(needs: Iterable[MotionNeed], rests: Sequence[Resting]) -> Pairs:
    """Each pair once, in the order of its robots' names; none where they are too many."""
    known = _presences(needs, rests)
    if are_too_many(needs, rests):
        return ()
    both = combinations(sorted(known), 2)
    return tuple(in_order(x, y) for one, other in both for x, y in product(known[one], known[other]))


def _presences(needs: Iterable[MotionNeed], rests: Sequence[Resting]) -> dict[str, dict[Presence, None]]:
    """By robot."""
    known: dict[str, dict[Presence, None]] = {rest.robot: {rest: None} for rest in rests}
    for need in needs:
        ends = (Resting(need.robot, stance, need.carried, need.tool) for stance in (need.start, need.end))
        known[need.robot].update(dict.fromkeys((Moving(need), *ends)))
    return known
