"""What the robot could do next, each with the times it would take: the feasible acts of one moment.

Feasible means: the barriers are open, the hands and places are there, no motion is forbidden, and afterwards every part under
way can still be finished.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from cell.steps import AtHub, Carried
from planner.tasks.floor import NOBODY, Act, Escapes, Floor, Kind, Stand
from planner.tasks.route import Fork, Stage
from planner.tasks.shop import Shop

Held = tuple[Carried, ...]


@dataclass(slots=True)
class Candidate:
    """`start`: when contact begins; `end`: when the robot is free again, at `hub`. `stands` where a fork's ways end."""

    act: Act
    start: float
    end: float
    hub: str
    stands: tuple[Stand, ...] = ()


class Candidates:
    def __init__(self, shop: Shop, floor: Floor, escapes: Escapes) -> None:
        self.shop, self.floor, self.escapes = shop, floor, escapes
        self.motions = shop.motions
        self._can_put: dict[tuple[str, str, str, int], bool] = {}
        self._allowed: dict[tuple[str, str], frozenset[str]] = {}
        self._heaps = frozenset(shop.equipment_of[place] for place in shop.heaps)

    def all(self, not_before: float = 0.0, may_begin: bool = True) -> list[Candidate]:
        """In a fixed order. `may_begin`: parts that nobody has touched yet are eligible, from `not_before` on."""
        floor = self.floor
        found: list[Candidate] = []
        for hand, job in enumerate(floor.hands):
            if job >= 0:
                self._offer(found, self.place(job, hand))
        hand_free = floor.free_hand()
        seen: set[int] = set()
        for job in list(floor.under_way):
            if self._is_in_tray(job):
                if floor.code(job) in seen:
                    continue
                seen.add(floor.code(job))
            self._offer(found, self.next_of(job, hand_free, 0.0))
        if may_begin:
            for queue in floor.queues.values():
                if queue:
                    self._offer(found, self.next_of(queue[-1], hand_free, not_before))
        return found

    def _offer(self, found: list[Candidate], candidate: Candidate | None) -> None:
        if candidate is not None and candidate.end < math.inf:
            found.append(candidate)

    def _is_in_tray(self, job: int) -> bool:
        place = self.floor.place[job]
        return place is not None and self.shop.cell.equipment[self.shop.equipment_of[place]].kind == "tray"

    def next_of(self, job: int, hand: int | None, not_before: float) -> Candidate | None:
        """What is next for a part that lies somewhere."""
        leg, place = self.floor.leg(job), self.floor.place[job]
        opened = self.floor.opened_at(leg)
        if opened is None or place is None:
            return None
        opened = max(opened, not_before)
        match leg:
            case Stage(places=places):
                if place in places:
                    return self.run(job, leg, place, opened)
                return None if hand is None else self.pick(job, leg, place, hand, opened)
            case Fork():
                return self.choose(job, leg, place, hand, opened)

    # --- acts ------------------------------------------------------------------------------------------------------

    def pick(self, job: int, stage: Stage, place: str, hand: int, opened: float) -> Candidate | None:
        shop, floor = self.shop, self.floor
        kind, name = shop.jobs[job].kind, shop.worker.hands[hand].name
        others = floor.carried()
        if sum(shop.mass[c.kind] for c in others) + shop.mass[kind] > shop.worker.load + 1e-9:
            return None
        speed, hub = shop.speed(stage.clauses), shop.equipment_of[place]
        start = max(self.arrival(hub, others, speed, opened), self.accessible(hub, opened), floor.ready[job])
        for grasp in shop.grasps[kind]:
            seconds = self.taking(place, name, kind, grasp, others, speed)
            if seconds < math.inf and self._free_place(stage, kind, name, grasp, speed, is_peek=True) is not None:
                if not self.escapes.is_open(floor, job, is_taking=True):
                    return None
                act = Act(Kind.PICK, job, floor.at[job], hand, grasp, place)
                return Candidate(act, start, start + seconds, hub)
        return None

    def place(self, job: int, hand: int) -> Candidate | None:
        shop, floor = self.shop, self.floor
        leg = floor.leg(job)
        opened = floor.opened_at(leg)
        if not isinstance(leg, Stage) or opened is None:
            return None
        kind, name, grasp, speed = shop.jobs[job].kind, shop.worker.hands[hand].name, floor.grasp[job], shop.speed(leg.clauses)
        place = self._free_place(leg, kind, name, grasp, speed, is_peek=False)
        if place is None or not self.escapes.is_open(floor, job, is_taking=False):
            return None
        hub, held = leg.equipment, floor.carried()
        start = max(self.arrival(hub, held, speed, opened), self.accessible(hub, opened))
        device = floor.devices[hub]
        if device.is_clamped and shop.devices[hub].has_clamp:
            start += shop.devices[hub].clamp_time
        seconds = self.putting(place, name, kind, grasp, held, speed)
        return Candidate(Act(Kind.PLACE, job, floor.at[job], hand, grasp, place), start, start + seconds, hub)

    def run(self, job: int, stage: Stage, place: str, opened: float) -> Candidate | None:
        """The part already lies where the work is done; the robot is needed only to close a door in peace."""
        floor, device = self.floor, self.shop.devices[stage.equipment]
        now = floor.devices[stage.equipment]
        start = max(floor.ready[job], now.idle, opened)
        if not stage.joined and stage.work is not None and stage.work.kind == "program":
            if device.has_clamp and not now.is_clamped:
                start += device.clamp_time
            if device.has_door and now.is_open:
                start = max(start, *(s.time for s in floor.robot)) + device.door_time
        return Candidate(Act(Kind.RUN, job, floor.at[job], NOBODY, 0, place), start, start, stage.equipment)

    def choose(self, job: int, fork: Fork, place: str, hand: int | None, opened: float) -> Candidate | None:
        shop, floor = self.shop, self.floor
        kind, others, speed = shop.jobs[job].kind, floor.carried(), shop.speed(fork.clauses)
        hub = shop.equipment_of[place]
        moves = any(way.stages for way in fork.ways)
        if moves and (hand is None or sum(shop.mass[c.kind] for c in others) + shop.mass[kind] > shop.worker.load + 1e-9):
            return None
        start = max(self.arrival(hub, others, speed, opened), self.accessible(hub, opened), floor.ready[job])
        for grasp in shop.grasps[kind] if hand is not None else (0,):
            stands, targets = [], []
            for way in fork.ways:
                end = self._way(kind, grasp, hand, place, way.stages, others, start)
                if end is None:
                    break
                stands.append(end[0])
                targets.append(end[1])
            if len(stands) == len(fork.ways):
                act = Act(Kind.CHOOSE, job, floor.at[job], NOBODY if hand is None else hand, grasp, place, tuple(targets))
                return Candidate(act, start, max(s.time for s in stands), stands[-1].hub or hub, tuple(stands))
        return None

    def _way(
        self, kind: str, grasp: int, hand: int | None, place: str, stages: tuple[Stage, ...], others: Held, time: float
    ) -> tuple[Stand, tuple[str, ...]] | None:
        """Carry the part along one way of a fork: where and when the robot ends, and the places."""
        hub, targets, speed = self.shop.equipment_of[place], [], None
        for stage in stages:
            assert hand is not None
            name, speed = self.shop.worker.hands[hand].name, self.shop.speed(stage.clauses)
            target = self._free_place(stage, kind, name, grasp, speed, is_peek=False)
            if target is None:
                return None
            held = _with(others, Carried(name, kind, grasp), self.shop)
            time += self.taking(place, name, kind, grasp, others, speed)
            if stage.equipment != hub:
                time += self.motions.travel(AtHub(hub), stage.equipment, held, speed)[1]
            time += self.putting(target, name, kind, grasp, held, speed)
            targets.append(target)
            place, hub = target, stage.equipment
        return (Stand(AtHub(hub), hub, time, speed), tuple(targets)) if time < math.inf else None

    # --- times -----------------------------------------------------------------------------------------------------

    def arrival(self, hub: str, held: Held, speed: float | None, opened: float) -> float:
        """When the robot can be at `hub`."""
        robot = self.floor.robot
        latest = opened
        for stand in robot:
            time = max(stand.time, opened) if len(robot) == 1 else stand.time
            if stand.hub != hub:
                limit = stand.speed if len(robot) > 1 else speed
                time += self.motions.travel(stand.stance, hub, held, limit)[1]
            latest = max(latest, time)
        return latest

    def accessible(self, hub: str, opened: float) -> float:
        """When a hand may go in: the device idle and its door open."""
        device, now = self.shop.devices[hub], self.floor.devices[hub]
        if not device.works:
            return 0.0
        if device.has_door and not now.is_open:
            return max(now.idle, opened) + device.door_time
        return now.idle

    def taking(self, place: str, hand: str, kind: str, grasp: int, others: Held, speed: float | None) -> float:
        held = _with(others, Carried(hand, kind, grasp), self.shop)
        hub = self.shop.equipment_of[place]
        clamp = self.shop.devices[hub].clamp_time if self.floor.devices[hub].is_clamped else 0.0
        approach = self.motions.approach(place, hand, kind, grasp, others, speed)[1]
        return approach + self.shop.grip_time + clamp + self.motions.lift(place, hand, kind, grasp, held, speed)[1]

    def putting(self, place: str, hand: str, kind: str, grasp: int, held: Held, speed: float | None) -> float:
        others = tuple(c for c in held if c.hand != hand)
        clamp = self.shop.devices[self.shop.equipment_of[place]].clamp_time
        insert = self.motions.insert(place, hand, kind, grasp, held, speed)[1]
        return insert + clamp + self.shop.grip_time + self.motions.retract(place, hand, kind, grasp, others, speed)[1]

    def _free_place(self, stage: Stage, kind: str, hand: str, grasp: int, speed: float | None, is_peek: bool) -> str | None:
        """The first free place of the stage that the hand can serve. `is_peek`: full counts as free, for it may be emptied."""
        if is_peek or self._is_heap(stage.equipment):
            places: Iterator[str] = iter(stage.places)
        else:
            places = self._free_in_order(stage, kind)
        return next((p for p in places if self._serves(p, hand, kind, grasp, speed)), None)

    def _free_in_order(self, stage: Stage, kind: str) -> Iterator[str]:
        pool = self.floor.pools[stage.equipment]
        if len(stage.places) == 1:
            return iter(stage.places if stage.places[0] in pool else ())
        key = (stage.equipment, kind)
        allowed = self._allowed.get(key)
        if allowed is None:
            allowed = self._allowed[key] = frozenset(stage.places)
        return (p for p in pool if p in allowed)

    def _is_heap(self, equipment: str) -> bool:
        return equipment in self._heaps

    def _serves(self, place: str, hand: str, kind: str, grasp: int, speed: float | None) -> bool:
        """Whether the hand can put a part there at all, its other hands empty."""
        key = (place, hand, kind, grasp)
        known = self._can_put.get(key)
        if known is None:
            held = (Carried(hand, kind, grasp),)
            there = self.motions.insert(place, hand, kind, grasp, held, speed)[1]
            known = there + self.motions.retract(place, hand, kind, grasp, (), speed)[1] < math.inf
            self._can_put[key] = known
        return known


def _with(held: Held, one: Carried, shop: Shop) -> Held:
    order = [hand.name for hand in shop.worker.hands]
    return tuple(sorted((*held, one), key=lambda c: order.index(c.hand)))
