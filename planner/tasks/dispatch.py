"""Serial schedule generation: act by act, each at its earliest time, so that every order it makes is a valid schedule.

After Kolisch (1996), "Serial and parallel resource-constrained project scheduling methods revisited", with a robot whose hands,
travels and places are part of the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from cell.steps import Carried
from planner.tasks.candidates import Candidate, Candidates
from planner.tasks.floor import NOBODY, Act, Escapes, Floor, Kind, Stand
from planner.tasks.route import Fork, Stage
from planner.tasks.shop import Shop, start_hub

Select = Callable[[Sequence[Candidate], Floor, int], Candidate]
"""Picks one of at least two candidates; the integer counts the acts so far."""


@dataclass(frozen=True, slots=True)
class Order:
    """A complete order of acts and its times. `work_end` is when each device's last work ends, `job_end` when each job does;
    `first_end` when the first job does. `stuck` says that not everything could be done."""

    acts: tuple[Act, ...]
    makespan: float
    work_end: dict[str, float]
    job_end: tuple[float, ...]
    is_stuck: bool
    floor: Floor


def dispatch(shop: Shop, escapes: Escapes, select: Select, is_serial: bool = False) -> Order:
    """An order made by `select`. `is_serial`: a part is begun only when the one before is finished."""
    floor = Floor(shop)
    options = Candidates(shop, floor, escapes)
    _begin(shop, floor)
    while floor.unfinished():
        under_way = is_serial and (any(j >= 0 for j in floor.hands) or bool(floor.under_way))
        not_before = floor.end if is_serial else 0.0
        found = options.all(not_before, may_begin=not under_way)
        if not found:
            return _order(floor, is_stuck=True)
        chosen = found[0] if len(found) == 1 else select(found, floor, len(floor.acts))
        apply(shop, floor, options, chosen)
    _finish(shop, floor, options)
    return _order(floor, is_stuck=False)


def apply(shop: Shop, floor: Floor, options: Candidates, chosen: Candidate) -> None:
    """Do it: the floor is as it will be when everything that the act starts has been started."""
    act = chosen.act
    floor.acts.append(act)
    match act.kind:
        case Kind.PICK:
            _apply_pick(shop, floor, chosen)
        case Kind.PLACE:
            _apply_place(shop, floor, chosen)
        case Kind.RUN:
            _apply_run(shop, floor, chosen)
        case Kind.CHOOSE:
            _apply_choose(shop, floor, chosen)
        case _:
            assert_never(act.kind)


def _apply_pick(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    device, now = shop.devices[chosen.hub], floor.devices[chosen.hub]
    floor.take(chosen.act.job, chosen.act.hand, chosen.act.grasp, chosen.end)
    now.is_open = device.has_door
    now.is_clamped = False
    floor.stand(chosen.hub, chosen.end)


def _apply_place(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    act, job = chosen.act, chosen.act.job
    leg, now, device = floor.leg(job), floor.devices[chosen.hub], shop.devices[chosen.hub]
    assert isinstance(leg, Stage)
    now.is_open, now.is_clamped = device.has_door, device.has_clamp
    floor.put(job, act.hand, act.place)
    free = end = chosen.end
    if leg.work is not None:
        if leg.work.kind == "program" and device.has_door:
            free = end = chosen.end + device.door_time
            now.is_open = False
        end += leg.work.duration
        now.idle = floor.work_end[chosen.hub] = end
    floor.stand(chosen.hub, free)
    floor.ready[job] = end
    floor.end_leg(job, end)


def _apply_run(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    job = chosen.act.job
    leg, now, device = floor.leg(job), floor.devices[chosen.hub], shop.devices[chosen.hub]
    assert isinstance(leg, Stage)
    if leg.work is None:
        floor.end_leg(job, chosen.start)
        return
    if leg.work.kind == "program" and not leg.joined:
        if device.has_door and now.is_open:
            floor.robot = tuple(replace(stand, time=max(stand.time, chosen.start)) for stand in floor.robot)
        now.is_open, now.is_clamped = False, device.has_clamp
    end = chosen.start + leg.work.duration
    now.idle = floor.ready[job] = floor.work_end[chosen.hub] = end
    floor.end_leg(job, end)


def _apply_choose(shop: Shop, floor: Floor, chosen: Candidate) -> None:
    act, job = chosen.act, chosen.act.job
    fork = floor.leg(job)
    assert isinstance(fork, Fork)
    now, device = floor.devices[shop.equipment_of[act.place]], shop.devices[shop.equipment_of[act.place]]
    if device.has_door:
        now.is_open = True
    if all(way.stages for way in fork.ways):
        floor.take(job, act.hand, act.grasp, chosen.end)
        floor.hands[act.hand] = NOBODY
        now.is_clamped = False
    for targets in act.targets:
        for place in targets[-1:]:
            floor.fill(place)
    floor.robot = chosen.stands
    floor.end_leg(job, chosen.end)


def _begin(shop: Shop, floor: Floor) -> None:
    """From where the robot stands; out of contact first."""
    contact = shop.contact
    if contact is None:
        floor.robot = (Stand(shop.stance, start_hub(shop.stance), 0.0, None),)
        return
    hub, held = shop.equipment_of[contact.place], floor.carried()
    if floor.hands[shop.hand_number(contact.hand)] != NOBODY:
        clamp = shop.devices[hub].clamp_time if floor.devices[hub].is_clamped else 0.0
        time = clamp + shop.motions.lift(contact.place, contact.hand, contact.kind, contact.grasp, held, None)[1]
        floor.devices[hub].is_clamped = False
    else:
        time = shop.motions.retract(contact.place, contact.hand, contact.kind, contact.grasp, held, None)[1]
    floor.devices[hub].idle = time
    floor.stand(hub, time)


def _finish(shop: Shop, floor: Floor, options: Candidates) -> None:
    """After a last fork the robot goes to one hub, whichever way was taken."""
    if len(floor.robot) > 1:
        hub = common_hub(shop, floor.robot, floor.carried())
        floor.stand(hub, options.arrival(hub, floor.carried(), None, 0.0))


def common_hub(shop: Shop, stands: Sequence[Stand], held: tuple[Carried, ...]) -> str:
    """Of the hubs where the ways end, the one that all are at soonest."""
    hubs = [stand.hub for stand in stands if stand.hub is not None]

    def latest(hub: str) -> float:
        return max(s.time + (0.0 if s.hub == hub else shop.motions.travel(s.stance, hub, held, s.speed)[1]) for s in stands)

    return min(dict.fromkeys(hubs), key=latest)


def _order(floor: Floor, is_stuck: bool) -> Order:
    return Order(tuple(floor.acts), floor.end, dict(floor.work_end), tuple(floor.job_end), is_stuck, floor)
