"""A makespan that no schedule of this work can beat: the load of each unary resource with its head and tail, and the longest
chain. Valid for the hubs, motions and places that the plan uses; every term is a least value over what was asked for.

The bound of a resource is the one-machine relaxation: smallest head + sum of occupation + smallest tail (Carlier, "The
one-machine sequencing problem", 1982). Work that any of several robots may do is spread over them evenly, each piece as long as
the quickest of them takes, and each robot also bears what only it can do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cell.steps import AtHub
from planner.tasks.least_times import LeastTimes
from planner.tasks.route import Fork, Job, Stage
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker


@dataclass(frozen=True, slots=True)
class LowerBound:
    """Seconds. `loads` are the bounds of the single resources by name; the chain's stands under "longest chain"."""

    seconds: float
    bottleneck: str
    loads: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Span:
    """The least times of one leg, s: `before` until a robot goes into the `device` with the part, `inside` from then to the
    end of the work, `out` how long the device is still taken until the part is away. `robot` is the share of a robot, one of
    `able`, without travel, `travel` the least travel; `before + inside` is the length of the leg."""

    device: str | None
    able: tuple[int, ...]
    before: float
    inside: float
    out: float
    robot: float
    travel: float


def lower_bound(shop: Shop) -> LowerBound:
    least = [LeastTimes(shop, worker) for worker in shop.workers]
    spans = [[_span(shop, least, j, k) for k in range(len(job.legs))] for j, job in enumerate(shop.jobs)]
    start = _start_travel(shop)
    loads = {name: _device_bound(shop, spans, name, start) for name, device in shop.devices.items() if device.works}
    loads = {name: seconds for name, seconds in loads.items() if seconds > 0.0}
    rows = [span for row in spans for span in row]
    loads |= {name: start + seconds for name, seconds in _robot_bounds(shop, rows).items()}
    loads |= _supply_bounds(shop, spans)
    loads["longest chain"] = start + _longest_chain(shop, spans)
    bottleneck = max(loads, key=lambda name: loads[name])
    return LowerBound(loads[bottleneck], bottleneck, loads)


def _supply_bounds(shop: Shop, spans: list[list[_Span]]) -> dict[str, float]:
    """Nothing is taken before it has come: the last part's way, from then on, for each conveyor."""
    bounds: dict[str, float] = {}
    for job, row in zip(shop.jobs, spans, strict=True):
        if job.arrival is not None and job.place is not None:
            supply = shop.equipment_of[job.place]
            bounds[supply] = max(bounds.get(supply, 0.0), job.arrival + _length(row))
    return bounds


def _span(shop: Shop, least: Sequence[LeastTimes], j: int, k: int) -> _Span:
    job, able = shop.jobs[j], shop.able(j, k)
    leg, here = job.legs[k], _place_before(job, k)
    if isinstance(leg, Fork):
        ways = [(*_carry(least, able, job.kind_at(k), here, way.stages), _worked(way.stages)) for way in leg.ways]
        robot, travel = max(r for r, _, _ in ways), max(t for _, t, _ in ways)
        return _Span(None, able, 0.0, max(sum(way) for way in ways), 0.0, robot, travel)
    work = leg.work.duration if leg.work is not None else 0.0
    out = _way_out(shop, least, j, k)
    if leg.is_carried or (here is not None and here in leg.places and leg.handing is None):
        return _Span(leg.device, able, 0.0, work, out if leg.device == leg.equipment else 0.0, 0.0, 0.0)
    device = shop.devices[leg.equipment]
    shut = device.door_time if device.has_door and leg.work is not None and leg.work.kind == "program" else 0.0
    robot, travel = _carry(least, able, job.kind_at(k), here, (leg,))
    carried = [(least[w].carry(job.kind_at(k), here, (leg,)), least[w].put(job.kind_at(k), leg)) for w in able]
    before, put = min(sum(way) - put for way, put in carried), min(put for _, put in carried)
    if leg.work is not None and leg.work.by is not None:
        return _Span(leg.device, able, before + put, work, 0.0, robot, travel)
    return _Span(leg.device, able, before, put + shut + work, out if leg.handing is None else 0.0, robot + shut, travel)


def _carry(
    least: Sequence[LeastTimes], able: tuple[int, ...], kind: str, here: str | None, stages: tuple[Stage, ...]
) -> tuple[float, float]:
    """(taking and putting, travelling), each by whoever is quickest at it."""
    ways = [least[w].carry(kind, here, stages) for w in able]
    return min(robot for robot, _ in ways), min(travel for _, travel in ways)


def _worked(stages: tuple[Stage, ...]) -> float:
    """How long devices work on the part along one way of a fork."""
    return sum(stage.work.duration for stage in stages if stage.work is not None)


