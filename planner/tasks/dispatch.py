"""Serial schedule generation: act by act, each at its earliest time, so that every order it makes is a valid schedule.

After Kolisch (1996), "Serial and parallel resource-constrained project scheduling methods revisited", with robots whose hands,
travels and places are part of the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, Carried
from planner.tasks.candidates import Candidates
from planner.tasks.floor import NOBODY, Act, Candidate, Floor, Kind, Stand
from planner.tasks.route import Fork, Join, Stage
from planner.tasks.shop import Shop
from planner.tasks.ways_out import Escapes
from planner.tasks.worker import Worker

Select = Callable[[Sequence[Candidate], Floor, int], Candidate]
"""Picks one of at least two candidates; the integer counts the acts so far."""


@dataclass(frozen=True, slots=True)
class Order:
    """A complete order of acts and its times; `done` tells of each act what it brought about. `work_end` is when each device's
    last work ends, `job_end` when each job does. `is_stuck` says that not everything could be done; `looks` how many acts were
    looked at."""

    acts: tuple[Act, ...]
    done: tuple[Candidate, ...]
    makespan: float
    work_end: dict[str, float]
    job_end: tuple[float, ...]
    is_stuck: bool
    looks: int
    floor: Floor


def dispatch(shop: Shop, escapes: Escapes, select: Select, is_serial: bool = False, begun: Sequence[Candidate] = ()) -> Order:
    """An order made by `select`. `is_serial`: a part is begun only when the one before is finished. `begun` is how another order
    of the same shop begins."""
    floor = Floor(shop)
    options = Candidates(shop, floor, escapes)
    _begin(shop, floor, options)
    for chosen in begun:
        apply(shop, floor, chosen)
    while floor.unfinished():
        under_way = is_serial and floor.is_under_way()
        not_before = floor.end if is_serial else 0.0
        found = options.all(not_before, may_begin=not under_way)
        count = len(floor.acts)
        while found and len(floor.acts) == count:
            chosen = found[0] if len(found) == 1 else select(found, floor, count)
            _do(shop, floor, options, chosen, not_before)
            found.remove(chosen)
        if len(floor.acts) == count and not _clear_floor(shop, floor, options):
            return _order(floor, options.looks, is_stuck=True)
    is_gathered = _finish(shop, floor, options)
    return _order(floor, options.looks, is_stuck=not is_gathered)


def _do(shop: Shop, floor: Floor, options: Candidates, chosen: Candidate, not_before: float) -> None:
    """Whoever is in the way goes home first. Then the act, where it is still to be had from there; it may be that nothing is."""
    for worker in chosen.parks:
        home = options.park(worker)
        if home is not None:
            apply(shop, floor, home)
    if chosen.parks:
        same = [c for c in options.all(not_before) if c.act == chosen.act and not c.parks]
        if not same:
            return
        chosen = same[0]
    apply(shop, floor, chosen)


def _clear_floor(shop: Shop, floor: Floor, options: Candidates) -> bool:
    """Everybody goes home, in an order in which they can; whether anybody did. One robot alone is in nobody's way."""
    count = len(floor.acts)
    while shop.crew.rules.is_needed:
        homes = (options.park(worker) for worker in floor.equipped.values())
        home = next((home for home in homes if home is not None), None)
        if home is None:
            break
        apply(shop, floor, home)
    return len(floor.acts) > count


