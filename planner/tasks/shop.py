"""The work as the schedule sees it: routes, robots, their motions, and what each equipment is. Fixed while orders are tried.

This is the inner door: `Shop` in, `dispatch` gives an order and its times, whatever made the shop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cell.durations import action_duration
from cell.equipment import Place, SeatOf
from cell.model import CellModel
from cell.scene import lying_directly_upon
from cell.state import CellState, InHand, InPlace, PlanningRequest
from cell.steps import AtHub, SetClamp, SetDoor, Stance
from planner.tasks.ahead import fetched_ahead
from planner.tasks.contacts import Contacts
from planner.tasks.crew import Crew, Known, crew_for
from planner.tasks.escape import ANYWHERE, Visit
from planner.tasks.findings import Findings
from planner.tasks.methods import has_clamp, has_door, is_device, is_heap
from planner.tasks.reach import grasps_of
from planner.tasks.route import Fork, Job, Leg, Routes, Stage, stages_of
from planner.tasks.seating import Benches
from planner.tasks.worker import Worker

"""Where a part may lie for as long as it likes: nothing else needs its place."""


@dataclass(frozen=True, slots=True)
class Device:
    """One equipment: what it has, its times in s, and how it is at the start."""

    name: str
    works: bool
    has_door: bool
    has_clamp: bool
    door_time: float
    clamp_time: float
    is_open: bool
    is_clamped: bool
    is_running: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """`equipment_of` is by place and by pocket. `foreign` are places and hands taken by parts without open work. `heaps` are
    places. `rooms` number the equipment that may run full; `group[j]` tells apart jobs that are not alike; `waiting[j]`: job j
    may lie where it is for as long as it likes. `lines` are the jobs that do, each in the order in which they can be taken.
    `upon`: the places right above a place. `opened_by`: the barriers that the end of (job, leg) helps to open. `kinds[j][k]`:
    what job j's part is at leg k. `ahead`: the legs (job, number) whose part may be fetched before they are due."""

    cell: CellModel
    routes: Routes
    crew: Crew
    devices: Mapping[str, Device]
    equipment_of: Mapping[str, str]
    heaps: frozenset[str]
    free_places: Mapping[str, tuple[str, ...]]
    foreign: Mapping[str, str]
    rooms: Mapping[str, int]
    group: tuple[int, ...]
    waiting: tuple[bool, ...]
    lines: tuple[tuple[int, ...], ...]
    upon: Mapping[str, tuple[str, ...]]
    grasps: Mapping[str, tuple[int, ...]]
    mass: Mapping[str, float]
    opened_by: Mapping[tuple[int, int], tuple[int, ...]]
    seed: int
    contacts: Contacts
    benches: Benches
    kinds: tuple[tuple[str, ...], ...]
    ahead: frozenset[tuple[int, int]]

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.routes.jobs

    @property
    def workers(self) -> tuple[Worker, ...]:
        return self.crew.workers

    def able(self, job: int, leg: int) -> tuple[int, ...]:
        """The workers that can do that leg, by number."""
        return self.crew.able[job][leg]


def make_shop(request: PlanningRequest, routes: Routes, known: Known, found: Findings) -> Shop | None:
    """None where no robot can do some of the work, which is then said in `found`."""
    cell, state, places = request.cell, request.state, request.cell.places
    crew = crew_for(request, routes, known, found)
    if crew is None:
        return None
    busy = {job.part for job in routes.jobs}
    taken = {p.location.place: p.id for p in state.parts if isinstance(p.location, InPlace)}
    foreign = {name: part for name, part in taken.items() if part not in busy and name in places and not is_heap(places[name])}
    foreign |= {p.location.hand: p.id for p in state.parts if isinstance(p.location, InHand) and p.id not in busy}
    free = {e.name: tuple(p.name for p in e.places if p.name not in taken and not is_heap(p)) for e in cell.equipment.values()}
    groups: dict[object, int] = {}
    sources = [places[job.place].equipment if job.place else "" for job in routes.jobs]
    likeness = [(*_likeness(j, source), able) for j, source, able in zip(routes.jobs, sources, crew.able, strict=True)]
    group = tuple(groups.setdefault(like, len(groups)) for like in likeness)
    waiting = tuple(source in cell.equipment and cell.kind_of(cell.equipment[source]).keeps_waiting for source in sources)
    devices = {e.name: _device(cell, state, e.name) for e in cell.equipment.values()}
    equipment_of = {name: place.equipment for name, place in places.items()}
    equipment_of |= {pocket.name: pocket.changer for pocket in cell.pockets.values()}
    return Shop(
        cell, routes, crew, devices, equipment_of,
        frozenset(name for name, place in places.items() if is_heap(place)),
        free, foreign, _rooms(cell, routes, free), group, waiting, _lines(cell, routes, group, waiting),
        _upon(places),
        {kind: grasps_of(cell, kind) for kind in cell.parts}, {kind: part.mass for kind, part in cell.parts.items()},
        _opened_by(routes), request.seed, Contacts(devices, equipment_of, _seats(places)),
        Benches(cell, state, routes), tuple(tuple(job.kind_at(k) for k in range(len(job.legs))) for job in routes.jobs),
        fetched_ahead(routes),
    )  # fmt: skip


