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
    """One leg of a job: `before` until the part is at the hub of its place, `inside` while its device is taken, then
    `after` until the leg ends. `robot` is the robot's share of all, `travel` the least travel of the transfer."""

    device: str | None
    before: float
    inside: float
    robot: float
    travel: float


def lower_bound(shop: Shop) -> LowerBound:
    spans = [[_span(shop, job, k) for k in range(len(job.legs))] for job in shop.jobs]
    loads = {name: _device_bound(shop, spans, name) for name, device in shop.devices.items() if device.works}
    loads = {name: seconds for name, seconds in loads.items() if seconds > 0.0}
    loads[shop.worker.robot] = _robot_bound(shop, spans)
    loads["longest chain"] = _longest_chain(shop, spans)
    bottleneck = max(loads, key=lambda name: loads[name])
    return LowerBound(loads[bottleneck], bottleneck, loads)


def _span(shop: Shop, job: Job, k: int) -> _Span:
    leg = job.legs[k]
    if isinstance(leg, Fork):
        here = _place_before(job, k)
        ways = [_way(shop, job.kind, here, way.stages) for way in leg.ways]
        return _Span(None, 0.0, max((w.inside for w in ways), default=0.0), max(w.robot for w in ways), max(w.travel for w in ways))
    here = _place_before(job, k)
    work = leg.work.duration if leg.work is not None else 0.0
    if here is not None and here in leg.places:
        return _Span(leg.equipment, 0.0, work, 0.0, 0.0)
    way = _way(shop, job.kind, here, (leg,))
    device = shop.devices[leg.equipment]
    shut = device.door_time if device.has_door and leg.work is not None and leg.work.kind == "program" else 0.0
    put = _put(shop, job.kind, leg)
    return _Span(leg.equipment, way.inside - put, put + shut + work, way.robot + shut, way.travel)


def _way(shop: Shop, kind: str, here: str | None, stages: Iterable[Stage]) -> _Span:
    """Carry a part from `here` (None: it is in a hand) along `stages`."""
    robot = travel = 0.0
    for stage in stages:
        if here is not None:
            robot += _take(shop, kind, here)
            travel += shop.motions.least_travel(shop.equipment_of[here], stage.equipment)
        robot += _put(shop, kind, stage)
        here = stage.places[0]
    return _Span(None, 0.0, robot + travel, robot, travel)


def _take(shop: Shop, kind: str, place: str) -> float:
    name = shop.worker.hands[0].name
    equipment = shop.equipment_of[place]
    if shop.motions.least("approach", place, kind) == math.inf:
        shop.motions.approach(place, name, kind, 0, (), None)
        shop.motions.lift(place, name, kind, 0, (shop.carried(kind, 0, 0),), None)
    clamp = shop.devices[equipment].clamp_time
    return _finite(shop.motions.least("approach", place, kind)) + shop.grip_time + clamp + _finite(
        shop.motions.least("lift", place, kind)
    )


def _put(shop: Shop, kind: str, stage: Stage) -> float:
    name = shop.worker.hands[0].name
    known = [p for p in stage.places if shop.motions.least("insert", p, kind) < math.inf]
    if not known:
        known = [stage.places[0]]
        shop.motions.insert(known[0], name, kind, 0, (shop.carried(kind, 0, 0),), None)
        shop.motions.retract(known[0], name, kind, 0, (), None)
    into = min(_finite(shop.motions.least("insert", p, kind)) for p in known)
    out = min(_finite(shop.motions.least("retract", p, kind)) for p in known)
    return into + shop.grip_time + shop.devices[stage.equipment].clamp_time + out


def _finite(seconds: float) -> float:
    return seconds if seconds < math.inf else 0.0


def _place_before(job: Job, k: int) -> str | None:
    """Where the part lies before leg k; a tray's first place stands for all of its places."""
    stages = [leg for leg in job.legs[:k] if isinstance(leg, Stage)]
    return stages[-1].places[0] if stages else job.place


def _device_bound(shop: Shop, spans: list[list[_Span]], name: str) -> float:
    """Head, occupation and tail of one machine or station: from the first part's way in to the last part's way out."""
    heads, tails, load, device = [], [], 0.0, shop.devices[name]
    for job, row in zip(shop.jobs, spans, strict=True):
        for k, span in enumerate(row):
            if span.device != name:
                continue
            out = _way_out(shop, job, k)
            load += span.inside + out
            heads.append(_chain(row[:k]) + span.before + (_start_travel(shop, job) if job.place is not None and span.before else 0.0))
            tails.append(max(0.0, _chain(row[k + 1 :]) - (out - device.door_time if out else 0.0)))
    return min(heads) + load + min(tails) if heads else 0.0


def _way_out(shop: Shop, job: Job, k: int) -> float:
    """How long the device stays taken after its work until the part is out; 0 when the part stays."""
    if k + 1 >= len(job.legs):
        return 0.0
    leg, place = job.legs[k + 1], job.legs[k]
    assert isinstance(place, Stage)
    stays = place.equipment == leg.equipment if isinstance(leg, Stage) else not all(way.stages for way in leg.ways)
    return 0.0 if stays else shop.devices[place.equipment].door_time + _take(shop, job.kind, place.places[0])


def _start_travel(shop: Shop, job: Job) -> float:
    """From where the robot stands to the part; 0 where it is not certain that it has to go there first."""
    first = {j.place and shop.equipment_of[j.place] for j in shop.jobs}
    if len(first) > 1 or job.place is None or not isinstance(shop.stance, AtHub):
        return 0.0
    return shop.motions.least_travel(shop.stance.equipment, shop.equipment_of[job.place])


def _robot_bound(shop: Shop, spans: list[list[_Span]]) -> float:
    """All that the robot does itself, and travels, of which one may serve as many parts as there are hands; then the shortest
    wait at the end for work that it cannot hurry."""
    rows = [span for row in spans for span in row]
    return sum(s.robot for s in rows) + sum(s.travel for s in rows) / len(shop.worker.hands)


def _chain(row: Iterable[_Span]) -> float:
    return sum(span.before + span.inside for span in row)


def _longest_chain(shop: Shop, spans: list[list[_Span]]) -> float:
    """The longest path over the legs of each part and the barriers between them."""
    ends = [[0.0] * len(row) for row in spans]
    for _ in range(len(shop.routes.barriers) + 1):
        before = [e[-1] for e in ends]
        opened = [max((ends[j][k] for j, k in b.members), default=0.0) for b in shop.routes.barriers]
        for j, row in enumerate(spans):
            time = 0.0
            for k, span in enumerate(row):
                time = max([time, *(opened[b] for b in shop.jobs[j].legs[k].clauses.after)]) + span.before + span.inside
                ends[j][k] = time
                for b in shop.opened_by.get((j, k), ()):
                    opened[b] = max(opened[b], time)
        if before == [e[-1] for e in ends]:
            break
    return max((e[-1] for e in ends), default=0.0)

