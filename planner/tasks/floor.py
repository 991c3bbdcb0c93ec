"""The shop at one moment while an order is being made: where every part is, what the robot holds, when each thing is ready.

An `Act` is one decision: take a part, put it down, start work on it where it lies, or let a fork be decided and done. All acts
of the robot follow one another, so the order of the acts is the schedule; times follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cell.steps import AtHub, Carried, Stance
from planner.tasks.escape import ANYWHERE, Claim, can_finish
from planner.tasks.route import Fork, Leg, Stage
from planner.tasks.shop import Shop, route_rooms

NOBODY = -1
FOREIGN = -2


class Kind(IntEnum):
    PICK = 0
    PLACE = 1
    RUN = 2
    CHOOSE = 3


@dataclass(frozen=True, slots=True)
class Act:
    """`leg` is the leg it serves. `place` is where the part is taken from or put to; `targets` the places per way of a fork.
    `hand` is an index into the worker's hands."""

    kind: Kind
    job: int
    leg: int
    hand: int
    grasp: int
    place: str
    targets: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the robot is free, and from when; one for each way of a fork that has just ended. `speed` binds the way out."""

    stance: Stance
    hub: str | None
    time: float
    speed: float | None


@dataclass(slots=True)
class DeviceNow:
    is_open: bool
    is_clamped: bool
    idle: float = 0.0


class Floor:
    """Mutable; one for each order that is tried. Times in s from the plan's start."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        hands = [hand.name for hand in shop.worker.hands]
        self.at = [0] * len(shop.jobs)
        self.place: list[str | None] = [job.place for job in shop.jobs]
        self.grasp = [job.grasp for job in shop.jobs]
        self.ready = [0.0] * len(shop.jobs)
        self.hands = [FOREIGN if hand in shop.foreign else NOBODY for hand in hands]
        self.devices = {d.name: DeviceNow(d.is_open, d.is_clamped) for d in shop.devices.values()}
        self.pools = {name: dict.fromkeys(places) for name, places in shop.free_places.items()}
        self.robot: tuple[Stand, ...] = ()
        self.acts: list[Act] = []
        self.end = 0.0
        self.work_end: dict[str, float] = {}
        self.barrier_left = [len(b.members) for b in shop.routes.barriers]
        self.barrier_time = [0.0] * len(shop.routes.barriers)
        self.under_way: dict[int, None] = {}
        self.queues: dict[int, list[int]] = {}
        self.occupants: list[list[int]] = [[] for _ in shop.rooms]
        self.job_end = [0.0] * len(shop.jobs)
        for j, job in enumerate(shop.jobs):
            if job.hand is not None:
                self.hands[hands.index(job.hand)] = j
            elif shop.waiting[j]:
                self.queues.setdefault(shop.group[j], []).append(j)
            else:
                self.under_way[j] = None
                self._enter(j, job.place)
        for queue in self.queues.values():
            queue.reverse()

    # --- asking ----------------------------------------------------------------------------------------------------

    def leg(self, job: int) -> Leg:
        return self.shop.jobs[job].legs[self.at[job]]

    def is_done(self, job: int) -> bool:
        return self.at[job] >= len(self.shop.jobs[job].legs)

    def opened_at(self, leg: Leg) -> float | None:
        """From when the leg's barriers are open; None while one is closed."""
        time = 0.0
        for k in leg.clauses.after:
            if self.barrier_left[k] > 0:
                return None
            time = max(time, self.barrier_time[k])
        return time

    def carried(self, but: int | None = None) -> tuple[Carried, ...]:
        """What the hands hold, in the order of hands, without hand `but`."""
        foreign = self.shop.foreign_held
        return tuple(
            self.shop.carried(self.shop.jobs[j].kind, h, self.grasp[j]) if j >= 0 else foreign[h]
            for h, j in enumerate(self.hands)
            if j != NOBODY and h != but
        )

    def free_hand(self) -> int | None:
        return next((h for h, j in enumerate(self.hands) if j == NOBODY), None)

    def unfinished(self) -> bool:
        return any(j >= 0 for j in self.hands) or bool(self.under_way) or any(self.queues.values())

    def code(self, job: int) -> int:
        """Jobs of one group at one leg are the same to the question whether all can be finished."""
        return self.shop.group[job] * 4096 + self.at[job]

    # --- changing --------------------------------------------------------------------------------------------------

    def take(self, job: int, hand: int, grasp: int, time: float) -> None:
        place = self.place[job]
        assert place is not None
        if self.shop.waiting[job] and job not in self.under_way and self.queues.get(self.shop.group[job]):
            queue = self.queues[self.shop.group[job]]
            if queue[-1] == job:
                queue.pop()
        self.under_way.pop(job, None)
        self._leave(job, place)
        self.hands[hand], self.grasp[job], self.place[job] = job, grasp, None

    def put(self, job: int, hand: int, place: str) -> None:
        self.hands[hand] = NOBODY
        self.place[job] = place
        self.under_way[job] = None
        self.fill(place)
        self._enter(job, place)

    def fill(self, place: str) -> None:
        self.pools[self.shop.equipment_of[place]].pop(place, None)

    def end_leg(self, job: int, time: float) -> None:
        """The current leg of `job` has ended at `time`."""
        for k in self.shop.opened_by.get((job, self.at[job]), ()):
            self.barrier_left[k] -= 1
            self.barrier_time[k] = max(self.barrier_time[k], time)
        room = self.room_of(job)
        if room is not None:
            self.occupants[room].remove(job)
        self.at[job] += 1
        self.end = max(self.end, time)
        self.job_end[job] = time
        if room is not None:
            self.occupants[room].append(job)
        if self.is_done(job):
            self.under_way.pop(job, None)

    def room_of(self, job: int) -> int | None:
        place = self.place[job]
        return None if place is None else self.shop.rooms.get(self.shop.equipment_of[place])

    def _enter(self, job: int, place: str | None) -> None:
        room = self.room_of(job)
        if room is not None:
            self.occupants[room].append(job)

    def _leave(self, job: int, place: str) -> None:
        room = self.room_of(job)
        if room is not None and job in self.occupants[room]:
            self.occupants[room].remove(job)
        equipment = self.shop.equipment_of[place]
        self.pools[equipment][place] = None

    def stand(self, hub: str, time: float) -> None:
        self.robot = (Stand(AtHub(hub), hub, time, None),)
        self.end = max(self.end, time)


