"""Can every part come through at all? Every order is looked at, with all times, motions and paths of robots left out.

A state says how far each part is on its route and where it lies. What is left out would only forbid more, so where no order of
this kind leads to the end, there is none. How many acts it takes does not matter, only whether the end is reached, so it goes
depth first and remembers where it has been; parts that are alike stand for one another. Where a fork can end in several places,
each of them is taken: that is how a plan counts capacity too (docs/proof.md, *Capacity*). What goes into another part needs that
one to lie there and no room besides; which seat is taken, and what is joined before what, is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

from cell.equipment import Equipment
from planner.tasks.route import Fork, Leg, Stage, stages_of
from planner.tasks.shop import Shop

MOST_STATES = 4_000
MOST_PARTS_SEEN = 400_000  # over all states, so that many parts take no longer
Answer = Literal["comes through", "never comes through", "not decided"]

Spot = str
"""Where a part is: a place, an equipment whose places are all alike, a heap, or a hand."""
ON_ITS_WAY = ""
GONE = "gone"
Ends = Mapping[str, str]
"""By part, the id of the line at which its route ends."""
NO_ENDS: Ends = {}
_Part = tuple[int, Spot]
_State = tuple[_Part, ...]


def every_order(shop: Shop, most: int | None = None, ends: Ends = NO_ENDS) -> Answer:
    """Whether some order of acts brings every part to the end of its route; not decided after `most` states (None: as many as
    are worth while). `ends`: where routes end in the whole text, of which the shop has only a part: whatever ends earlier takes
    no room from then on."""
    most = min(MOST_STATES, MOST_PARTS_SEEN // max(1, len(shop.jobs))) if most is None else most
    floor = _Rooms(shop, ends)
    start = floor.start()
    seen, open_states = {floor.alike(start)}, [start]
    while open_states:
        state = open_states.pop()
        if floor.is_done(state):
            return "comes through"
        for following in floor.following(state):
            key = floor.alike(following)
            if key in seen:
                continue
            if len(seen) == most:
                return "not decided"
            seen.add(key)
            open_states.append(following)
    return "never comes through"


class _Rooms:
    """The rules. A part is (legs done, spot), ON_ITS_WAY once it is past its fork."""

    def __init__(self, shop: Shop, ends: Ends) -> None:
        self.shop = shop
        self.goes_on = [ends.get(job.part, line_of(job.legs[-1])) != line_of(job.legs[-1]) for job in shop.jobs]
        self.spot_of = {name: self._spot(name) for name in shop.cell.places}
        self.number = {job.part: j for j, job in enumerate(shop.jobs)}
        room: dict[Spot, int] = {}
        for name in (place.name for place in shop.cell.places.values() if place.of is None):
            is_taken = name in shop.foreign and shop.foreign[name] not in ends
            room[self.spot_of[name]] = room.get(self.spot_of[name], 0) + (0 if is_taken else 1)
        self.room = {spot: count for spot, count in room.items() if spot not in shop.heaps}
        self.hands: dict[str, set[int]] = {}
        for w, worker in enumerate(shop.workers):
            for hand in (hand.name for k, hand in enumerate(worker.hands) if k not in worker.held):
                self.hands.setdefault(hand, set()).add(w)  # robots that change at one rack may each have the tool
        self.under = {p.name: p.lies_on for p in shop.cell.places.values() if p.lies_on and p.of is None}
        self.ahead = {j: _in_front(shop, line[: line.index(j)], j) for line in shop.lines for j in line}
        kinds: dict[object, int] = {}
        self.like = [kinds.setdefault(_likeness(shop, j), len(kinds)) for j in range(len(shop.jobs))]
        self.is_beside = self._beside()

    def _spot(self, place: str) -> Spot:
        """Of a tray all of whose places are alike its name is enough."""
        equipment = self.shop.cell.equipment[self.shop.equipment_of[place]]
        is_seat = self.shop.cell.places[place].of is not None
        return equipment.name if _is_one_room(equipment) and not is_seat else place

    def _beside(self) -> list[bool]:
        """Which parts have nothing to do with the others: where they go there is room for all, and no line waits for another.
        Without them there is only more room, so they are left out."""
        shop = self.shop
        spots = [
            {self.spot_of.get(job.place or "", "")}
            | {self.spot_of[p] for leg in job.legs for s in stages_of(leg) for p in s.places}
            for job in shop.jobs
        ]
        visits = Counter(spot for own in spots for spot in own)
        narrow = {spot for spot, room in self.room.items() if visits[spot] > room} | set(self.under)
        narrow |= {below for under in self.under.values() for below in under}
        waits = [
            any(leg.clauses.after or (j, k) in shop.opened_by for k, leg in enumerate(x.legs)) for j, x in enumerate(shop.jobs)
        ]
        return [x.hand is None and not own & narrow and not w for x, own, w in zip(shop.jobs, spots, waits, strict=True)]

    # --- states ----------------------------------------------------------------------------------------------------

    def start(self) -> _State:
        return tuple(
            (len(job.legs), GONE) if beside else (0, job.hand if job.hand is not None else self.spot_of[job.place or ""])
            for job, beside in zip(self.shop.jobs, self.is_beside, strict=True)
        )

    def alike(self, state: _State) -> tuple[tuple[int, _Part], ...]:
        """The same for states that differ only in which of several like parts is where."""
        return tuple(sorted(zip(self.like, state, strict=True)))

    def is_done(self, state: _State) -> bool:
        return all(done == len(job.legs) for (done, _), job in zip(state, self.shop.jobs, strict=True))

    def following(self, state: _State) -> Iterator[_State]:
        """Whatever one act makes of it; the most promising last, for the search takes those first."""
        tried: set[tuple[int, _Part]] = set()
        for j, (done, spot) in enumerate(state):
            like = (self.like[j], state[j])
            if done == len(self.shop.jobs[j].legs) or like in tried or not self._is_open(state, j):
                continue
            if spot in self.hands:
                yield from self._placed(state, j, spot)
            elif not self._is_behind(state, j):
                tried.add(like)
                yield from self._taken(state, j, spot)

    def _is_open(self, state: _State, j: int) -> bool:
        """All barriers before its leg."""
        barriers, leg = self.shop.routes.barriers, self.shop.jobs[j].legs[state[j][0]]
        return all(state[other][0] > k for b in leg.clauses.after for other, k in barriers[b].members)

    def _is_behind(self, state: _State, j: int) -> bool:
        """Whether others have to be taken from that very place first: on a belt, in a bin of a shelf."""
        return state[j][0] == 0 and any(state[k] == state[j] for k in self.ahead.get(j, ()))

    # --- acts ------------------------------------------------------------------------------------------------------

    def _taken(self, state: _State, j: int, spot: Spot) -> Iterator[_State]:
        leg = self.shop.jobs[j].legs[state[j][0]]
        if isinstance(leg, Stage) and leg.handing is None and spot in {self.spot_of[p] for p in leg.places}:
            yield self._with(state, j, (state[j][0] + 1, spot))
            return
        if isinstance(leg, Fork):
            yield from self._forked(state, j, leg, spot)
            return
        if any(spot in self.under.get(other, ()) for _, other in state):
            return
        if leg.is_carried:
            yield from self._into(state, j, leg)
            return
        taken = {at for _, at in state}
        able = self.shop.able(j, state[j][0])
        for name, workers in self.hands.items():
            if name not in taken and not workers.isdisjoint(able):
                yield self._with(state, j, (state[j][0], name))

    def _placed(self, state: _State, j: int, hand: str) -> Iterator[_State]:
        leg = self.shop.jobs[j].legs[state[j][0]]
        if isinstance(leg, Fork):
            yield from self._forked(state, j, leg, hand)
            return
        if self.hands[hand].isdisjoint(self.shop.able(j, state[j][0])):
            return
        yield from self._into(state, j, leg)

    def _into(self, state: _State, j: int, stage: Stage) -> Iterator[_State]:
        base = None if stage.into is None else stage.into.base
        free = (p for p in stage.places if self._is_free(state, p) and (base is None or self._lies_under(state, base, p)))
        for spot in dict.fromkeys(self.spot_of[place] for place in free):
            yield self._with(state, j, (state[j][0] + 1, spot))

    def _forked(self, state: _State, j: int, fork: Fork, spot: Spot) -> Iterator[_State]:
        """Its last places of every way are taken from then on; a way that leaves it where it is keeps that."""
        ends = [way.stages[-1].places if way.stages else (spot,) for way in fork.ways]
        if all(any(self._is_free(state, p) for p in places) or self._is_among(spot, places) for places in ends):
            after = spot if all(self._is_among(spot, places) for places in ends) else ON_ITS_WAY
            yield self._with(state, j, (state[j][0] + 1, after))

    def _is_among(self, spot: Spot, places: tuple[str, ...]) -> bool:
        return spot in places or spot in {self.spot_of.get(p) for p in places}

    def _is_free(self, state: _State, place: str) -> bool:
        spot = self.spot_of[place]
        if spot not in self.room:
            return True
        lies = [at for _, at in state]
        taken = lies.count(spot) + sum(self._forked_to(j, spot) for j, at in enumerate(lies) if at == ON_ITS_WAY)
        is_carried = all(self._is_filled(lies, below) for below in self.under.get(place, ()))
        return taken < self.room[spot] and is_carried

    def _lies_under(self, state: _State, base: str, seat: str) -> bool:
        """Whether the base of a seat lies there, or may: where it is itself a part of something, or out of the way."""
        number, places = self.number.get(base), self.shop.cell.places
        if number is None:
            return True
        spot = state[number][1]
        is_part = spot in places and places[spot].of is not None
        return spot == GONE or is_part or spot in {self.spot_of[below] for below in places[seat].lies_on[:1]}

    def _is_filled(self, lies: list[Spot], place: str) -> bool:
        return place in lies or place in self.shop.foreign

    def _forked_to(self, j: int, spot: Spot) -> bool:
        """Whether a part that is past its fork may lie there."""
        fork = self.shop.jobs[j].legs[-1]
        assert isinstance(fork, Fork)
        return any(spot in {self.spot_of[p] for p in way.stages[-1].places} for way in fork.ways if way.stages)

    def _with(self, state: _State, j: int, part: _Part) -> _State:
        is_gone = self.goes_on[j] and part[0] == len(self.shop.jobs[j].legs)
        return (*state[:j], (part[0], GONE) if is_gone else part, *state[j + 1 :])


def line_of(leg: Leg) -> str:
    return leg.goal.id if isinstance(leg, Stage) else leg.when.id


def _in_front(shop: Shop, line: tuple[int, ...], j: int) -> tuple[int, ...]:
    return tuple(k for k in line if shop.jobs[k].place == shop.jobs[j].place)


def _likeness(shop: Shop, j: int) -> tuple[object, ...]:
    """Parts that share it may stand for one another: what is asked of them, what they wait for and who waits for them."""
    legs = shop.jobs[j].legs
    return (shop.group[j], tuple((leg.clauses.after, shop.opened_by.get((j, k), ())) for k, leg in enumerate(legs)))


def _is_one_room(equipment: Equipment) -> bool:
    whole = [place for place in equipment.places if place.of is None]
    return len(whole) > 1 and not any(place.lies_on for place in whole)
