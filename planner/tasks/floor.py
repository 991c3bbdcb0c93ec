"""The shop at one moment while an order is being made: where every part is, what the robots hold, when each thing is ready.

An `Act` is one decision: take a part, put it down, start work on it where it lies, work along a path of it, let a fork be decided
and done, have a person carry a part away, send a robot home, or to where it will be needed. The acts of one robot follow one
another, and whoever shares anything with an earlier act waits for it, so the order of the acts is the schedule; times follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from cell.steps import Carried, Stance
from planner.tasks.route import Leg
from planner.tasks.shop import Shop, start_hub
from planner.tasks.traffic import Traffic, Trail
from planner.tasks.worker import Worker

NOBODY = -1
FOREIGN = -2
NOWHERE: Trail[float] = Trail(())


class Kind(IntEnum):
    PICK = 0
    PLACE = 1
    RUN = 2
    CHOOSE = 3
    PARK = 4
    CARRY = 5
    ALONG = 6
    GO = 7


class Act(NamedTuple):
    """`leg` is the leg it serves. `place` is where the part is taken from or put to; `targets` the places per way of a fork.
    `worker` is an index into the shop's workers, `hand` into the worker's hands."""

    kind: Kind
    job: int
    leg: int
    worker: int
    hand: int
    grasp: int
    place: str
    targets: tuple[tuple[str, ...], ...] = ()


class Stand(NamedTuple):
    """Where a robot is free, and from when; one for each way of a fork that has just ended. `speed` binds the way out."""

    stance: Stance
    hub: str | None
    time: float
    speed: float | None


@dataclass(slots=True)
class Candidate:
    """`start`: when contact begins; `end`: when the robot is free again, at `hub`. `stands` where it is then, one for each way of
    a fork. `parks` are workers that have to go home first. `busy`: until when the ways of a fork keep devices at work, s."""

    act: Act
    start: float
    end: float
    hub: str
    stands: tuple[Stand, ...] = ()
    trail: Trail[float] = NOWHERE
    parks: tuple[int, ...] = ()
    busy: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class DeviceNow:
    is_open: bool
    is_clamped: bool
    idle: float = 0.0


class Floor:
    """Mutable; one for each order that is tried. Times in s from the plan's start."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self._workers, self._jobs = shop, shop.workers, shop.jobs
        self.at = [0] * len(shop.jobs)
        self.place: list[str | None] = [job.place for job in shop.jobs]
        self.grasp = [job.grasp for job in shop.jobs]
        self.ready = [job.arrival or 0.0 for job in shop.jobs]
        self.hands = [[FOREIGN if k in w.held else NOBODY for k in range(len(w.hands))] for w in shop.workers]
        self.devices = {d.name: DeviceNow(d.is_open, d.is_clamped) for d in shop.devices.values()}
        self.pools = {name: dict.fromkeys(places) for name, places in shop.free_places.items()}
        self.robots: list[tuple[Stand, ...]] = [(_at_start(shop, worker),) for worker in shop.workers]
        self.in_contact = [w.contact is not None for w in shop.workers]
        self.equipped = {w.robot: k for k, w in enumerate(shop.workers) if w.is_mounted}
        self.stored = {w.tool for w in shop.workers} - {w.tool for w in shop.workers if w.is_mounted}
        self.traffic = Traffic[float](shop.crew.rules, shop.crew.rests)
        self.acts: list[Act] = []
        self.done: list[Candidate] = []
        self.end = 0.0
        self.work_end: dict[str, float] = {}
        self.barrier_left = [len(b.members) for b in shop.routes.barriers]
        self.barrier_time = [0.0] * len(shop.routes.barriers)
        self.under_way: dict[int, None] = {}
        self.queues = {k: list(line[::-1]) for k, line in enumerate(shop.lines)}
        self.queue_of = {j: k for k, line in enumerate(shop.lines) for j in line}
        self.at_rest: dict[str, float] = {}
        self.seated: dict[tuple[str, str], None] = {}
        self.occupants: list[list[int]] = [[] for _ in shop.rooms]
        self.job_end = [0.0] * len(shop.jobs)
        for j, job in enumerate(shop.jobs):
            if job.hand is not None:
                self._hold(j, job.hand)
            elif not shop.waiting[j]:
                self.under_way[j] = None
                self._enter(j, job.place)

    # --- asking ----------------------------------------------------------------------------------------------------

    def leg(self, job: int) -> Leg:
        return self._jobs[job].legs[self.at[job]]

    def kind(self, job: int) -> str:
        """What the part is at its current leg."""
        return self.shop.kinds[job][self.at[job]]

    def is_done(self, job: int) -> bool:
        return self.at[job] >= len(self._jobs[job].legs)

    def opened_at(self, leg: Leg) -> float | None:
        """From when the leg's barriers are open; None while one is closed."""
        time = 0.0
        for k in leg.clauses.after:
            if self.barrier_left[k] > 0:
                return None
            time = max(time, self.barrier_time[k])
        return time

    def carried(self, worker: int) -> tuple[Carried, ...]:
        """What its hands hold, in the order of hands."""
        who, hands = self._workers[worker], self.hands[worker]
        if hands.count(NOBODY) == len(hands):
            return ()
        return tuple(
            who.carried(self.kind(j), h, self.grasp[j]) if j >= 0 else who.held[h] for h, j in enumerate(hands) if j != NOBODY
        )

    def carried_from(self, place: str) -> float | None:
        """Since when all that a part in `place` would lie on is there; None while it is not."""
        time = 0.0
        for below in self.shop.cell.places[place].lies_on:
            if below in self.pools[self.shop.equipment_of[below]]:
                return None
            time = max(time, self.at_rest.get(below, 0.0))
        return time

    def is_uncovered(self, place: str) -> bool:
        """Whether nothing lies upon what lies there."""
        upon = self.shop.upon.get(place)
        return upon is None or all(above in self.pools[self.shop.equipment_of[above]] for above in upon)

    def now(self, worker: int) -> int:
        """What that robot is at the moment: the worker with the tool that is at its flange."""
        return self.equipped[self._workers[worker].robot]

    def can_equip(self, worker: int) -> bool:
        """Whether the robot has that tool, or can change to it: its hands are empty and the tool stands in its pocket."""
        now = self.equipped[self._workers[worker].robot]
        return now == worker or (all(j == NOBODY for j in self.hands[now]) and self._workers[worker].tool in self.stored)

    def empty_hand(self, worker: int) -> int | None:
        """Of the worker's own tool, wherever that is."""
        hands = self.hands[worker]
        return hands.index(NOBODY) if NOBODY in hands else None

    def held(self) -> list[int]:
        """The jobs whose parts are in hands."""
        return [j for hands in self.hands for j in hands if j >= 0]

    def is_under_way(self) -> bool:
        """Whether a part is on its way: in a hand, or where it cannot stay."""
        return bool(self.under_way) or any(j >= 0 for hands in self.hands for j in hands)

    def unfinished(self) -> bool:
        return self.is_under_way() or any(self.queues.values())

    def code(self, job: int) -> int:
        """Jobs of one group at one leg are the same to the question whether all can be finished."""
        return self.shop.group[job] * 4096 + self.at[job]

    # --- changing --------------------------------------------------------------------------------------------------

    def take(self, job: int, worker: int, hand: int, grasp: int) -> None:
        place = self.place[job]
        assert place is not None
        queue = self.queues.get(self.queue_of.get(job, -1))
        if queue and queue[-1] == job and job not in self.under_way:
            queue.pop()
        self.under_way.pop(job, None)
        self._leave(job, place)
        self.hands[worker][hand], self.grasp[job], self.place[job] = job, grasp, None

    def put(self, job: int, worker: int, hand: int, place: str) -> None:
        self.hands[worker][hand] = NOBODY
        self.place[job] = place
        self.under_way[job] = None
        self.fill(place)
        self._enter(job, place)

    def carry(self, job: int, place: str) -> None:
        """A person carries it from where it lies to `place`."""
        here = self.place[job]
        assert here is not None
        self._leave(job, here)
        self.place[job] = place
        self.under_way[job] = None
        self.fill(place)
        self._enter(job, place)

    def join(self, job: int, worker: int, hand: int, seat: tuple[str, str]) -> None:
        """The part is a part of another from now on; `seat` is (base, seat)."""
        self.hands[worker][hand] = NOBODY
        self.place[job] = None
        self.seated[seat] = None

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
        if place not in self.shop.heaps:
            self.pools[self.shop.equipment_of[place]][place] = None

    def equip(self, worker: int) -> None:
        """The robot has that tool from now on; the one that it had stands in its pocket."""
        who, now = self.shop.workers[worker], self.now(worker)
        if now != worker:
            self.stored.add(self.shop.workers[now].tool)
            self.stored.discard(who.tool)
            self.equipped[who.robot] = worker

    def stand(self, worker: int, stands: tuple[Stand, ...]) -> None:
        """From now on it stands there."""
        for k in self.shop.crew.same[worker]:
            self.robots[k] = stands
            self.in_contact[k] = False
        self.end = max(self.end, *(stand.time for stand in stands))

    def _hold(self, job: int, hand: str) -> None:
        """Of the robots that may have the tool, the one that has it."""
        for k, worker in enumerate(self.shop.workers):
            if worker.is_mounted and hand in [h.name for h in worker.hands]:
                self.hands[k][worker.hand_number(hand)] = job


def _at_start(shop: Shop, worker: Worker) -> Stand:
    """Should it have to go home before it has any work, the smallest limit of all binds it."""
    clauses = dict.fromkeys(leg.clauses.speeds for job in shop.jobs for leg in job.legs)
    strictest = min((v for speeds in clauses for robot, v in speeds if robot in ("", worker.robot)), default=None)
    return Stand(worker.stance, start_hub(worker.stance), 0.0, strictest)