class Escapes:
    """Remembers for every state, up to likeness, whether all parts under way can still be finished."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._known: dict[tuple[object, ...], bool] = {}
        self._routes: dict[tuple[int, int], tuple[int, ...]] = {}
        self._room_names = list(shop.rooms)

    def is_open(self, floor: Floor, job: int, is_taking: bool) -> bool:
        """Whether there is a way out after `job` is taken into a hand, or put down at its next place."""
        key = self._key(floor, job, is_taking)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._look(floor, job, is_taking)
        return known

    def _key(self, floor: Floor, job: int, is_taking: bool) -> tuple[object, ...]:
        hands = sorted(floor.code(j) if j >= 0 else j for j in floor.hands)
        rooms = tuple(tuple(sorted(map(floor.code, jobs))) for jobs in floor.occupants)
        free = tuple(min(len(floor.pools[name]), 8) for name in self._room_names)
        return (floor.code(job), is_taking, tuple(hands), rooms, free)

    def _look(self, floor: Floor, job: int, is_taking: bool) -> bool:
        room = [len(floor.pools[name]) for name in self._room_names]
        hands = sum(1 for j in floor.hands if j == NOBODY)
        claims: list[Claim] = []
        for number, jobs in enumerate(floor.occupants):
            for j in jobs:
                if j != job:
                    claims.append(Claim(number, self._route(floor, j, floor.at[j], number)))
        claims += [Claim(None, self._route(floor, j, floor.at[j], ANYWHERE)) for j in floor.hands if j >= 0 and j != job]
        if is_taking:
            source = floor.room_of(job)
            if source is not None:
                room[source] += 1
            claims.append(Claim(None, self._route(floor, job, floor.at[job], ANYWHERE)))
            return can_finish(claims, hands - 1, room)
        here = self._shop.rooms.get(_target(floor.leg(job)), ANYWHERE)
        if here != ANYWHERE:
            room[here] -= 1
        claims.append(Claim(here, self._route(floor, job, floor.at[job] + 1, here)))
        return can_finish(claims, hands + 1, room)

    def _route(self, floor: Floor, job: int, leg: int, here: int) -> tuple[int, ...]:
        key = (self._shop.group[job] * 4096 + leg, here)
        known = self._routes.get(key)
        if known is None:
            known = self._routes[key] = route_rooms(self._shop, self._shop.jobs[job].legs[leg:], here)
        return known


def _target(leg: Leg) -> str:
    match leg:
        case Stage(equipment=equipment):
            return equipment
        case Fork():
            return ""