def _upon(places: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    """What is joined to a part is no longer upon it."""
    above = lying_directly_upon(places)
    return {name: rest for name, found in above.items() if (rest := tuple(p for p in found if places[p].of is None))}


def _seats(places: Mapping[str, Place]) -> dict[str, SeatOf]:
    return {name: place.of for name, place in places.items() if place.of is not None}


def start_hub(stance: Stance) -> str | None:
    """The equipment at whose hub the robot stands."""
    return stance.equipment if isinstance(stance, AtHub) else None


def _device(cell: CellModel, state: CellState, name: str) -> Device:
    equipment, seen = cell.equipment[name], state.devices.get(name)
    door, clamp = has_door(equipment), has_clamp(equipment)
    return Device(
        name, is_device(cell, equipment), door, clamp,
        action_duration(cell, SetDoor(name, True)).longest if door else 0.0,
        action_duration(cell, SetClamp(name, True)).longest if clamp else 0.0,
        bool(seen and seen.door_open), bool(seen and seen.clamped), bool(seen and seen.running),
    )  # fmt: skip


def _lines(cell: CellModel, routes: Routes, group: Sequence[int], waiting: Sequence[bool]) -> tuple[tuple[int, ...], ...]:
    """Those that are alike in the order of the routes; of a pile the uppermost first; of a shelf's bin from the front; of a
    conveyor as they come."""
    rank = {place.name: i for e in cell.equipment.values() for i, place in enumerate(e.places)}
    lines: dict[tuple[str, int | str], list[tuple[float, int, int]]] = {}
    for j, job in enumerate(routes.jobs):
        if not waiting[j] or job.place is None:
            continue
        source = cell.equipment[cell.places[job.place].equipment]
        if cell.kind_of(source).brings_parts:
            lines.setdefault(("belt", source.name), []).append((job.arrival or 0.0, 0, j))
        elif cell.kind_of(source).layout == "bins":
            lines.setdefault(("bin", job.place), []).append((0.0, j, j))
        elif any(place.lies_on for place in source.places):
            lines.setdefault(("pile", source.name), []).append((0.0, -rank[job.place], j))
        else:
            lines.setdefault(("alike", group[j]), []).append((0.0, 0, j))
    return tuple(tuple(j for _, _, j in sorted(line)) for line in lines.values())


def _rooms(cell: CellModel, routes: Routes, free: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Equipment that may run full: fewer free places than parts will ever be brought there."""
    brought: dict[str, int] = {}
    for job in routes.jobs:
        for leg in job.legs:
            for stage in (s for s in stages_of(leg) if s.into is None):
                brought[stage.equipment] = brought.get(stage.equipment, 0) + 1
    limited = [
        e.name
        for e in cell.equipment.values()
        if not any(is_heap(p) for p in e.places)
        and (not cell.kind_of(e).keeps_waiting or brought.get(e.name, 0) > len(free[e.name]))
    ]
    return {name: i for i, name in enumerate(limited)}


def _opened_by(routes: Routes) -> dict[tuple[int, int], tuple[int, ...]]:
    opens: dict[tuple[int, int], tuple[int, ...]] = {}
    for k, barrier in enumerate(routes.barriers):
        for member in barrier.members:
            opens[member] = (*opens.get(member, ()), k)
    return opens


def _likeness(job: Job, source: str) -> tuple[object, ...]:
    return (job.kind, job.kinds, source, tuple(_leg_likeness(leg) for leg in job.legs))


def _leg_likeness(leg: Leg) -> tuple[object, ...]:
    match leg:
        case Stage(equipment=equipment, work=work, clauses=clauses, joined=joined, handing=handing, into=into):
            return (equipment, work, clauses.speeds, joined, handing, into, leg.giver)
        case Fork(ways=ways, clauses=clauses):
            return (tuple(tuple(s.equipment for s in way.stages) for way in ways), clauses.speeds)


def route_rooms(shop: Shop, job: int, leg: int, here: int) -> tuple[Visit, ...]:
    """The rooms that the legs from `leg` on lead through from `here`, ANYWHERE for equipment that never runs full; all ways of a
    fork, one by one. A way that leaves the part where it is counts as going back there."""
    route: list[Visit] = []
    for k, open_leg in enumerate(shop.jobs[job].legs[leg:], start=leg):
        able = shop.able(job, k)
        for stage in stages_of(open_leg):
            room = ANYWHERE if stage.into is not None else shop.rooms.get(stage.equipment, ANYWHERE)
            route.append(Visit(room, () if stage.is_carried else able, is_work=stage.path is not None))
        if isinstance(open_leg, Stage):
            here = route[-1].room
        elif any(not way.stages for way in open_leg.ways):
            route.append(Visit(here, able))
    return tuple(route)
