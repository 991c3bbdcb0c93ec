"""Why there is no schedule: typed answers that name the lines and things that are in each other's way.

What is counted is said before any order is tried. Where orders get stuck, it says what the parts there wait for; that is a proof
only where every order was looked at, and else it is said that the search gave up.
"""

from __future__ import annotations

from cell.diagnostic import Diagnostic, Span, error
from cell.shelves import is_bin
from planner.tasks.dispatch import Order
from planner.tasks.every_order import every_order
from planner.tasks.findings import Findings
from planner.tasks.floor import FOREIGN, Floor
from planner.tasks.route import Fork, Leg, Stage, stages_of
from planner.tasks.shop import Shop
from planner.tasks.ways import check_ways


def check_room(shop: Shop, found: Findings) -> None:
    """Places for all parts that come to rest: before any order is tried."""
    arriving: dict[str, int] = {}
    leaving: dict[str, int] = {}
    asked: dict[str, Span] = {}
    for job in shop.jobs:
        last = job.legs[-1]
        ends = {way.stages[-1] for way in last.ways if way.stages} if isinstance(last, Fork) else {last}
        ends = {stage for stage in ends if stage.into is None}  # others rest in a part, wherever that goes
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
        people = [person.name for person in shop.cell.people.values() if person.at == name]
        if (shop.cell.kind_of(equipment).layout == "grid" or people) and count > room:
            message = f"{count} parts shall come to rest in {name}, which has room for {room}"
            help_ = f"Make room for {count - room} more, or ask for fewer."
            if people:
                help_ = f"Write `clears BIN` for {people[0]}, if they carry away what is finished, or a line that moves it on."
            found.error("E607", message, asked[name], equipment.span, help=help_)


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
            elif not shop.cell.kind_of(source).gives_out:
                found.unsupported(f"taking parts out of a {source.kind}", span, source.span)
        for name in {stage.equipment for leg in job.legs for stage in stages_of(leg)} - joined:
            if shop.devices[name].is_running:
                message = f"{name} is running, and no goal is about what is in it"
                found.error("E608", message, span, shop.cell.equipment[name].span, help="Wait until it is done, or empty it.")


def explain(shop: Shop, order: Order, found: Findings) -> None:
    """Say why `order` got stuck; always says something."""
    check_ways(shop, found)
    if found.has_errors:
        return
    reasons = stuck_reasons(shop, order)
    if every_order(shop) == "never comes through":
        for reason in reasons or (_no_order(shop, order),):
            found.add(reason)
    else:
        found.add(_gave_up(shop, order, reasons))


def stuck_reasons(shop: Shop, order: Order) -> tuple[Diagnostic, ...]:
    """What the parts wait for where the order got stuck, as far as it is one of the usual things."""
    found = Findings()
    _explain_hands(shop, order.floor, found)
    for job in _left(order.floor):
        _explain_job(shop, order.floor, job, found)
    return found.all()


def _left(floor: Floor) -> list[int]:
    """The jobs that wait."""
    return [*floor.held(), *floor.under_way, *(queue[-1] for queue in floor.queues.values() if queue)]


def _no_order(shop: Shop, order: Order) -> Diagnostic:
    spans = dict.fromkeys(_span(order.floor.leg(j)) for j in _left(order.floor))
    help_ = "Add a free place or another hand, or ask for less order."
    return error("E620", "in no order does every part come through; every one was looked at", *spans, help=help_)


def _gave_up(shop: Shop, order: Order, reasons: tuple[Diagnostic, ...]) -> Diagnostic:
    """No order was found, which proves nothing; where the last one got stuck may help."""
    if shop.crew.rules.has_conflicts:
        spans = dict.fromkeys(_span(order.floor.leg(j)) for j in _left(order.floor))
        names = " and ".join(shop.crew.rests)
        help_ = "Give them more room, or zones with `capacity 1`."
        return error("E616", f"no order was found in which {names} keep out of each other's way", *spans, help=help_)
    if reasons:
        first = reasons[0]
        message = f"no order was found in which every part comes through: {first.message}"
        return error("E615", message, *first.spans, help=first.help)
    spans = dict.fromkeys(_span(order.floor.leg(j)) for j in _left(order.floor))
    help_ = "Add a free place or another hand: each part needs one to be put into while others wait."
    return error("E615", "no order was found in which every part comes through", *spans, help=help_)


def _explain_hands(shop: Shop, floor: Floor, found: Findings) -> None:
    if all(j == FOREIGN for hands in floor.hands for j in hands):
        held = [shop.foreign[hand.name] for worker in shop.workers for hand in worker.hands if hand.name in shop.foreign]
        message = f"every hand is full: {', '.join(held)}, and no goal is about them"
        found.error("E608", message, *_first_span(shop), help="Empty a hand.")


def _explain_job(shop: Shop, floor: Floor, job: int, found: Findings) -> None:
    leg = floor.leg(job)
    closed = [k for k in leg.clauses.after if floor.barrier_left[k] > 0]
    for stage in stages_of(leg):
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


def _span(leg: Leg) -> Span:
    return leg.goal.span if isinstance(leg, Stage) else leg.when.span


def _first_span(shop: Shop) -> tuple[Span, ...]:
    return (_span(shop.jobs[0].legs[0]),) if shop.jobs else ()
