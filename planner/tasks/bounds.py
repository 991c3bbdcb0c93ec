"""A makespan that no schedule of this work can beat: the load of each unary resource with its head and tail, and the longest
chain. Valid for the hubs, motions and places that the plan uses; every term is a least value over what was asked for.

The bound of a resource is the one-machine relaxation: smallest head + sum of occupation + smallest tail (Carlier, "The
one-machine sequencing problem", 1982).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cell.steps import AtHub
from planner.tasks.least_times import LeastTimes
from planner.tasks.route import Fork, Job, Stage
from planner.tasks.shop import Shop


@dataclass(frozen=True, slots=True)
class LowerBound:
    """Seconds. `loads` are the bounds of the single resources by name; the chain's stands under "longest chain"."""

    seconds: float
    bottleneck: str
    loads: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Span:
    """The least times of one leg, s: `before` until the robot goes into the `device` with the part, `inside` from then to the
    end of the work, `out` how long the device is still taken until the part is away. `robot` is the robot's share without
    travel, `travel` the least travel; `before + inside` is the length of the leg."""

    device: str | None
    before: float
    inside: float
    out: float
    robot: float
    travel: float


def lower_bound(shop: Shop) -> LowerBound:
    least = LeastTimes(shop)
    spans = [[_span(shop, least, job, k) for k in range(len(job.legs))] for job in shop.jobs]
    start = _start_travel(shop)
    loads = {name: _device_bound(shop, spans, name, start) for name, device in shop.devices.items() if device.works}
    loads = {name: seconds for name, seconds in loads.items() if seconds > 0.0}
    loads[shop.worker.robot] = start + _robot_bound(shop, spans)
    loads["longest chain"] = start + _longest_chain(shop, spans)
    bottleneck = max(loads, key=lambda name: loads[name])
    return LowerBound(loads[bottleneck], bottleneck, loads)


def _span(shop: Shop, least: LeastTimes, job: Job, k: int) -> _Span:
    leg, here = job.legs[k], _place_before(job, k)
    if isinstance(leg, Fork):
        ways = [least.carry(job.kind, here, way.stages) for way in leg.ways]
        robot, travel = max(r for r, _ in ways), max(t for _, t in ways)
        return _Span(None, 0.0, max(r + t for r, t in ways), 0.0, robot, travel)
    work = leg.work.duration if leg.work is not None else 0.0
    out = _way_out(shop, least, job, k)
    if here is not None and here in leg.places:
        return _Span(leg.equipment, 0.0, work, out, 0.0, 0.0)
    device = shop.devices[leg.equipment]
    shut = device.door_time if device.has_door and leg.work is not None and leg.work.kind == "program" else 0.0
    robot, travel = least.carry(job.kind, here, (leg,))
    put = least.put(job.kind, leg)
    return _Span(leg.equipment, robot + travel - put, put + shut + work, out, robot + shut, travel)


def _place_before(job: Job, k: int) -> str | None:
    """Where the part lies before leg k, None in a hand; a tray's first place stands for all of its places."""
    stages = [leg for leg in job.legs[:k] if isinstance(leg, Stage)]
    return stages[-1].places[0] if stages else job.place


def _way_out(shop: Shop, least: LeastTimes, job: Job, k: int) -> float:
    """How long the device stays taken after its work: door and taking the part; 0 when the part stays."""
    leg = job.legs[k]
    if k + 1 >= len(job.legs) or not isinstance(leg, Stage):
        return 0.0
    following = job.legs[k + 1]
    if isinstance(following, Stage):
        stays = following.equipment == leg.equipment
    else:
        stays = not all(way.stages for way in following.ways)
    return 0.0 if stays else shop.devices[leg.equipment].door_time + least.take(job.kind, leg.places[0])


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
    """From where the robot stands to the first part; 0 where it is not certain which that is."""
    first = {shop.equipment_of[job.place] if job.place is not None else "" for job in shop.jobs}
    begins_alone = any(isinstance(job.legs[0], Stage) and job.place in job.legs[0].places for job in shop.jobs)
    if len(first) != 1 or "" in first or shop.contact is not None or begins_alone:
        return 0.0
    (hub,) = first
    if shop.stance == AtHub(hub):
        return 0.0
    held = tuple(shop.foreign_held[k] for k in sorted(shop.foreign_held))
    speeds = {shop.speed(job.legs[0].clauses) for job in shop.jobs}
    seconds = min(shop.motions.travel(shop.stance, hub, held, speed)[1] for speed in speeds)
    return seconds if seconds < math.inf else 0.0


def _robot_bound(shop: Shop, spans: list[list[_Span]]) -> float:
    """All that the robot does itself, and its travels, of which one may serve as many parts as there are hands."""
    rows = [span for row in spans for span in row]
    return sum(s.robot for s in rows) + sum(s.travel for s in rows) / len(shop.worker.hands)


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
                time = ends[j][k] = max([time, *gates]) + span.before + span.inside
                for b in shop.opened_by.get((j, k), ()):
                    opened[b] = max(opened[b], time)
        if before == opened:
            break
    return max((e[-1] for e in ends), default=0.0)