def _place_before(job: Job, k: int) -> str | None:
    """Where the part lies before leg k, None in a hand; a tray's first place stands for all of its places."""
    stages = [leg for leg in job.legs[:k] if isinstance(leg, Stage)]
    return stages[-1].places[0] if stages else job.place


def _way_out(shop: Shop, least: Sequence[LeastTimes], j: int, k: int) -> float:
    """How long the device stays taken after its work: door and taking the part; 0 when the part stays."""
    job = shop.jobs[j]
    leg = job.legs[k]
    if k + 1 >= len(job.legs) or not isinstance(leg, Stage):
        return 0.0
    following = job.legs[k + 1]
    if isinstance(following, Stage):
        stays = following.equipment == leg.equipment
    else:
        stays = not all(way.stages and leg.places[0] not in way.stages[0].places for way in following.ways)
    taking = (least[w].take(job.kind_at(k + 1), leg.places[0]) for w in shop.able(j, k + 1))
    return 0.0 if stays else shop.devices[leg.equipment].door_time + min(taking)


def _device_bound(shop: Shop, spans: list[list[_Span]], name: str, start: float) -> float:
    """Head, occupation and tail of one machine or station: from the first part's way in to the last part's way out."""
    heads, tails, load, door = [], [], 0.0, shop.devices[name].door_time
    for row in spans:
        for k, span in enumerate(row):
            if span.device != name:
                continue
            load += span.inside + span.out
            before = _length(row[:k]) + span.before
            heads.append(before + start if before else 0.0)
            taken = span.out - door if span.out else 0.0
            tails.append(max(0.0, _length(row[k + 1 :]) - taken))  # the next leg begins with taking the part out
    return min(heads) + load + min(tails) if heads else 0.0


def _start_travel(shop: Shop) -> float:
    """From where a robot stands to the first part; 0 where it is not certain which that is."""
    first = {shop.equipment_of[job.place] if job.place is not None else "" for job in shop.jobs}
    begins_alone = any(isinstance(job.legs[0], Stage) and job.place in job.legs[0].places for job in shop.jobs)
    in_contact = any(worker.contact is not None for worker in shop.workers)
    if len(first) != 1 or "" in first or in_contact or begins_alone:
        return 0.0
    (hub,) = first
    return min(_travel_to(shop, worker, hub) for worker in shop.workers if worker.is_mounted or worker.pocket is not None)


def _travel_to(shop: Shop, worker: Worker, hub: str) -> float:
    """A tool that is fetched first comes from its changer."""
    start = worker.stance if worker.is_mounted else AtHub(shop.equipment_of[worker.pocket or ""])
    if start == AtHub(hub):
        return 0.0
    held = tuple(worker.held[k] for k in sorted(worker.held))
    speeds = {worker.speed(job.legs[0].clauses) for job in shop.jobs}
    seconds = min(worker.motions.travel(start, hub, held, speed).seconds for speed in speeds)
    return seconds if seconds < math.inf else 0.0


def _robot_bounds(shop: Shop, rows: Sequence[_Span]) -> dict[str, float]:
    """For each set of robots all that only they can do, with whichever of their tools, and its travels, of which one may serve
    as many parts as there are hands, spread over them. The sets: those that share some work, and everybody."""
    bounds = {}
    shared = (tuple(sorted({k for w in span.able for k in shop.crew.same[w]})) for span in rows)
    for robots in dict.fromkeys((*shared, tuple(range(len(shop.workers))))):
        own = [span for span in rows if set(span.able) <= set(robots)]
        hands = max(len(shop.workers[w].hands) for w in robots)
        load = sum(s.robot for s in own) + sum(s.travel for s in own) / max(hands, 1)
        names = tuple(dict.fromkeys(shop.workers[w].robot for w in robots))
        bounds[" and ".join(names)] = load / len(names)
    return bounds


def _length(row: Iterable[_Span]) -> float:
    return sum(span.before + span.inside for span in row)


def _longest_chain(shop: Shop, spans: list[list[_Span]]) -> float:
    """The longest path over the legs of each part and the barriers between them."""
    ends = [[0.0] * len(row) for row in spans]
    opened = [0.0] * len(shop.routes.barriers)
    for _ in range(len(opened) + 1):
        before = list(opened)
        for j, row in enumerate(spans):
            time = 0.0
            for k, span in enumerate(row):
                gates = [opened[b] for b in shop.jobs[j].legs[k].clauses.after]
                early = span.before if (j, k) in shop.ahead else 0.0
                time = ends[j][k] = max([time + early, *gates]) + span.before - early + span.inside
                for b in shop.opened_by.get((j, k), ()):
                    opened[b] = max(opened[b], time)
        if before == opened:
            break
    return max((e[-1] for e in ends), default=0.0)
