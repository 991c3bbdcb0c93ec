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
    """A part has to go to equipment `room`; any of the workers `by` can bring it there; nobody: it needs no hand. `is_work`: one
    of them works on it where it lies, and has to have its tool for that."""

    room: int
    by: tuple[int, ...]
    is_work: bool = False


@dataclass(slots=True)
class Claim:
    """A part under way: `at` is its equipment's number, None in a hand of worker `holder`; `route` is where it has yet to go."""

    at: int | None
    route: tuple[Visit, ...]
    holder: int = 0


@dataclass(slots=True)
class Hands:
    """`free[w]` of the `all[w]` hands of worker w. `same[w]`: w and the workers that are the same robot with other tools; a robot
    takes another tool only while all its hands are free."""

    free: list[int]
    all: list[int]
    same: Sequence[Sequence[int]]

    @classmethod
    def of(cls, is_free: Sequence[Sequence[bool]], same: Sequence[Sequence[int]]) -> Hands:
        return cls([sum(own) for own in is_free], [len(own) for own in is_free], same)

    def has_one(self, worker: int, but_for: int | None) -> bool:
        """Whether the worker has a hand to take something with, when `but_for`, if any, has put down one part more."""

        def free(w: int) -> int:
            return self.free[w] + (w == but_for)

        return free(worker) > 0 and all(free(w) >= self.all[w] for w in self.same[worker] if w != worker)


def can_finish(claims: Sequence[Claim], hands: Hands, room: Sequence[int]) -> bool:
    """`room[e]` is how many more parts equipment e takes now. Changes `claims`' items and `hands`."""
    rest, left = list(claims), list(room)
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


def _passes(claim: Claim, hands: Hands, room: list[int]) -> bool:
    """Whether it can go its whole way while everything else stands still. What it has left has room for it again."""
    here = claim.at
    for k, visit in enumerate(claim.route):
        is_moved = visit.room != here or visit.room == ANYWHERE
        is_held = claim.at is None and k == 0
        if (is_moved or visit.is_work) and not is_held and not _has_hand(claim, visit, hands):
            return False
        if visit.room not in (here, claim.at) and not _has_room(visit.room, room):
            return False
        here = visit.room
    return bool(claim.route) or claim.at is not None


def _has_hand(claim: Claim, visit: Visit, hands: Hands) -> bool:
    """A free one of a worker that can; the hand that holds the part itself is free again once the part is down."""
    holder = claim.holder if claim.at is None else None
    return not visit.by or any(hands.has_one(w, holder) for w in visit.by)


def _release(claim: Claim, hands: Hands, room: list[int]) -> None:
    """Take it to its end: frees its place or its hand, fills its last place."""
    if claim.at is not None and claim.at != ANYWHERE:
        room[claim.at] += 1
    last = claim.route[-1].room if claim.route else claim.at
    if last is not None and last != ANYWHERE:
        room[last] -= 1
    if claim.at is None:
        hands.free[claim.holder] += 1


def _set_down(claim: Claim, hands: Hands, room: list[int]) -> None:
    """Its hand is free from then on, its next place taken."""
    claim.at = claim.route[0].room
    claim.route = claim.route[1:]
    hands.free[claim.holder] += 1
    if claim.at != ANYWHERE:
        room[claim.at] -= 1


def _has_room(equipment: int, room: list[int]) -> bool:
    return equipment == ANYWHERE or room[equipment] > 0
