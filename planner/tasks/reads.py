"""Which observed facts a plan relies on, as names and words: `run` compares them again before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.awaited_work import waits_for_people
from cell.driving import driving_assumptions
from cell.outfeeds import taking_laws
from cell.reasons import planned_when_taken
from cell.shelves import is_bin, presentation
from cell.state import CellState, InPlace, PartState
from cell.steps import Service, Step
from cell.task_plan import PlannedPart, ReadFact
from planner.tasks.dispatch import Order
from planner.tasks.floor import Act, Kind
from planner.tasks.route import Fork, Job, Routes, Stage
from planner.tasks.shop import Shop


def read_facts(shop: Shop, state: CellState, order: Order, steps: Sequence[Step]) -> tuple[ReadFact, ...]:
    """Sorted by name. Only what the acts of `order` use; no joint positions."""
    facts = (
        dict(_parts(shop, state)) | dict(_targets(shop, order)) | dict(_devices(shop, order, steps)) | dict(_hands(shop, order))
    )
    facts |= dict(_seats(shop, state, order)) | dict(_tools(shop, order))
    facts |= {f"count {name}": str(count) for name, count in shop.routes.counted} | dict(shop.routes.ordered)
    facts |= dict(shop.routes.observed)
    return tuple(ReadFact(name, facts[name]) for name in sorted(facts))


def planned_parts(routes: Routes) -> tuple[PlannedPart, ...]:
    return tuple(PlannedPart(job.part, job.kind, job.place or job.hand or "") for job in routes.jobs)


def assumptions(shop: Shop, state: CellState, order: Order, steps: Sequence[Step]) -> tuple[str, ...]:
    """What was taken for granted: how shelves present parts, durations that nobody declared, doors and clamps that nobody
    reports."""
    acts = [act for act in order.acts if act.kind is not Kind.PARK]
    used = {shop.equipment_of[act.place] for act in acts} | {name for act in acts for name in _people(shop, act)}
    used |= {shop.equipment_of[act.targets[0][0]] for act in acts if act.kind is Kind.CARRY}
    used |= set(_served(steps))
    out = [presentation(place) for place in sorted(_from_bins(shop))]
    out += waits_for_people(steps, shop.cell)
    out += driving_assumptions(steps, shop.cell)
    out += taking_laws(steps, shop.cell)
    forks = (shop.jobs[act.job].legs[act.leg] for act in acts if act.kind is Kind.CHOOSE)
    later = ((fork, x) for fork in forks if isinstance(fork, Fork) for x in fork.later)
    out += dict.fromkeys(planned_when_taken(fork.outcome, x.values, fork.when.span.start.line) for fork, x in later)
    for name in (n for n in shop.devices if n in used):
        device, seen = shop.devices[name], state.devices.get(name)
        if device.has_door and (seen is None or seen.door_open is None):
            out.append(f"the door of {name} is shut at the start: nothing reports it")
        if device.has_clamp and (seen is None or seen.clamped is None):
            out.append(f"the clamp of {name} is open at the start: nothing reports it")
        equipment = shop.cell.equipment[name]
        offers = () if name in shop.cell.people else equipment.offers
        for what, length in [(p.name, p.duration) for p in equipment.programs] + [(o.verb, o.duration) for o in offers]:
            if length.is_usual:
                out.append(f"{what} at {name} takes {length.longest:g} s: usual, not a bound")
    return tuple(out)


def _parts(shop: Shop, state: CellState) -> Iterator[tuple[str, str]]:
    known = {part.id: part for part in state.parts}
    yield from ((f"enough {place} {count}", "yes") for place, count in _from_bins(shop).items())
    taken = {p.location.place for p in state.parts if isinstance(p.location, InPlace)}
    for job in shop.jobs:
        if job.arrival is not None:
            if job.place not in taken:
                yield f"at {job.place}", "empty"
            continue
        yield (f"at {job.place}", job.kind) if job.place is not None else (f"hand {job.hand}", job.kind)
        yield from _history(job, known[job.part])


def _from_bins(shop: Shop) -> dict[str, int]:
    """How many parts come out of each bin of a shelf."""
    bins = [job.place for job in shop.jobs if job.place is not None and is_bin(shop.cell, job.place)]
    return {place: bins.count(place) for place in dict.fromkeys(bins)}


def _history(job: Job, part: PartState) -> Iterator[tuple[str, str]]:
    if part.bound:
        yield f"bound {job.part}", part.bound
    if part.reached:
        yield f"reached {job.part}", " ".join(sorted(part.reached))
    for outcome, value in part.outcomes:
        yield f"{outcome} {job.part}", value


def _seats(shop: Shop, state: CellState, order: Order) -> Iterator[tuple[str, str]]:
    """Seats that the plan fills, and the bases that have them where nothing else is done with those."""
    worked = {job.part for job in shop.jobs}
    for act in order.acts:
        leg = shop.jobs[act.job].legs[act.leg] if act.kind is Kind.PLACE else None
        if isinstance(leg, Stage) and leg.into is not None:
            base = leg.into.base
            yield f"seat {base}.{shop.benches.seat(act.place)[1]}", "empty"
            if base not in worked:
                yield f"at {shop.benches.lying[base]}", shop.benches.kinds[base]


def _targets(shop: Shop, order: Order) -> Iterator[tuple[str, str]]:
    """Places that the plan fills and that are free at the start."""
    free = {place for places in shop.free_places.values() for place in places}
    for act in order.acts:
        filled = [act.place] if act.kind is Kind.PLACE else [p for way in act.targets for p in way]
        filled += [leg.handing.spot for leg in _stages(shop, act) if leg.handing is not None and act.kind is Kind.PLACE]
        filled += [leg.giver.spot for leg in _stages(shop, act) if leg.giver is not None and act.kind is Kind.PICK]
        for place in filled:
            if place in free:
                yield f"at {place}", "empty"


def _tools(shop: Shop, order: Order) -> Iterator[tuple[str, str]]:
    """What is at the flange of each robot that moves and that may have another tool."""
    moved = {shop.workers[act.worker].robot for act in order.acts if act.kind not in (Kind.RUN, Kind.CARRY)}
    for worker in shop.workers:
        if worker.is_mounted and worker.robot in moved and len(shop.cell.tools_of(worker.robot)) > 1:
            yield f"tool {worker.robot}", worker.tool or "none"


def _hands(shop: Shop, order: Order) -> Iterator[tuple[str, str]]:
    held = {job.hand for job in shop.jobs}
    for act in order.acts:
        name = shop.workers[act.worker].hands[act.hand].name if act.hand >= 0 else None
        if act.kind in (Kind.PICK, Kind.CHOOSE) and name is not None and name not in held:
            yield f"hand {name}", "empty"


def _devices(shop: Shop, order: Order, steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    acts = [act for act in order.acts if act.kind is not Kind.PARK]
    places = [p for act in acts for p in (act.place, *(p for way in act.targets for p in way))]
    names = [shop.equipment_of[place] for place in places] + [name for act in acts for name in _people(shop, act)]
    names += _served(steps)
    for name in dict.fromkeys(names):
        device = shop.devices[name]
        if device.has_door:
            yield f"door {name}", "open" if device.is_open else "shut"
        if device.has_clamp:
            yield f"clamp {name}", "closed" if device.is_clamped else "open"
        if device.works:
            yield f"running {name}", "yes" if device.is_running else "no"


def _served(steps: Sequence[Step]) -> list[str]:
    """What does something to itself."""
    return [step.action.station for step in steps if isinstance(step.action, Service)]


def _people(shop: Shop, act: Act) -> Iterator[str]:
    """Who is asked for something in that act."""
    is_asked = act.kind in (Kind.RUN, Kind.PLACE, Kind.CARRY)
    yield from (stage.device for stage in _stages(shop, act) if is_asked and stage.device in shop.cell.people)
    yield from (s.giver.person for s in _stages(shop, act) if act.kind is Kind.PICK and s.giver is not None)


def _stages(shop: Shop, act: Act) -> Iterator[Stage]:
    if act.kind is Kind.PARK:  # about no part: there may be none
        return
    leg = shop.jobs[act.job].legs[act.leg]
    if isinstance(leg, Stage):
        yield leg
