"""Whether a state can still be brought to its end: no deadlock of hands and places. After Dijkstra's banker (EWD 623), with one
addition: a held part may also be set down at its next place when that is free.

Constructive, so a yes is a proof: there is an order in which the parts finish one after the other. A no may be too cautious.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANYWHERE = -1
"""Stands for every equipment that has room for all that will ever go there."""


@dataclass(slots=True)
class Claim:
    """A part under way: `at` is its equipment's number, None in a hand; `route` the equipment it still has to visit."""

    at: int | None
    route: tuple[int, ...]


def can_finish(claims: Sequence[Claim], free_hands: int, room: Sequence[int]) -> bool:
    """`room[e]` is how many more parts equipment e takes now. Does not change its arguments but for `claims`' items."""
    rest, left, hands = list(claims), list(room), free_hands
    while rest:
        done = next((c for c in rest if _passes(c, hands, left)), None)
        if done is not None:
            hands += _release(done, left)
            rest.remove(done)
            continue
        held = next((c for c in rest if c.at is None and c.route and _has_room(c.route[0], left)), None)
        if held is None:
            return False
        hands += 1
        _set_down(held, left)
    return True


def _passes(claim: Claim, hands: int, room: list[int]) -> bool:
    """Whether it can go its whole way while everything else stands still."""
    here = claim.at
    needs_hand = any(e != here or e == ANYWHERE for e in claim.route) and here is not None
    if needs_hand and hands < 1:
        return False
    for equipment in claim.route:
        if equipment != here and not _has_room(equipment, room):
            return False
        here = equipment
    return bool(claim.route) or claim.at is not None


def _release(claim: Claim, room: list[int]) -> int:
    """Take it to its end: frees its place or its hand, fills its last place. Gives the number of hands freed."""
    if claim.at is not None and claim.at != ANYWHERE:
        room[claim.at] += 1
    if claim.route and claim.route[-1] != ANYWHERE:
        room[claim.route[-1]] -= 1
    elif not claim.route and claim.at is not None and claim.at != ANYWHERE:
        room[claim.at] -= 1
    return 1 if claim.at is None else 0


def _set_down(claim: Claim, room: list[int]) -> None:
    claim.at = claim.route[0]
    claim.route = claim.route[1:]
    if claim.at != ANYWHERE:
        room[claim.at] -= 1


def _has_room(equipment: int, room: list[int]) -> bool:
    return equipment == ANYWHERE or room[equipment] > 0
