"""Whether everything that is under way on the floor can still be brought to its end, asked before an act is offered."""

from __future__ import annotations

from planner.tasks.escape import ANYWHERE, Claim, Hands, Visit, can_finish
from planner.tasks.floor import NOBODY, Floor
from planner.tasks.route import Fork, Leg, Stage
from planner.tasks.shop import Shop, route_rooms

Situation = int
"""The number of a state up to likeness: what the hands hold, what lies in rooms that may run full, how many places are free in
each."""


class Escapes:
    """Remembers for every state, up to likeness, whether all parts under way can still be finished."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._known: dict[tuple[int, int, bool, Situation], bool] = {}
        self._routes: dict[tuple[int, int], tuple[Visit, ...]] = {}
        self._room_names = list(shop.rooms)
        self._numbers: dict[tuple[object, ...], Situation] = {}

    def situation(self, floor: Floor) -> Situation:
        """All that the answers depend on; the same until the next act."""
        code, pools = floor.code, floor.pools
        hands = [tuple(sorted([code(j) if j >= 0 else j for j in own])) for own in floor.hands]
        rooms = [tuple(sorted(map(code, jobs))) if jobs else () for jobs in floor.occupants]
        seen = (*hands, *rooms, *[min(len(pools[name]), 8) for name in self._room_names])
        return self._numbers.setdefault(seen, len(self._numbers))

    def is_open(self, floor: Floor, now: Situation, job: int, worker: int, is_taking: bool) -> bool:
        """Whether there is a way out after `worker` has taken `job` into a hand, or put it down at its next place. `now` is the
        floor's situation."""
        key = (floor.code(job), worker, is_taking, now)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._look(floor, job, worker, is_taking)
        return known

    def _look(self, floor: Floor, job: int, worker: int, is_taking: bool) -> bool:
        room = [len(floor.pools[name]) for name in self._room_names]
        hands = Hands.of([[j == NOBODY for j in own] for own in floor.hands], self._shop.crew.same)
        claims: list[Claim] = []
        for number, jobs in enumerate(floor.occupants):
            for j in jobs:
                if j != job:
                    claims.append(Claim(number, self._route(floor, j, floor.at[j], number)))
        for k, own in enumerate(floor.hands):
            claims += [Claim(None, self._route(floor, j, floor.at[j], ANYWHERE), k) for j in own if j >= 0 and j != job]
        if is_taking:
            source = floor.room_of(job)
            if source is not None:
                room[source] += 1
            claims.append(Claim(None, self._route(floor, job, floor.at[job], ANYWHERE), worker))
            hands.free[worker] -= 1
            return can_finish(claims, hands, room)
        here = self._shop.rooms.get(_target(floor.leg(job)), ANYWHERE)
        if here != ANYWHERE:
            room[here] -= 1
        claims.append(Claim(here, self._route(floor, job, floor.at[job] + 1, here)))
        hands.free[worker] += 1
        return can_finish(claims, hands, room)

    def _route(self, floor: Floor, job: int, leg: int, here: int) -> tuple[Visit, ...]:
        key = (self._shop.group[job] * 4096 + leg, here)
        known = self._routes.get(key)
        if known is None:
            known = self._routes[key] = route_rooms(self._shop, job, leg, here)
        return known


def _target(leg: Leg) -> str:
    match leg:
        case Stage(equipment=equipment, into=None):
            return equipment
        case Stage():
            return ""  # what is joined to another part takes no place
        case Fork():
            return ""
