"""Every name in a plan stands for something that the cell, the request or the state has; the rest of the proof relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cell.diagnostic import Diagnostic, error
from cell.state import PlanningRequest
from cell.steps import (
    Action,
    Along,
    AtHome,
    AtHub,
    AtMeasured,
    AtPlace,
    AtPocket,
    Await,
    Couple,
    Decide,
    Docking,
    Drive,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Stance,
    Touch,
    Treat,
    Uncouple,
)
from cell.task_plan import TaskPlan


def check_references(tasks: TaskPlan, request: PlanningRequest) -> tuple[Diagnostic, ...]:
    names = _Names(request)
    found = []
    for step in tasks.steps:
        if missing := next(names.missing(step.action), None):
            found.append(error("E683", f"{step.id} names {missing}, which there is not", step.because.span))
        if step.robot is not None and step.robot not in request.robots:
            found.append(error("E683", f"{step.id} is for {step.robot}, which is no robot here", step.because.span))
        if step.part is not None and step.part not in names.subjects:
            found.append(error("E683", f"{step.id} is about {step.part}, which is no part here", step.because.span))
    for operation in tasks.operations:
        if operation.part not in names.subjects:
            found.append(
                error("E683", f"{operation.id} is about {operation.part}, which is no part here", operation.because.span)
            )
    for choice in tasks.choices:
        if choice.part not in names.parts:
            found.append(error("E683", f"{choice.id} is about {choice.part}, which is no part here", choice.because.span))
    return tuple(found)


class _Names:
    def __init__(self, request: PlanningRequest) -> None:
        cell = request.cell
        self._robots = {name for name in request.robots if name in cell.robots and name not in request.without}
        self._equipment, self._places, self._kinds = cell.equipment, cell.places, cell.parts
        self._tools, self._people, self._pockets = cell.tools, cell.people, cell.pockets
        self._stored = {pocket.tool for pocket in cell.pockets.values()}
        self._hands = {f"{tool.name}.{hand.name}" for tool in cell.tools.values() for hand in tool.hands}
        self.parts = {p.id for p in request.state.parts}
        self.subjects = {*self.parts, *cell.equipment}

    def missing(self, action: Action) -> Iterator[str]:
        match action:
            case Move(need=need):
                yield from self._missing_in_need(need)
            case Drive(base=base) if base not in self.parts:
                yield base
            case (
                Grip(tool=tool, hand=hand, part=part)
                | Release(tool=tool, hand=hand, part=part)
                | Drive(tool=tool, hand=hand, part=part)
            ):
                if f"{tool}.{hand}" not in self._hands or tool not in self._tools:
                    yield f"hand {tool}.{hand}"
                yield from self._part(part)
            case Couple(robot=robot, tool=tool) | Uncouple(robot=robot, tool=tool):
                if robot not in self._robots or tool not in self._stored:
                    yield f"a pocket for {tool} of {robot}"
            case SetDoor(machine=name) | SetClamp(machine=name) | Service(station=name):
                yield from self._device(name)
            case RunProgram(machine=name, program=program, part=part):
                yield from self._device(name)
                if name in self._equipment and program not in {p.name for p in self._equipment[name].programs}:
                    yield f"program {program}"
                yield from self._part(part)
            case Inspect(station=name, part=part) | Treat(station=name, part=part) | Present(supply=name, part=part):
                yield from self._device(name)
                yield from self._part(part)
            case Await(person=name, place=place, part=part):
                if name not in self._people:
                    yield f"person {name}"
                if place not in self._places:
                    yield f"place {place}"
                yield from self._part(part)
            case Decide():
                return
            case _:
                assert_never(action)

    def _device(self, name: str) -> Iterator[str]:
        if name not in self._equipment:
            yield f"equipment {name}"

    def _part(self, part: str) -> Iterator[str]:
        if part not in self.parts:
            yield f"part {part}"

    def _missing_in_need(self, need: MotionNeed) -> Iterator[str]:
        if need.robot not in self._robots:
            yield f"robot {need.robot}"
        yield from self._missing_in_stance(need.start)
        yield from self._missing_in_stance(need.end)
        for carried in need.carried:
            if carried.hand not in self._hands or carried.kind not in self._kinds:
                yield f"{carried.kind} in {carried.hand}"
        if need.tool is not None and need.tool not in self._tools:
            yield f"tool {need.tool}"
        match need.touch:
            case Touch(place=place, hand=hand, kind=kind) | Along(place=place, hand=hand, kind=kind):
                if place not in self._places or hand not in self._hands or kind not in self._kinds:
                    yield f"a touch of {kind} at {place}"
            case Docking(pocket=pocket):
                if pocket not in self._pockets:
                    yield f"pocket {pocket}"
            case None:
                return
            case _:
                assert_never(need.touch)

    def _missing_in_stance(self, stance: Stance) -> Iterator[str]:
        match stance:
            case AtHub(equipment=name):
                yield from self._device(name)
            case AtPlace(place=place, hand=hand, kind=kind):
                if place not in self._places or hand not in self._hands or kind not in self._kinds:
                    yield f"{kind} with {hand} at {place}"
            case AtPocket(pocket=pocket):
                if pocket not in self._pockets:
                    yield f"pocket {pocket}"
            case AtHome() | AtMeasured():
                return
            case _:
                assert_never(stance)
