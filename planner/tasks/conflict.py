"""Why there is no plan: typed answers that name the lines and things that are in each other's way.

First version: it looks at where an order got stuck and says what the parts there wait for. Smallest conflicting sets come later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cell.diagnostic import Span
from cell.shelves import is_bin
from cell.steps import AtHub
from planner.tasks.dispatch import Order
from planner.tasks.findings import Findings
from planner.tasks.floor import FOREIGN, Floor
from planner.tasks.methods import SOURCES
from planner.tasks.reach import ways_to_serve
from planner.tasks.route import Fork, Leg, Stage, stages_of
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker


def check_room(shop: Shop, found: Findings) -> None:
    """Places for all parts that come to rest: before any order is tried."""
    arriving: dict[str, int] = {}
    leaving: dict[str, int] = {}
    asked: dict[str, Span] = {}
    for job in shop.jobs:
        last = job.legs[-1]
        ends = {way.stages[-1] for way in last.ways if way.stages} if isinstance(last, Fork) else {last}
        for name in {stage.equipment for stage in ends}:
            arriving[name] = arriving.get(name, 0) + 1
        for stage in ends:
            asked.setdefault(stage.equipment, stage.goal.span)
        if job.place is not None:
            source = shop.equipment_of[job.place]
            leaving[source] = leaving.get(source, 0) + 1
    for name, count in arriving.items():
        equipment = shop.cell.equipment[name]
        room = len(shop.free_places[name]) + leaving.get(name, 0)
        if equipment.kind == "tray" and count > room:
            message = f"{count} parts shall come to rest in {name}, which has room for {room}"
            found.error(
                "E607", message, asked[name], equipment.span, help=f"Make room for {count - room} more, or ask for fewer."
            )


def check_sources(shop: Shop, found: Findings) -> None:
    """Parts are taken out of trays, machines and stations only; a device that runs is awaited only for a part in it."""
    joined = {leg.equipment for job in shop.jobs for leg in job.legs[:1] if isinstance(leg, Stage) and leg.joined}
    for job in shop.jobs:
        span = _span(job.legs[0])
        if job.place is not None:
            source = shop.cell.equipment[shop.equipment_of[job.place]]
            if job.place in shop.heaps and not is_bin(shop.cell, job.place):
                message, help_ = (
                    f"{job.part} lies in {source.name}, out of which nothing is taken",
                    "Put it by hand where a robot can take it.",
                )
                found.error("E613", message, span, source.span, help=help_)
            elif source.kind not in SOURCES:
                found.unsupported(f"taking parts out of a {source.kind}", span, source.span)
        for name in {stage.equipment for leg in job.legs for stage in stages_of(leg)} - joined:
            if shop.devices[name].is_running:
                message = f"{name} is running, and no goal is about what is in it"
                found.error("E608", message, span, shop.cell.equipment[name].span, help="Wait until it is done, or empty it.")


def explain(shop: Shop, order: Order, found: Findings) -> None:
    """Say why `order` got stuck; always says something."""
    floor = order.floor
    _explain_hands(shop, floor, found)
    waiting = [queue[-1] for queue in floor.queues.values() if queue]
    for job in [*floor.held(), *floor.under_way, *waiting]:
        _explain_job(shop, floor, job, found)
    if not found.has_errors:
        jobs = [*floor.held(), *floor.under_way, *waiting]
        spans = dict.fromkeys(_span(floor.leg(j)) for j in jobs)
        if shop.crew.rules.has_conflicts:
            names = " and ".join(shop.crew.rests)
            help_ = "Give them more room, or zones with `capacity 1`."
            found.error("E616", f"no order was found in which {names} keep out of each other's way", *spans, help=help_)
        else:
            help_ = "Add a free place or another hand: each part needs one to be put into while others wait."
            found.error("E615", "no order was found in which every part comes through", *spans, help=help_)


def _explain_hands(shop: Shop, floor: Floor, found: Findings) -> None:
    if all(j == FOREIGN for hands in floor.hands for j in hands):
        held = [shop.foreign[hand.name] for worker in shop.workers for hand in worker.hands if hand.name in shop.foreign]
        message = f"every hand is full: {', '.join(held)}, and no goal is about them"
        found.error("E608", message, *_first_span(shop), help="Empty a hand.")


def _explain_job(shop: Shop, floor: Floor, job: int, found: Findings) -> None:
    leg = floor.leg(job)
    closed = [k for k in leg.clauses.after if floor.barrier_left[k] > 0]
    for stage in stages_of(leg):
        _explain_places(shop, floor, job, stage, found)
        if not closed:
            _explain_full(shop, floor, job, stage, found)


def _explain_full(shop: Shop, floor: Floor, job: int, stage: Stage, found: Findings) -> None:
    """Its target is taken: by a part that nobody moves, or by one that has to wait for this very line."""
    equipment = shop.cell.equipment[stage.equipment]
    if any(p in shop.heaps for p in stage.places) or any(p in floor.pools[stage.equipment] for p in stage.places):
        return
    for place in stage.places:
        if place in shop.foreign:
            message = f"{shop.foreign[place]} lies in {place}, and no goal moves it on"
            found.error(
                "E608", message, stage.goal.span, equipment.span, help="Take it out by hand, or add a line that moves it on."
            )
    for other in range(len(shop.jobs)):
        if other == job or floor.place[other] not in stage.places:
            continue
        part = shop.jobs[other].part
        if floor.is_done(other):
            last = stages_of(shop.jobs[other].legs[-1])
            spans = [stage.goal.span, *(s.goal.span for s in last[:1]), equipment.span]
            message, help_ = (
                f"{stage.equipment} stays taken: no line moves a part on from there",
                "Add a line that moves the part on.",
            )
            found.error("E608", message, *dict.fromkeys(spans), help=help_)
            continue
        closed = [k for k in floor.leg(other).clauses.after if floor.barrier_left[k] > 0]
        for k in closed:
            message = f"{part} has to wait in {stage.equipment} for a line that itself needs {stage.equipment}"
            spans = [stage.goal.span, _span(floor.leg(other)), shop.routes.barriers[k].span]
            help_ = "Take `in order` from one of the two, or add a place where the part can wait."
            found.error("E604", message, *dict.fromkeys(spans), help=help_)


def _explain_places(shop: Shop, floor: Floor, job: int, stage: Stage, found: Findings) -> None:
    """No hand can take the part where it lies, or put it where it shall go."""
    kind, place = shop.jobs[job].kind, floor.place[job]
    able = [shop.workers[k] for k in shop.able(job, floor.at[job])]
    free = [p for p in stage.places if p in floor.pools[stage.equipment] or p in shop.heaps] or list(stage.places)
    if place is not None and place not in stage.places:
        if not any(_serves(shop, worker, kind, place, True, stage) for worker in able):
            _no_way(shop, able, place, stage.goal.span, found)
        if not any(_travels(shop, worker, kind, place, stage) for worker in able):
            names = " or ".join(worker.robot for worker in able)
            message, help_ = f"no way for {names} from {place} to {stage.equipment}", "Make room between the two."
            found.error("E603", message, stage.goal.span, help=help_)
    if not any(_serves(shop, worker, kind, p, False, stage) for worker in able for p in free):
        _no_way(shop, able, free[0], stage.goal.span, found)


def _serves(shop: Shop, worker: Worker, kind: str, place: str, is_source: bool, stage: Stage) -> bool:
    return bool(ways_to_serve(worker, kind, shop.grasps[kind], place, is_source, worker.speed(stage.clauses)))


def _travels(shop: Shop, worker: Worker, kind: str, place: str, stage: Stage) -> bool:
    held, hub = (worker.carried(kind, 0, shop.grasps[kind][0]),), AtHub(shop.equipment_of[place])
    return worker.motions.travel(hub, stage.equipment, held, worker.speed(stage.clauses)).seconds < math.inf


def _no_way(shop: Shop, able: Sequence[Worker], place: str, span: Span, found: Findings) -> None:
    equipment = shop.cell.equipment[shop.equipment_of[place]]
    message, help_ = f"no motion of {' or '.join(w.robot for w in able)} serves {place}", "Make room at it, or move it closer."
    found.error("E603", message, span, equipment.span, help=help_)


def _span(leg: Leg) -> Span:
    return leg.goal.span if isinstance(leg, Stage) else leg.when.span


def _first_span(shop: Shop) -> tuple[Span, ...]:
    return (_span(shop.jobs[0].legs[0]),) if shop.jobs else ()
