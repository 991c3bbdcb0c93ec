"""Whether a state can still be brought to its end: no deadlock of hands and places. After Dijkstra's banker (EWD 623), with one
addition: a held part may also be set down at its next place when that is free.

Constructive, so a yes is a proof: there is an order in which the parts finish one after the other. A no may be too cautious.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANYWHERE = -1
"""Stands for every equipment that has room for all that will ever go there."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A part has to go to equipment `room`; any of the workers `by` can bring it there; nobody: it needs no hand."""

    room: int
    by: tuple[int, ...]


@dataclass(slots=True)
class Claim:
    """A part under way: `at` is its equipment's number, None in a hand of worker `holder`; `route` is where it has yet to go."""

    at: int | None
    route: tuple[Visit, ...]
    holder: int = 0


def can_finish(claims: Sequence[Claim], free_hands: Sequence[int], room: Sequence[int]) -> bool:
    """`free_hands[w]` has worker w, `room[e]` is how many more parts equipment e takes now. Does not change its arguments but for
    `claims`' items."""
    rest, left, hands = list(claims), list(room), list(free_hands)
    while rest:
        done = next((c for c in rest if _passes(c, hands, left)), None)
        if done is not None:
            _release(done, hands, left)
            rest.remove(done)
            continue
        held = next((c for c in rest if c.at is None and c.route and _has_room(c.route[0].room, left)), None)
        if held is None:
            return False
        _set_down(held, hands, left)
    return True


def _passes(claim: Claim, hands: list[int], room: list[int]) -> bool:
    """Whether it can go its whole way while everything else stands still. What it has left has room for it again."""
    here = claim.at
    for k, visit in enumerate(claim.route):
        is_moved = visit.room != here or visit.room == ANYWHERE
        is_held = claim.at is None and k == 0
        if is_moved and not is_held and not _has_hand(claim, visit, hands):
            return False
        if visit.room not in (here, claim.at) and not _has_room(visit.room, room):
            return False
        here = visit.room
    return bool(claim.route) or claim.at is not None


def _has_hand(claim: Claim, visit: Visit, hands: list[int]) -> bool:
    """A free one of a worker that can; the hand that holds the part itself is free again once the part is down."""
    return not visit.by or any(hands[w] > 0 or (claim.at is None and claim.holder == w) for w in visit.by)


def _release(claim: Claim, hands: list[int], room: list[int]) -> None:
    """Take it to its end: frees its place or its hand, fills its last place."""
    if claim.at is not None and claim.at != ANYWHERE:
        room[claim.at] += 1
    last = claim.route[-1].room if claim.route else claim.at
    if last is not None and last != ANYWHERE:
        room[last] -= 1
    if claim.at is None:
        hands[claim.holder] += 1


def _set_down(claim: Claim, hands: list[int], room: list[int]) -> None:
    """Its hand is free from then on, its next place taken."""
    claim.at = claim.route[0].room
    claim.route = claim.route[1:]
    hands[claim.holder] += 1
    if claim.at != ANYWHERE:
        room[claim.at] -= 1


def _has_room(equipment: int, room: list[int]) -> bool:
    return equipment == ANYWHERE or room[equipment] > 0
