"""The work as the schedule sees it: routes, one robot, its motions, and what each equipment is. Fixed while orders are tried.

This is the inner door: `Shop` in, `dispatch` gives an order and its times, whatever made the shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cell.durations import action_duration
from cell.model import CellModel
from cell.state import CellState, InHand, InPlace
from cell.steps import AtHome, AtHub, AtPlace, Carried, Grip, SetClamp, SetDoor, Stance
from planner.tasks.escape import ANYWHERE
from planner.tasks.methods import has_clamp, has_door, is_device, is_heap
from planner.tasks.motions import Motions
from planner.tasks.reach import Worker, grasps_of
from planner.tasks.route import Clauses, Fork, Job, Leg, Routes, Stage, stages_of


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
    """`foreign` are places and hands taken by parts without open work, `foreign_held` those in hands by number. `heaps` are
    places. `rooms` number the equipment that may run full; `group[j]` tells apart jobs that are not alike; `waiting[j]`: job j
    may lie where it is for as long as it likes. `opened_by`: the barriers that the end of (job, leg) helps to open."""

    cell: CellModel
    routes: Routes
    worker: Worker
    motions: Motions
    stance: Stance
    devices: Mapping[str, Device]
    equipment_of: Mapping[str, str]
    heaps: frozenset[str]
    free_places: Mapping[str, tuple[str, ...]]
    foreign: Mapping[str, str]
    foreign_held: Mapping[int, Carried]
    rooms: Mapping[str, int]
    group: tuple[int, ...]
    waiting: tuple[bool, ...]
    grasps: Mapping[str, tuple[int, ...]]
    mass: Mapping[str, float]
    grip_time: float
    opened_by: Mapping[tuple[int, int], tuple[int, ...]]
    seed: int

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.routes.jobs

    @property
    def contact(self) -> AtPlace | None:
        """The contact that an earlier plan left the robot in."""
        return self.stance if isinstance(self.stance, AtPlace) else None

    def hand_number(self, name: str) -> int:
        return [hand.name for hand in self.worker.hands].index(name)

    def carried(self, kind: str, hand: int, grasp: int) -> Carried:
        """What hand number `hand` holds."""
        return Carried(self.worker.hands[hand].name, kind, grasp)

    def speed(self, clauses: Clauses) -> float | None:
        """The smallest limit that binds this robot, m/s."""
        return min((v for robot, v in clauses.speeds if robot in ("", self.worker.robot)), default=None)


def make_shop(cell: CellModel, state: CellState, routes: Routes, worker: Worker, motions: Motions, seed: int) -> Shop:
    places = cell.places
    devices = {e.name: _device(cell, state, e.name) for e in cell.equipment.values()}
    busy = {job.part for job in routes.jobs}
    taken = {p.location.place: p.id for p in state.parts if isinstance(p.location, InPlace)}
    foreign = {name: part for name, part in taken.items() if part not in busy and name in places and not is_heap(places[name])}
    foreign |= {p.location.hand: p.id for p in state.parts if isinstance(p.location, InHand) and p.id not in busy}
    free = {e.name: tuple(p.name for p in e.places if p.name not in taken and not is_heap(p)) for e in cell.equipment.values()}
    rooms = _rooms(cell, routes, free)
    groups: dict[object, int] = {}
    sources = [places[job.place].equipment if job.place else "" for job in routes.jobs]
    group = tuple(groups.setdefault(_likeness(j, s), len(groups)) for j, s in zip(routes.jobs, sources, strict=True))
    hand = worker.hands[0]
    return Shop(
        cell, routes, worker, motions, state.stances.get(worker.robot, AtHome()), devices,
        {name: place.equipment for name, place in places.items()},
        frozenset(name for name, place in places.items() if is_heap(place)),
        free, foreign, _foreign_held(state, worker, busy), rooms, group,
        tuple(job.place is not None and cell.equipment[places[job.place].equipment].kind == "tray" for job in routes.jobs),
        {kind: grasps_of(cell, kind) for kind in cell.parts}, {kind: part.mass for kind, part in cell.parts.items()},
        action_duration(cell, Grip(hand.tool, hand.hand, "", 0.0)).longest, _opened_by(routes), seed,
    )  # fmt: skip


def _foreign_held(state: CellState, worker: Worker, busy: set[str]) -> dict[int, Carried]:
    numbers = {hand.name: k for k, hand in enumerate(worker.hands)}
    held = [(p.location, p.kind) for p in state.parts if isinstance(p.location, InHand) and p.id not in busy]
    return {numbers[x.hand]: Carried(x.hand, kind, x.grasp) for x, kind in held if x.hand in numbers}


def start_hub(stance: Stance) -> str | None:
    """The equipment at whose hub the robot stands."""
    return stance.equipment if isinstance(stance, AtHub) else None


def _device(cell: CellModel, state: CellState, name: str) -> Device:
    equipment, seen = cell.equipment[name], state.devices.get(name)
    door, clamp = has_door(equipment), has_clamp(equipment)
    return Device(
        name, is_device(equipment), door, clamp,
        action_duration(cell, SetDoor(name, True)).longest if door else 0.0,
        action_duration(cell, SetClamp(name, True)).longest if clamp else 0.0,
        bool(seen and seen.door_open), bool(seen and seen.clamped), bool(seen and seen.running),
    )  # fmt: skip


def _rooms(cell: CellModel, routes: Routes, free: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Equipment that may run full: fewer free places than parts will ever be brought there."""
    brought: dict[str, int] = {}
    for job in routes.jobs:
        for leg in job.legs:
            for stage in stages_of(leg):
                brought[stage.equipment] = brought.get(stage.equipment, 0) + 1
    limited = [
        e.name
        for e in cell.equipment.values()
        if not any(is_heap(p) for p in e.places) and (e.kind != "tray" or brought.get(e.name, 0) > len(free[e.name]))
    ]
    return {name: i for i, name in enumerate(limited)}


def _opened_by(routes: Routes) -> dict[tuple[int, int], tuple[int, ...]]:
    opens: dict[tuple[int, int], tuple[int, ...]] = {}
    for k, barrier in enumerate(routes.barriers):
        for member in barrier.members:
            opens[member] = (*opens.get(member, ()), k)
    return opens


def _likeness(job: Job, source: str) -> tuple[object, ...]:
    return (job.kind, source, tuple(_leg_likeness(leg) for leg in job.legs))


def _leg_likeness(leg: Leg) -> tuple[object, ...]:
    match leg:
        case Stage(equipment=equipment, work=work, clauses=clauses, joined=joined):
            return (equipment, work, clauses.speeds, joined)
        case Fork(ways=ways, clauses=clauses):
            return (tuple(tuple(s.equipment for s in way.stages) for way in ways), clauses.speeds)


def route_rooms(shop: Shop, legs: tuple[Leg, ...], here: int) -> tuple[int, ...]:
    """The rooms that the legs lead through from `here`, ANYWHERE for equipment that never runs full; all ways of a fork, one
    by one. A way that leaves the part where it is counts as going back there."""
    route: list[int] = []
    for leg in legs:
        for stage in stages_of(leg):
            route.append(shop.rooms.get(stage.equipment, ANYWHERE))
        if isinstance(leg, Stage):
            here = route[-1]
        elif any(not way.stages for way in leg.ways):
            route.append(here)
    return tuple(route)
