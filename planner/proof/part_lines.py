"""What has to be done to each part of a plan, read off its steps: the least that it takes, and whom and what it needs.

Nothing is quicker than the quickest of its sort in the plan. A motion in contact is of one sort with those that do the same (go
for it, lift it, put it, leave it) with the same kind of part at the same equipment; a way with those between the same two hubs; a
robot's first way with all that it makes from where it stands at the start. What another order could do without is left out: ways
without the part, doors and clamps of what the part is not in, changes of tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cell.arrivals import arrival_times
from cell.model import CellModel
from cell.state import PlanningRequest
from cell.steps import (
    AtHome,
    AtHub,
    AtMeasured,
    Await,
    Grip,
    Inspect,
    Move,
    Release,
    RunProgram,
    SetClamp,
    SetDoor,
    Step,
    Touch,
    Treat,
)  # fmt: skip
from cell.task_plan import TaskPlan

Served = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of one part's work. `way` s carries the part there; then it takes `seconds`, has `alone` for itself and keeps one
    of the robots `by`, any of which has a tool for it; no robots where it needs none."""

    way: float
    seconds: float
    alone: frozenset[str]
    by: frozenset[str]
    serves: Served


Stretch = tuple[tuple[Item, ...], ...]
"""What is done outside of choices, once; or in a choice, for each of its ways."""


@dataclass(frozen=True, slots=True)
class Line:
    """All of a part's work in its order, none of it before `ready` s."""

    ready: float
    stretches: tuple[Stretch, ...]

    def items(self) -> Iterator[Item]:
        return (item for stretch in self.stretches for way in stretch for item in way)


class Reader:
    def __init__(self, tasks: TaskPlan, request: PlanningRequest) -> None:
        self.robots = [name for name in request.cell.robots if name not in request.without]
        self._cell = request.cell
        self._arrivals = arrival_times(request.cell, request.state)
        self._operations = {operation.id: operation for operation in tasks.operations}
        self._own: dict[str, list[Step]] = {}
        for step in tasks.steps:
            self._own.setdefault(self._operations[step.operation].part, []).append(step)
        self._first, self._contacts, self._ways = _least(tasks.steps, request.cell)

    def line(self, part: str) -> Line:
        turns = groupby(self._own.get(part, ()), lambda step: None if step.branch is None else step.branch.choice)
        stretches = tuple(self._stretch(list(steps)) for _, steps in turns)
        ready = self._arrivals.get(part)
        if ready is None:
            begins = next((item for stretch in stretches for way in stretch for item in way), None)
            ready = min((self._first.get(robot, 0.0) for robot in begins.by), default=0.0) if begins is not None else 0.0
        return Line(ready, stretches)

    def _stretch(self, steps: Sequence[Step]) -> Stretch:
        ways: dict[int, list[Step]] = {}
        for step in steps:
            ways.setdefault(0 if step.branch is None else step.branch.index, []).append(step)
        return tuple(tuple(self._items(own)) for own in ways.values())

    def _items(self, steps: Iterable[Step]) -> Iterator[Item]:
        """`inside` is the equipment in which the part is, `left` that which it was taken out of last; both unknown at first."""
        touch: Touch | None = None
        inside = left = None
        for step in steps:
            match step.action:
                case Move(need=need) if isinstance(need.touch, Touch):
                    touch, here, way = need.touch, self._cell.equipment_of(need.touch.place), 0.0
                    if (touch.pair, touch.end) == ("part and place", "end") and left is not None and left != here:
                        way = self._ways.get((left, here), 0.0)
                    left = (
                        here if (touch.pair, touch.end) == ("part and place", "start") else left if touch.end == "start" else None
                    )
                    inside = None if (touch.pair, touch.end) == ("part and place", "start") else inside
                    yield self._item(step, touch, self._contacts[_sort(touch, self._cell)], way)
                    touch = None if touch.end == "start" else touch
                case Grip() | Release():
                    inside = (
                        self._cell.equipment_of(touch.place) if touch is not None and isinstance(step.action, Release) else None
                    )
                    yield self._item(step, touch, step.duration)
                case SetDoor(machine=name) | SetClamp(machine=name):
                    if touch is not None and self._cell.equipment_of(touch.place) == name:
                        yield self._item(step, touch, step.duration)
                    elif inside == name:
                        yield self._item(step, None, step.duration)
                case RunProgram() | Inspect() | Treat() | Await():
                    yield self._item(step, None, step.duration)
                case _:
                    pass

    def _item(self, step: Step, touch: Touch | None, seconds: float, way: float = 0.0) -> Item:
        by: frozenset[str] = frozenset()
        if touch is not None:
            kind = touch.kind
            able = {r for r in self.robots if r == step.robot or any(kind in t.grips for t in self._cell.tools_of(r))}
            by = frozenset(able or self.robots)
        return Item(way, seconds, frozenset(_alone(step, self._cell)), by, self._operations[step.operation].serves)


def _least(
    steps: Sequence[Step], cell: CellModel
) -> tuple[dict[str, float], dict[tuple[str, ...], float], dict[tuple[str, str], float]]:
    """Seconds: each robot's shortest first way, contacts by sort, ways by their hubs. A robot that stands at a hub or in a
    contact at the start may begin there without a way."""
    moves = [(step.duration, step.action.need) for step in steps if isinstance(step.action, Move)]
    at_start = {need.robot: need.start for _, need in reversed(moves)}
    first: dict[str, float] = {}
    contacts: dict[tuple[str, ...], float] = {}
    ways: dict[tuple[str, str], float] = {}
    for seconds, need in moves:
        if need.start == at_start[need.robot] and isinstance(need.start, AtHome | AtMeasured):
            first[need.robot] = min(seconds, first.get(need.robot, seconds))
        elif isinstance(need.touch, Touch):
            sort = _sort(need.touch, cell)
            contacts[sort] = min(seconds, contacts.get(sort, seconds))
        elif need.touch is None and isinstance(need.start, AtHub) and isinstance(need.end, AtHub):
            hubs = (need.start.equipment, need.end.equipment)
            ways[hubs] = min(seconds, ways.get(hubs, seconds))
    return first, contacts, ways


def _sort(touch: Touch, cell: CellModel) -> tuple[str, ...]:
    return touch.pair, touch.end, touch.kind, cell.equipment_of(touch.place)


def _alone(step: Step, cell: CellModel) -> Iterator[str]:
    """Who works at it, and everything entered that takes one at a time."""
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Await(person=name):
            yield name
        case _:
            pass
    for claim in step.claims:
        if claim in cell.zones and cell.zones[claim].capacity == 1:
            yield claim
        if claim in cell.equipment and len(cell.equipment[claim].places) == 1:
            yield claim
