"""What the robots could do next, each act with the times it would take: the feasible acts of one moment.

Feasible means: the barriers are open, the hands and places are there, no motion is forbidden, nobody stands in the way who cannot
be sent home, and afterwards every part under way can still be finished and every robot can still go home.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cell.steps import AtHome, AtHub, AtPlace, AtPocket, Carried
from planner.tasks.changes import halves
from planner.tasks.contacts import Contact, held_with
from planner.tasks.floor import NOBODY, NOWHERE, Act, Candidate, Floor, Kind, Stand
from planner.tasks.free_places import FreePlaces
from planner.tasks.going_ahead import ways_ahead
from planner.tasks.grips import Grips
from planner.tasks.motions import Held
from planner.tasks.path_acts import work_along
from planner.tasks.remembered import Remembered
from planner.tasks.right_of_way import RightOfWay, Spot, Spots
from planner.tasks.route import Fork, Stage
from planner.tasks.shop import Shop
from planner.tasks.traffic import Passage, Trail
from planner.tasks.tried_way import TriedWay
from planner.tasks.ways_out import Escapes, Situation
from planner.tasks.worker import Worker, place_of

Passages = tuple[Passage[float], ...]


class Candidates:
    def __init__(self, shop: Shop, floor: Floor, escapes: Escapes) -> None:
        self.shop, self.floor, self.escapes = shop, floor, escapes
        self._workers = shop.workers
        self._contacts = shop.contacts
        self._is_alone = not shop.crew.rules.is_needed
        self._parks: set[int] = set()
        self._is_parking = False
        self.free = FreePlaces(shop, floor)
        self._grips = Grips(shop, floor, self.free)
        self._hubs = {name: AtHub(name) for name in shop.devices}
        self.looks = 0
        self._now: Situation = 0
        self._kept = Remembered(floor)

    def all(self, not_before: float = 0.0, may_begin: bool = True) -> list[Candidate]:
        """In a fixed order. `may_begin`: parts that nobody has touched yet are eligible, from `not_before` on."""
        floor = self.floor
        found: list[Candidate] = []
        self._now = self.escapes.situation(floor)
        for worker, hands in enumerate(floor.hands):
            for hand, job in enumerate(hands):
                if job >= 0:
                    self._offer(found, self.place(job, worker, hand))
        seen: set[int] = set()
        for job in list(floor.under_way):
            if self._is_in_tray(job):
                if floor.code(job) in seen:
                    continue
                seen.add(floor.code(job))
            self._offer_next(found, job, 0.0)
        if may_begin:
            for queue in floor.queues.values():
                if queue:
                    self._offer_next(found, queue[-1], not_before)
        if found and may_begin and not self._is_alone:
            for way in ways_ahead(self, found):
                self._offer(found, way)
        return found

    def _offer(self, found: list[Candidate], candidate: Candidate | None) -> None:
        """Whoever has to go home for it is entered, then forgotten."""
        self.looks += 1
        if candidate is not None and candidate.end < math.inf and self._leaves_ways_home(candidate):
            candidate.parks = tuple(sorted(self._parks)) if self._parks else ()
            found.append(candidate)
        if self._parks:
            self._parks.clear()

    def _is_in_tray(self, job: int) -> bool:
        place = self.floor.place[job]
        cell = self.shop.cell
        return place is not None and cell.kind_of(cell.equipment[self.shop.equipment_of[place]]).layout == "grid"

    def _offer_next(self, found: list[Candidate], job: int, not_before: float) -> None:
        """What is next for a part that lies somewhere."""
        leg, place = self.floor.leg(job), self.floor.place[job]
        opened = self.floor.opened_at(leg)
        if opened is None or place is None:
            return
        ahead = not_before  # a robot may be there before the line is due
        opened = max(opened, not_before)
        if isinstance(leg, Stage) and leg.work is not None and leg.is_carried:
            self._offer(found, self.carried(job, leg, place, opened))
            return
        able = self.shop.crew.able[job][self.floor.at[job]]
        if isinstance(leg, Stage) and leg.work is not None and leg.path is not None:
            for worker in able:
                self._offer(found, work_along(self, job, leg, place, worker, opened))
            return
        if isinstance(leg, Stage) and leg.handing is None and leg.received is None and self.free.lies_there(leg, place):
            self._offer(found, self.run(job, leg, place, opened))
            return
        for worker in able:
            if not self.floor.can_equip(worker):
                continue
            hand = self.floor.empty_hand(worker)
            if isinstance(leg, Fork):
                self._offer(found, self.choose(job, leg, place, worker, hand, opened, ahead))
            elif hand is None:
                self.looks += 1
            else:
                self._offer(found, self.pick(job, leg, place, worker, hand, opened, ahead))

    # --- acts ------------------------------------------------------------------------------------------------------

    def pick(self, job: int, stage: Stage, place: str, worker: int, hand: int, opened: float, ahead: float) -> Candidate | None:
        """`ahead`: from when the robot may be on its way; the part is taken from `opened` on, or from then on too where it may be
        fetched before its line is due."""
        shop, floor, who = self.shop, self.floor, self._workers[worker]
        if not floor.is_uncovered(place) or shop.benches.is_promised(floor, stage):
            return None
        if not self.escapes.is_open(floor, self._now, job, worker, is_taking=True):
            return None
        moment = self._kept.moment(job, shop.equipment_of[place], opened, ahead)
        if (kept := self._kept.pick(job, worker, hand, moment)) is not None:
            return kept
        giver, others = stage.giver, floor.carried(worker)
        spot = place if giver is None else giver.spot
        hub = shop.equipment_of[spot]
        grasped = self._grips.grasped(job, stage, spot, worker, hand, others)
        if grasped is None:
            return None
        grasp, taking = grasped
        speed = who.speed(stage.clauses)
        opened = ahead if (job, floor.at[job]) in shop.ahead else opened
        arrived, way = self.arrival(worker, self._hubs[hub], others, speed, ahead)
        taking = taking if giver is None else taking._replace(seconds=taking.seconds + giver.duration)
        start = max(arrived, self.accessible(hub, opened), opened, floor.ready[job])
        start = max(start, self.clear(worker, taking.way, taking.rest))
        act = Act(Kind.PICK, job, floor.at[job], worker, hand, grasp, place)
        found = self.candidate(act, start, hub, taking, way, speed)
        if giver is None and not self._parks and not self._grips.has_to_look(stage, others):
            self._kept.keep(found, moment, way, taking)
        return found

    def place(self, job: int, worker: int, hand: int) -> Candidate | None:
        shop, floor, who = self.shop, self.floor, self._workers[worker]
        leg = floor.leg(job)
        opened = floor.opened_at(leg)
        if not isinstance(leg, Stage) or opened is None:
            return None
        kind, name, grasp, speed = floor.kind(job), who.hands[hand].name, floor.grasp[job], who.speed(leg.clauses)
        place = self.free.first(leg, who, kind, name, grasp, speed, is_peek=False)
        if place is None or not self.escapes.is_open(floor, self._now, job, worker, is_taking=False):
            return None
        spot = place if leg.handing is None else leg.handing.spot
        hub, held = shop.equipment_of[spot], floor.carried(worker)
        arrived, way = self.arrival(worker, self._hubs[hub], held, speed, 0.0)
        putting = self._contacts.putting(who, spot, name, kind, grasp, held, speed, leg.clauses.contact_force)
        if leg.handing is not None:
            putting = putting._replace(seconds=putting.seconds + leg.handing.duration)
        start = max(arrived, self.accessible(hub, opened), opened, self.clear(worker, putting.way, putting.rest))
        start = max(start, floor.carried_from(place) or 0.0)
        device = floor.devices[hub]
        if shop.devices[hub].has_clamp and device.is_clamped is (leg.into is None):
            start += shop.devices[hub].clamp_time
        act = Act(Kind.PLACE, job, floor.at[job], worker, hand, grasp, place)
        return self.candidate(act, start, hub, putting, way, speed)

    def run(self, job: int, stage: Stage, place: str, opened: float) -> Candidate | None:
        """The part already lies where the work is done; a robot is needed only to close a door in peace."""
        floor, device = self.floor, self.shop.devices[stage.device]
        now, worker = floor.devices[stage.device], 0
        start = max(floor.ready[job], now.idle, opened)
        if not stage.joined and stage.work is not None and stage.work.kind == "program":
            if device.has_clamp and not now.is_clamped:
                start += device.clamp_time
            if device.has_door and now.is_open:
                worker = min(floor.equipped.values(), key=lambda w: (len(floor.robots[w]), floor.robots[w][0].time))
                start = max(start, *(s.time for s in floor.robots[worker])) + device.door_time
        if not self._is_alone:
            self._parks.update(self._in_contact_with(stage.equipment))
            if device.has_door and now.is_open and floor.in_contact[worker]:
                self._parks.add(worker)
        return Candidate(Act(Kind.RUN, job, floor.at[job], worker, NOBODY, 0, place), start, start, stage.equipment)

    def carried(self, job: int, stage: Stage, place: str, opened: float) -> Candidate:
        """A person carries the part where it shall lie; no robot takes part."""
        start = max(self.floor.ready[job], self.floor.devices[stage.device].idle, opened)
        act = Act(Kind.CARRY, job, self.floor.at[job], 0, NOBODY, 0, place, (stage.places[:1],))
        return Candidate(act, start, start, stage.equipment)

    def choose(
        self, job: int, fork: Fork, place: str, worker: int, hand: int | None, opened: float, ahead: float
    ) -> Candidate | None:
        shop, floor, who = self.shop, self.floor, self._workers[worker]
        kind, others, speed = floor.kind(job), floor.carried(worker), who.speed(fork.clauses)
        hub = shop.equipment_of[place]
        if any(way.stages for way in fork.ways) and (hand is None or not self._grips.can_carry(who, others, kind)):
            return None
        arrived, before = self.arrival(worker, self._hubs[hub], others, speed, ahead)
        start = max(arrived, self.accessible(hub, opened), opened, floor.ready[job])
        behind_doors = {s.equipment for w in fork.ways for s in w.stages if shop.devices[s.equipment].has_door} - {hub}
        start = max(start, *(self.accessible(name, floor.ready[job]) for name in behind_doors)) if behind_doors else start
        for grasp in shop.grasps[kind] if hand is not None else (0,):
            parks = set(self._parks)
            speed = self.shop.workers[worker].speed(fork.clauses)
            ends = [TriedWay(self, worker, hand, kind, grasp, others, place, start, speed).along(way.stages) for way in fork.ways]
            known = [end for end in ends if end is not None]
            if len(known) == len(ends):
                targets = tuple(end.targets for end in known)
                act = Act(Kind.CHOOSE, job, floor.at[job], worker, NOBODY if hand is None else hand, grasp, place, targets)
                stands = tuple(end.stand for end in known)
                trail = Trail(before, tuple(end.passages for end in known), start)
                names = dict.fromkeys(name for end in known for name in end.busy)
                busy = tuple((name, max(end.busy.get(name, 0.0) for end in known)) for name in names)
                return Candidate(act, start, max(s.time for s in stands), stands[-1].hub or hub, stands, trail, busy=busy)
            self._parks = parks
        return None

    # --- others in the way -----------------------------------------------------------------------------------------

    def clear(self, worker: int, way: Spots, rest: Spots) -> float:
        """From when the worker may pass there and rest; inf for never. Notes who has to go home for it, but nobody has to so that
        another may."""
        if not way and not rest:
            return 0.0
        spots = way if not rest or rest == way else (*way, *(s for s in rest if s not in way))
        ends, there = self.floor.traffic.held_up(self._workers[worker].robot, spots)
        if there and self._is_parking:
            return math.inf
        time = max(ends) if ends else 0.0
        for robot in there:
            other = self.floor.equipped.get(robot)
            home = None if other is None else self.park(other)
            if other is None or home is None:
                return math.inf
            self._parks.add(other)
            time = max(time, home.end)
        return time

    def unhindered(self, worker: int, end: AtHub | AtHome, speed: float | None) -> tuple[float, Passages]:
        """When it can be there without sending anybody home, and by which passages; inf for never."""
        was, self._is_parking = self._is_parking, True
        found = self.arrival(worker, end, self.floor.carried(worker), speed, 0.0)
        self._is_parking = was
        return found

    def park(self, worker: int) -> Candidate | None:
        """Send it home from where it stands; None where it is there, or where somebody is in its way."""
        stand = self.floor.robots[worker][0]
        if stand.stance == AtHome():
            return None
        time, way = self.unhindered(worker, AtHome(), stand.speed)
        if time == math.inf:
            return None
        act = Act(Kind.PARK, NOBODY, 0, worker, NOBODY, 0, "")
        return Candidate(act, time, time, "", (Stand(AtHome(), None, time, stand.speed),), Trail(way))

    def _leaves_ways_home(self, candidate: Candidate) -> bool:
        """Whether afterwards the robots can all go home, one after the other; the others go first where only that helps."""
        passages, ways, _ = candidate.trail
        if passages and not ways and not passages[-1].rest:
            return True
        act, traffic, workers, rules = candidate.act, self.floor.traffic, self._workers, self.shop.crew.rules
        if self._is_alone or act.kind is Kind.RUN or act.kind is Kind.CARRY:
            return True
        mine = workers[act.worker].robot
        there = candidate.trail.rests(traffic.rests(mine))
        if not there:
            return True
        rests = {name: traffic.rests(name) for name in self.shop.crew.rests} | {mine: there}
        others = (k for k in self.floor.equipped.values() if workers[k].robot != mine)
        roads = {k: self._homeward(k, self.floor.robots[k], self.floor.carried(k)) for k in others}
        roads[act.worker] = self._homeward(act.worker, candidate.stands, self._held_after(act))
        for _ in range(2):
            for other in self._parks:
                rests[workers[other].robot] = roads.pop(other, ((), rests[workers[other].robot]))[1]
            stuck = _stuck(roads, rests, workers, rules)
            if not stuck:
                return True
            self._parks.update(k for k in stuck if k != act.worker and self.park(k) is not None)
        return False

    def _homeward(self, worker: int, stands: Sequence[Stand], held: Held) -> tuple[Spots, Spots]:
        """The spots of its way home, and of its rest there."""
        motions, way, rest = self._workers[worker].motions, list[Spot](), Spots()
        for stand in stands:
            start = stand.stance
            if isinstance(start, AtPlace | AtPocket):
                start = AtHub(self.shop.equipment_of[place_of(start)])
            if start != AtHome():
                home = motions.homeward(start, held, stand.speed)
                way += home.way
                rest = home.rest
        return tuple(way), rest

    def _held_after(self, act: Act) -> Held:
        who, held = self._workers[act.worker], self.floor.carried(act.worker)
        match act.kind:
            case Kind.PICK:
                return held_with(held, Carried(who.hands[act.hand].name, self.floor.kind(act.job), act.grasp), who)
            case Kind.PLACE:
                return tuple(c for c in held if c.hand != who.hands[act.hand].name)
            case _:
                return held

    def _in_contact_with(self, equipment: str) -> list[int]:
        """The workers that an earlier plan left in contact there and that are still."""
        contacts = [w.contact_at if there else "" for w, there in zip(self._workers, self.floor.in_contact, strict=True)]
        return [k for k, where in enumerate(contacts) if where and self.shop.equipment_of[where] == equipment]

    # --- times -----------------------------------------------------------------------------------------------------

    def arrival(self, worker: int, end: AtHub | AtHome, held: Held, speed: float | None, opened: float) -> tuple[float, Passages]:
        """When the worker can be there, with its tool, and by which passages."""
        now = self.floor.now(worker)
        who, stands = self._workers[now], self.floor.robots[now]
        if len(stands) == 1 and now == worker and isinstance(end, AtHub) and not self.floor.in_contact[now]:
            return self._straight(worker, stands[0], end, held, speed, opened)
        passages: list[Passage[float]] = []
        if self.floor.in_contact[now]:
            leaving = self._contacts.leaving(who, self.floor.carried(now), speed)
            hub = self.shop.equipment_of[who.contact_at]
            time = max(opened, self.clear(worker, leaving.way, leaving.rest)) + leaving.seconds
            stands = (Stand(AtHub(hub), hub, time, speed),)
            passages.append(Passage(leaving.way, leaving.rest, time))
        if now != worker:
            who, stands, changing = self._changed(worker, stands, speed, opened)
            passages += changing
        time, onward = self._onward(who, stands, end, held, speed, opened)
        return time, (*passages, *onward)

    def _changed(
        self, worker: int, stands: tuple[Stand, ...], speed: float | None, opened: float
    ) -> tuple[Worker, tuple[Stand, ...], Passages]:
        """The robot changes to the tool of `worker`: what it is then, where it stands, and by which passages."""
        workers, bare = self._workers, self.shop.crew.bare[worker]
        who = workers[self.floor.now(worker)]
        assert bare is not None
        passages: list[Passage[float]] = []
        for half in halves(self.shop.cell, who, workers[bare], workers[worker], speed):
            time, onward = self._onward(who, stands, self._hubs[half.changer], (), speed, opened)
            time = max(time, self.clear(worker, half.way, half.out.rest)) + half.length
            passages += (*onward, Passage(half.way, half.out.rest, time))
            who, stands = half.equipped, (Stand(self._hubs[half.changer], half.changer, time, speed),)
        return who, stands, tuple(passages)

    def _onward(
        self, who: Worker, stands: tuple[Stand, ...], end: AtHub | AtHome, held: Held, speed: float | None, opened: float
    ) -> tuple[float, Passages]:
        """From where it stands to a hub or home."""
        worker = self.floor.equipped[who.robot]
        latest, way, rest = opened, Spots(), None
        for stand in stands:
            time = max(stand.time, opened) if len(stands) == 1 else stand.time
            if stand.stance is not end and stand.stance != end:
                limit = stand.speed if len(stands) > 1 else speed
                if isinstance(end, AtHub):
                    travel = who.motions.travel(stand.stance, end.equipment, held, limit)
                else:
                    travel = who.motions.homeward(stand.stance, held, limit)
                time = max(time, self.clear(worker, travel.way, travel.rest)) + travel.seconds
                way, rest = (*way, *travel.way), travel.rest
            latest = max(latest, time)
        return latest, () if rest is None else (Passage(way, rest, latest),)

    def _straight(
        self, worker: int, stand: Stand, end: AtHub, held: Held, speed: float | None, opened: float
    ) -> tuple[float, Passages]:
        """The same from one stance, with the tool that it has, to a hub."""
        time = stand.time if stand.time > opened else opened
        if stand.stance is end or stand.stance == end:
            return time, ()
        travel = self._workers[worker].motions.travel(stand.stance, end.equipment, held, speed)
        time = max(time, self.clear(worker, travel.way, travel.rest)) + travel.seconds
        return time, (Passage(travel.way, travel.rest, time),)

    def accessible(self, hub: str, opened: float) -> float:
        """When a hand may go in: the device idle and its door open."""
        device, now = self.shop.devices[hub], self.floor.devices[hub]
        if not device.works:
            return 0.0
        if device.has_door and not now.is_open:
            return max(now.idle, opened) + device.door_time
        return now.idle

    def candidate(self, act: Act, start: float, hub: str, contact: Contact, way: Passages, speed: float | None) -> Candidate:
        end = start + contact.seconds
        trail = NOWHERE if self._is_alone else Trail((*way, Passage(contact.way, contact.rest, end)))
        return Candidate(act, start, end, hub, (Stand(self._hubs[hub], hub, end, speed),), trail)


def _stuck(
    roads: dict[int, tuple[Spots, Spots]], rests: dict[str, Spots], workers: Sequence[Worker], rules: RightOfWay
) -> list[int]:
    """Of the workers with a way home yet to go those that cannot: each waits until nobody rests in its way."""
    rests, left = dict(rests), dict(roads)
    while True:
        free = next((k for k, (way, _) in left.items() if not _is_met(way, workers[k].robot, rests, rules)), None)
        if free is None:
            return list(left)
        rests[workers[free].robot] = left.pop(free)[1]


def _is_met(way: Spots, robot: str, rests: dict[str, Spots], rules: RightOfWay) -> bool:
    return any(rules.excludes(way, spots) for other, spots in rests.items() if other != robot)
