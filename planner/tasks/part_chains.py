"""The work of a plan part by part, as the lower bound counts it: in pieces, each as quick as the quickest of its sort.

Pieces that another order could do without are left out: ways without the part, doors and clamps of what the part is not in,
changes of tools.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cell.arrivals import arrival_times
from cell.model import CellModel
from cell.state import PlanningRequest
from cell.steps import (
    Action,
    Along,
    AtHome,
    AtHub,
    AtMeasured,
    Await,
    Drive,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Release,
    RunProgram,
    SetClamp,
    SetDoor,
    Stance,
    Step,
    Touch,
    Treat,
)  # fmt: skip
from cell.task_plan import Operation, PlannedPart


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of one part's work, step `number` of the plan: `way` s of carrying it there, then `seconds`; what it has for itself,
    which robots could be at it (none where it needs none), and the operation that it belongs to. In a contact `hub` is where;
    there the part is taken out of a place, or put into one."""

    number: int
    seconds: float
    way: float
    holds: frozenset[str]
    robots: tuple[str, ...]
    operation: str
    hub: str = ""
    moves: Literal["", "take", "put"] = ""

    @property
    def length(self) -> float:
        return self.way + self.seconds


Ways = dict[int, list[Piece]]
"""What is done in each branch of a choice; outside of choices there is one."""


@dataclass(slots=True)
class Leg:
    ways: Ways = field(default_factory=dict)
    is_choice: bool = False


@dataclass(slots=True)
class Chain:
    """One part's work in its order; `start` is the first time at which it can begin, s."""

    part: str
    start: float
    legs: list[Leg] = field(default_factory=list)


def longest_of(ways: Ways) -> list[Piece]:
    """The way that takes longest; the first of those that are equal."""
    return max(ways.values(), key=length_of, default=[])


def length_of(pieces: Sequence[Piece]) -> float:
    return sum(piece.length for piece in pieces)


class Chains:
    def __init__(
        self, parts: Sequence[PlannedPart], operations: Sequence[Operation], steps: Sequence[Step], request: PlanningRequest
    ) -> None:
        self._parts = {part.id: list[tuple[int, Step]]() for part in parts}
        self._steps, self._request, self._cell = steps, request, request.cell
        self._operations = {o.id: o for o in operations}
        self.quickest = _quickest(steps, request.cell)
        self._usable = usable(request)

    def all(self) -> list[Chain]:
        for number, step in enumerate(self._steps):
            operation = self._operations[step.operation]
            is_sent_home = step.robot not in (None, operation.robot)
            if not is_sent_home and (own := self._parts.get(operation.part)) is not None:
                own.append((number, step))
        arrivals = arrival_times(self._cell, self._request.state)
        return [self._chain(part, steps, arrivals.get(part)) for part, steps in self._parts.items()]

    def _chain(self, part: str, steps: Sequence[tuple[int, Step]], arrival: float | None) -> Chain:
        chain, choice, is_begun = Chain(part, 0.0 if arrival is None else arrival), object(), False
        branches: dict[int, _Whereabouts] = {}
        for number, step in steps:
            now, index = (None, 0) if step.branch is None else (step.branch.choice, step.branch.index)
            if now != choice:
                choice, branches = now, {}
                chain.legs.append(Leg(is_choice=now is not None))
            piece = self._piece(number, step, branches.setdefault(index, _Whereabouts()))
            if piece is not None:
                if arrival is None and not is_begun:
                    chain.start = min((self._first_way(robot) for robot in piece.robots), default=0.0)
                is_begun = True
                chain.legs[-1].ways.setdefault(index, []).append(piece)
        return chain

    def _piece(self, number: int, step: Step, at: _Whereabouts) -> Piece | None:
        """None for what others may do meanwhile, or what another order may do without."""
        match step.action:
            case Move(need=MotionNeed(touch=Touch() as touch)):
                return self._moved(number, step, touch, at)
            case Move(need=MotionNeed(touch=Along() as touch) as need):
                return self._followed(number, step, touch, self.quickest[_sort_of(need, self._cell)])
            case Grip():
                at.lies_at = None
                return self._made(number, step, at.contact)
            case Release() | Drive():
                at.lies_at = at.contact.place if at.contact is not None else None
                return self._made(number, step, at.contact)
            case SetClamp(machine=name) | SetDoor(machine=name):
                if at.contact is not None and self._cell.equipment_of(at.contact.place) == name:
                    return self._made(number, step, at.contact)
                inside = at.lies_at is not None and self._cell.equipment_of(at.lies_at) == name
                return self._made(number, step, None) if inside else None
            case Await():
                return self._made(number, step, at.contact if step.robot is not None else None)
            case RunProgram() | Inspect() | Treat():
                return self._made(number, step, None)
            case _:
                return None

    def _moved(self, number: int, step: Step, touch: Touch, at: _Whereabouts) -> Piece:
        here, way = self._cell.equipment_of(touch.place), 0.0
        if touch.end == "end":
            at.contact = touch
            if touch.pair == "part and place" and at.taken_from is not None and at.taken_from != here:
                way = self.quickest.get(("way", at.taken_from, here), 0.0)
            at.taken_from = None
        elif touch.pair == "part and place":
            at.taken_from, at.lies_at = here, None
        piece = self._made(number, step, touch, self.quickest[_sort(touch, self._cell)], way, _moves(touch))
        if touch.end == "start":
            at.contact = None
        return piece

    def _followed(self, number: int, step: Step, touch: Along, seconds: float) -> Piece:
        does = (any(touch.verb in tool.does for tool in self._cell.tools_of(robot)) for robot in self._usable)
        able = tuple(r for r, can in zip(self._usable, does, strict=True) if can or r == step.robot) or self._usable
        alone, hub = frozenset(_alone(step, self._cell)), self._cell.equipment_of(touch.place)
        return Piece(number, seconds, 0.0, alone, able, step.operation, hub, "")

    def _made(
        self, number: int, step: Step, contact: Touch | None, seconds: float | None = None, way: float = 0.0,
        moves: Literal["", "take", "put"] = "",
    ) -> Piece:  # fmt: skip
        robots = () if contact is None else self._able(contact.kind, step)
        return Piece(
            number, step.duration if seconds is None else seconds, way, frozenset(_alone(step, self._cell)), robots,
            step.operation, "" if contact is None else self._cell.equipment_of(contact.place), moves,
        )  # fmt: skip

    def _able(self, kind: str, step: Step) -> tuple[str, ...]:
        grips = (any(kind in tool.takes for tool in self._cell.tools_of(robot)) for robot in self._usable)
        return tuple(r for r, does in zip(self._usable, grips, strict=True) if does or r == step.robot) or self._usable

    def _first_way(self, robot: str) -> float:
        return self.quickest.get(("first", robot), 0.0)


