"""What has to be done to each part of a plan, read off its steps: the least that it takes, and whom and what it needs.

Nothing is quicker than the quickest of its sort in the plan. A motion in contact is of one sort with those that do the same (go
for it, lift it, put it, leave it) with the same kind of part at the same equipment; a way with those between the same two hubs; a
robot's first way with all that it makes from where it stands at the start. What another order could do without is left out: ways
without the part, doors and clamps of what the part is not in, changes of tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

from cell.arrivals import arrival_times
from cell.dataclass import dataclass
from cell.model import CellModel
from cell.state import PlanningRequest
from cell.steps import (
    Along,
    AtHome,
    AtHub,
    AtMeasured,
    Await,
    Drive,
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
Asked = tuple[str, Served]
"""A goal and the iterations that it is asked for in: the key of a duty."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of one part's work, that of step number `at`. `way` s carries the part there; then it takes `seconds`, has `alone`
    for itself and keeps one of the robots `by`, any of which has a tool for it; no robots where it needs none. `hub` is the
    equipment of a contact; `takes` 1 there where the part is taken out of its place, -1 where it is put into one."""

    at: int
    way: float
    seconds: float
    alone: frozenset[str]
    by: frozenset[str]
    asked: Asked
    hub: str | None = None
    takes: Literal[-1, 0, 1] = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is done outside of choices, once; or in a choice, for each of its ways."""

    ways: tuple[tuple[Item, ...], ...]
    is_decided: bool


@dataclass(frozen=True, slots=True)
class Line:
    """All of a part's work in its order, none of it before `ready` s."""

    ready: float
    stretches: tuple[Stretch, ...]

    def items(self) -> Iterator[Item]:
        return (item for stretch in self.stretches for way in stretch.ways for item in way)


Numbered = tuple[int, Step]


class Reader:
    def __init__(self, tasks: TaskPlan, request: PlanningRequest) -> None:
        self.robots = [name for name in request.cell.robots if name not in request.without]
        self._cell = request.cell
        self._arrivals = arrival_times(request.cell, request.state)
        self._operations = {operation.id: operation for operation in tasks.operations}
        self._own: dict[str, list[Numbered]] = {}
        for at, step in enumerate(tasks.steps):
            operation = self._operations[step.operation]
            if step.robot in (None, operation.robot):  # another one is only sent home in it
                self._own.setdefault(operation.part, []).append((at, step))
        self._first, self._contacts, self.ways = _least(tasks.steps, request.cell)

    def line(self, part: str) -> Line:
        turns = groupby(self._own.get(part, ()), lambda own: None if own[1].branch is None else own[1].branch.choice)
        stretches = tuple(self._stretch(list(steps), choice is not None) for choice, steps in turns)
        ready = self._arrivals.get(part)
        if ready is None:
            begins = next((item for stretch in stretches for way in stretch.ways for item in way), None)
            ready = min((self._first.get(robot, 0.0) for robot in begins.by), default=0.0) if begins is not None else 0.0
        return Line(ready, stretches)

    def _stretch(self, steps: Sequence[Numbered], is_decided: bool) -> Stretch:
        ways: dict[int, list[Numbered]] = {}
        for at, step in steps:
            ways.setdefault(0 if step.branch is None else step.branch.index, []).append((at, step))
        return Stretch(tuple(tuple(self._items(own)) for own in ways.values()), is_decided)

    def _items(self, steps: Iterable[Numbered]) -> Iterator[Item]:
        """`inside` is the equipment in which the part is, `left` that which it was taken out of last; both unknown at first."""
        touch: Touch | None = None
        inside = left = None
        for at, step in steps:
            match step.action:
                case Move(need=need) if isinstance(need.touch, Touch):
                    touch, here, way = need.touch, self._cell.equipment_of(need.touch.place), 0.0
                    if (touch.pair, touch.end) == ("part and place", "end") and left is not None and left != here:
                        way = self.ways.get((left, here), 0.0)
                    left = (
                        here if (touch.pair, touch.end) == ("part and place", "start") else left if touch.end == "start" else None
                    )
                    inside = None if (touch.pair, touch.end) == ("part and place", "start") else inside
                    yield self._item(at, step, touch, self._contacts[_sort(touch, self._cell)], way, _takes(touch))
                    touch = None if touch.end == "start" else touch
                case Move(need=need) if isinstance(need.touch, Along):
                    yield self._along(at, step, need.touch)
                case Grip() | Release() | Drive():
                    inside = (
                        self._cell.equipment_of(touch.place)
                        if touch is not None and isinstance(step.action, Release | Drive)
                        else None
                    )
                    yield self._item(at, step, touch, step.duration)
                case SetDoor(machine=name) | SetClamp(machine=name):
                    if touch is not None and self._cell.equipment_of(touch.place) == name:
                        yield self._item(at, step, touch, step.duration)
                    elif inside == name:
                        yield self._item(at, step, None, step.duration)
                case Await():  # who hands over, or is handed, stands still
                    yield self._item(at, step, touch if step.robot is not None else None, step.duration)
                case RunProgram() | Inspect() | Treat():
                    yield self._item(at, step, None, step.duration)
                case _:
                    pass

    def _along(self, at: int, step: Step, touch: Along) -> Item:
        """Work along a path is of one sort with that of the same verb along the same path of such parts there."""
        able = {r for r in self.robots if r == step.robot or any(touch.verb in t.does for t in self._cell.tools_of(r))}
        operation, seconds = self._operations[step.operation], self._contacts[_sort(touch, self._cell)]
        own, alone = (operation.goal, operation.serves), frozenset(_alone(step, self._cell))
        return Item(at, 0.0, seconds, alone, frozenset(able or self.robots), own, self._cell.equipment_of(touch.place), 0)

    def _item(
        self, at: int, step: Step, touch: Touch | None, seconds: float, way: float = 0.0, takes: Literal[-1, 0, 1] = 0
    ) -> Item:
        by: frozenset[str] = frozenset()
        if touch is not None:
            kind = touch.kind
            able = {r for r in self.robots if r == step.robot or any(kind in t.takes for t in self._cell.tools_of(r))}
            by = frozenset(able or self.robots)
        operation, hub = self._operations[step.operation], None if touch is None else self._cell.equipment_of(touch.place)
        alone = frozenset(_alone(step, self._cell))
        return Item(at, way, seconds, alone, by, (operation.goal, operation.serves), hub, takes)


def _takes(touch: Touch) -> Literal[-1, 0, 1]:
    if touch.pair != "part and place":
        return 0
    return 1 if touch.end == "start" else -1


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
        elif isinstance(need.touch, Touch | Along):
            sort = _sort(need.touch, cell)
            contacts[sort] = min(seconds, contacts.get(sort, seconds))
        elif need.touch is None and isinstance(need.start, AtHub) and isinstance(need.end, AtHub):
            hubs = (need.start.equipment, need.end.equipment)
            ways[hubs] = min(seconds, ways.get(hubs, seconds))
    return first, contacts, ways


def _sort(touch: Touch | Along, cell: CellModel) -> tuple[str, ...]:
    if isinstance(touch, Along):
        return touch.verb, touch.feature, touch.kind, cell.equipment_of(touch.place)
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