def apply(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    """Do it: the floor is as it will be when everything that the act starts has been started."""
    act = chosen.act
    floor.acts.append(act)
    floor.done.append(chosen)
    if act.kind in (Kind.PICK, Kind.CHOOSE, Kind.ALONG, Kind.GO):
        floor.equip(act.worker)
    match act.kind:
        case Kind.PICK:
            _apply_pick(shop, floor, chosen)
        case Kind.PLACE:
            _apply_place(shop, floor, chosen)
        case Kind.RUN:
            _apply_run(shop, floor, chosen)
        case Kind.CHOOSE:
            _apply_choose(shop, floor, chosen)
        case Kind.CARRY:
            _apply_carry(floor, chosen)
            return
        case Kind.ALONG:
            _apply_along(shop, floor, chosen)
        case Kind.PARK | Kind.GO:
            floor.stand(act.worker, chosen.stands)
        case _:
            assert_never(act.kind)
    floor.traffic.record(shop.workers[act.worker].robot, chosen.trail)


def _apply_pick(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    act, device, now = chosen.act, shop.devices[chosen.hub], floor.devices[chosen.hub]
    leg = floor.leg(act.job)
    if isinstance(leg, Stage) and leg.giver is not None:
        now.idle = floor.work_end[leg.giver.person] = chosen.end
    floor.take(act.job, act.worker, act.hand, act.grasp)
    now.is_open = device.has_door
    now.is_clamped = False
    floor.stand(act.worker, chosen.stands)


def _apply_place(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    act, job = chosen.act, chosen.act.job
    leg, now, device = floor.leg(job), floor.devices[chosen.hub], shop.devices[chosen.hub]
    assert isinstance(leg, Stage)
    if leg.into is not None:
        _apply_join(shop, floor, chosen, leg.into)
        return
    now.is_open, now.is_clamped = device.has_door, device.has_clamp
    floor.put(job, act.worker, act.hand, act.place)
    floor.at_rest[act.place] = chosen.end
    free = end = chosen.end
    if leg.work is not None:
        if leg.work.kind == "program" and device.has_door:
            free = end = chosen.end + device.door_time
            now.is_open = False
        end = max(end, floor.devices[leg.device].idle) + leg.work.duration
    if leg.work is not None or leg.handing is not None:
        floor.devices[leg.device].idle = floor.work_end[leg.device] = end
    later = chosen.stands if free == chosen.end else tuple(stand._replace(time=free) for stand in chosen.stands)
    floor.stand(act.worker, later)
    floor.ready[job] = end
    floor.end_leg(job, end)


def _apply_join(shop: Shop, floor: Floor, chosen: Candidate, into: Join) -> None:
    act = chosen.act
    now, device = floor.devices[chosen.hub], shop.devices[chosen.hub]
    now.is_open, now.is_clamped = device.has_door, device.has_clamp
    floor.join(act.job, act.worker, act.hand, (into.base, shop.benches.seat(act.place)[1]))
    floor.at_rest[act.place] = floor.ready[act.job] = chosen.end
    floor.stand(act.worker, chosen.stands)
    floor.end_leg(act.job, chosen.end)


def _apply_run(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    job, worker = chosen.act.job, chosen.act.worker
    leg = floor.leg(job)
    assert isinstance(leg, Stage)
    now, device = floor.devices[leg.device], shop.devices[leg.device]
    if leg.work is None:
        floor.end_leg(job, chosen.start)
        return
    if leg.work.kind == "program" and not leg.joined:
        if device.has_door and now.is_open:
            waiting = tuple(s._replace(time=max(s.time, chosen.start)) for s in floor.robots[worker])
            for k in shop.crew.same[worker]:
                floor.robots[k] = waiting
        now.is_open, now.is_clamped = False, device.has_clamp
    end = chosen.start + leg.work.duration
    now.idle = floor.ready[job] = floor.work_end[leg.device] = end
    floor.end_leg(job, end)


def _apply_along(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    act, device, now = chosen.act, shop.devices[chosen.hub], floor.devices[chosen.hub]
    now.is_open, now.is_clamped = device.has_door, device.has_clamp
    floor.ready[act.job] = chosen.end
    floor.stand(act.worker, chosen.stands)
    floor.end_leg(act.job, chosen.end)


def _apply_carry(floor: Floor, chosen: Candidate) -> None:
    job, leg = chosen.act.job, floor.leg(chosen.act.job)
    assert isinstance(leg, Stage)
    assert leg.work is not None
    end = chosen.start + leg.work.duration
    floor.carry(job, chosen.act.targets[0][0])
    floor.devices[leg.device].idle = floor.ready[job] = floor.work_end[leg.device] = end
    floor.end_leg(job, end)


def _apply_choose(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    act, job = chosen.act, chosen.act.job
    fork = floor.leg(job)
    assert isinstance(fork, Fork)
    now, device = floor.devices[shop.equipment_of[act.place]], shop.devices[shop.equipment_of[act.place]]
    if device.has_door:
        now.is_open = True
    for name, end in chosen.busy:
        used = floor.devices[name]
        used.idle = floor.work_end[name] = max(end, used.idle)
        used.is_open, used.is_clamped = shop.devices[name].has_door, False
    ends = [targets[-1] if targets else act.place for targets in act.targets]
    if act.place not in ends:
        floor.take(job, act.worker, act.hand, act.grasp)
        floor.hands[act.worker][act.hand] = NOBODY
        now.is_clamped = False
    for place in ends:
        if place != act.place:
            floor.fill(place)
    floor.ready[job] = chosen.end
    floor.stand(act.worker, chosen.stands)
    floor.end_leg(job, chosen.end)


def _begin(shop: Shop, floor: Floor, options: Candidates) -> None:
    """A device in which a robot was left in contact is out of use until the robot is out of it; one robot alone is out at once,
    several get out when they are needed or in the way."""
    for number, worker in enumerate(shop.workers):
        if worker.contact is None:
            continue
        hub, held = shop.equipment_of[worker.contact_at], floor.carried(number)
        seconds = shop.contacts.leaving(worker, held, None).seconds
        floor.devices[hub].idle = seconds
        at = worker.contact
        is_seat = isinstance(at, AtPlace) and shop.cell.places[at.place].of is not None
        if isinstance(at, AtPlace) and not is_seat and any(c.hand == at.hand for c in held):
            floor.devices[hub].is_clamped = False
        if not shop.crew.rules.is_needed:
            floor.stand(number, (Stand(AtHub(hub), hub, seconds, None),))


def _finish(shop: Shop, floor: Floor, options: Candidates) -> bool:
    """After a last fork a robot alone goes to one hub, whichever way was taken, one of several goes home. Whether they can."""
    if shop.crew.rules.is_needed:
        _fetch_home(shop, floor, options)
    for number in tuple(floor.equipped.values()):
        worker, stands, held = shop.workers[number], floor.robots[number], floor.carried(number)
        if len(stands) == 1:
            continue
        if not shop.crew.rules.is_needed:
            hub = common_hub(worker, stands, held)
            floor.stand(number, (Stand(AtHub(hub), hub, options.arrival(number, AtHub(hub), held, None, 0.0)[0], None),))
            continue
        home = options.park(number)
        if home is not None:
            apply(shop, floor, home)
        else:
            _clear_floor(shop, floor, options)
    return all(len(stands) == 1 for stands in floor.robots)


def _fetch_home(shop: Shop, floor: Floor, options: Candidates) -> None:
    """Whoever an earlier plan has left at a hub or in a contact, and has nothing to do, goes home if it can: only motions tell
    where that is, and without any nobody could say what the robot is clear of."""
    moved = {shop.workers[done.act.worker].robot for done in floor.done if done.trail.passages or any(done.trail.ways)}
    for number in tuple(floor.equipped.values()):
        worker = shop.workers[number]
        if worker.robot in moved or isinstance(worker.stance, AtHome | AtMeasured):
            continue
        home = options.park(number)
        if home is not None:
            apply(shop, floor, home)
        else:
            _clear_floor(shop, floor, options)


def common_hub(worker: Worker, stands: Sequence[Stand], held: tuple[Carried, ...]) -> str:
    """Of the hubs where the ways end, the one that all are at soonest."""
    hubs = [stand.hub for stand in stands if stand.hub is not None]

    def latest(hub: str) -> float:
        ways = [0.0 if s.hub == hub else worker.motions.travel(s.stance, hub, held, s.speed).seconds for s in stands]
        return max(s.time + way for s, way in zip(stands, ways, strict=True))

    return min(dict.fromkeys(hubs), key=latest)


def _order(floor: Floor, looks: int, is_stuck: bool) -> Order:
    return Order(
        tuple(floor.acts), tuple(floor.done), floor.end, dict(floor.work_end), tuple(floor.job_end), is_stuck, looks, floor
    )