@dataclass(slots=True)
class _Whereabouts:
    """Of one part, as far as one stretch of its steps tells: the equipment that it was taken from last, the place in which it
    lies, the contact under way."""

    taken_from: str | None = None
    lies_at: str | None = None
    contact: Touch | None = None


def _moves(touch: Touch) -> Literal["", "take", "put"]:
    if touch.pair != "part and place":
        return ""
    return "take" if touch.end == "start" else "put"


def _quickest(steps: Sequence[Step], cell: CellModel) -> Mapping[tuple[str, ...], float]:
    """Seconds of the quickest motion of each sort; of each robot's first ways where it begins with one."""
    found: dict[tuple[str, ...], float] = {}
    starts: dict[str, Stance] = {}
    for step in steps:
        if isinstance(step.action, Move):
            need = step.action.need
            start = starts.setdefault(need.robot, need.start)
            sort = _sort_of(need, cell)
            if need.start == start and isinstance(start, AtHome | AtMeasured):
                sort = ("first", need.robot)
            found[sort] = min(step.duration, found.get(sort, math.inf))
    return found


def _sort_of(need: MotionNeed, cell: CellModel) -> tuple[str, ...]:
    match need:
        case MotionNeed(touch=Touch() as touch):
            return _sort(touch, cell)
        case MotionNeed(touch=Along(verb=verb, feature=feature, kind=kind, place=place)):
            return "along", verb, feature, kind, cell.equipment_of(place)
        case MotionNeed(start=AtHub(a), end=AtHub(b), touch=None):
            return "way", a, b
        case _:
            return ("other",)


def _sort(touch: Touch, cell: CellModel) -> tuple[str, ...]:
    return touch.pair, touch.end, touch.kind, cell.equipment_of(touch.place)


def _alone(step: Step, cell: CellModel) -> Iterator[str]:
    """What the step has for itself: what works or is a person; what it enters, where that takes one."""
    name = _worker(step.action)
    if name is not None:
        yield name
    for claim in step.claims:
        zone, equipment = cell.zones.get(claim), cell.equipment.get(claim)
        if (zone is not None and zone.capacity == 1) or (equipment is not None and len(equipment.places) == 1):
            yield claim


def _worker(action: Action) -> str | None:
    match action:
        case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Await(person=name):
            return name
        case _:
            return None


def usable(request: PlanningRequest) -> tuple[str, ...]:
    return tuple(name for name in request.cell.robots if name not in request.without)
