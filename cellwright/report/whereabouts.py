"""Where each part and each tool was when: as the run believed it, or before a run as the plan means it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cell.events import Event, PartMoved, RunOpened
from cell.model import CellModel
from cell.state import CellState, InHand, InPart, InPlace, Location, mount_of
from cell.steps import Couple, Fact, Move, Touch, Uncouple
from cellwright.report.course import Course, StepRun


@dataclass(frozen=True, slots=True)
class Spot:
    """From `at` (s) on the part is a `kind` and is there. `location` None: not in the cell."""

    at: float
    kind: str
    location: Location | None


@dataclass(slots=True)
class _Parts:
    spots: dict[str, list[Spot]] = field(default_factory=dict)

    def put(self, at: float, part: str, kind: str | None, location: Location | None) -> None:
        own = self.spots.setdefault(part, [])
        known = kind or (own[-1].kind if own else "")
        spot = Spot(at, known, location)
        if own and (own[-1].kind, own[-1].location) == (known, location):
            return
        if own and own[-1].at == at:
            own.pop()
        own.append(spot)

    def become(self, at: float, part: str, kind: str) -> None:
        own = self.spots.get(part)
        if own:
            self.put(at, part, kind, own[-1].location)


@dataclass(slots=True)
class MovesSeen:
    """What a run believed of where its parts are, gathered event by event. `begin` is what it began with."""

    begin: list[CellState] = field(default_factory=list)
    moved: list[tuple[float, str, Location | None]] = field(default_factory=list)

    def take(self, at: float, event: Event) -> None:
        match event:
            case RunOpened(state=state):
                self.begin.append(state)
            case PartMoved(location=location):
                self.moved.append((at, event.of.part or "", location))
            case _:
                pass


def parts_of_run(seen: MovesSeen, course: Course) -> dict[str, list[Spot]]:
    """What a step makes of a part counts from its end on, so the two are gone through by time."""
    found = _Parts()
    kinds = {part.id: part.kind for laid in course.plans for part in laid.plan.tasks.parts}
    for state in seen.begin:
        _begin(found, state)
    changes = [*((at, part, "", where) for at, part, where in seen.moved), *_becoming(course)]
    for at, part, kind, where in sorted(changes, key=lambda change: change[0]):
        if kind:
            found.become(at, part, kind)
        else:
            found.put(at, part, None if part in found.spots else kinds.get(part, ""), where)
    return found.spots


def _becoming(course: Course) -> Iterator[tuple[float, str, str, Location | None]]:
    for run in course.runs:
        if run.end == "confirmed":
            yield from ((run.stop, fact.args[0], fact.args[1], None) for fact in run.step.adds if fact.name == "is")


def parts_of_plan(course: Course, state: CellState) -> dict[str, list[Spot]]:
    """Each step that ends well makes its facts."""
    found = _Parts()
    _begin(found, state)
    kinds = {part.id: part.kind for laid in course.plans for part in laid.plan.tasks.parts}
    grasps: dict[str, int] = {}
    for run in sorted(course.runs, key=lambda run: (run.stop, run.start)):
        match run.step.action:
            case Move(need=need) if isinstance(need.touch, Touch):
                grasps[need.touch.hand] = need.touch.grasp
            case _:
                pass
        for fact in run.step.adds:
            _made(found, run, fact, kinds, grasps)
    return found.spots


def _made(found: _Parts, run: StepRun, fact: Fact, kinds: dict[str, str], grasps: dict[str, int]) -> None:
    match fact.name, fact.args:
        case "at", (part, place):
            found.put(run.stop, part, None if part in found.spots else kinds.get(part, ""), InPlace(place))
        case "held", (part, hand):
            found.put(run.stop, part, None, InHand(hand, grasps.get(hand, grasps.get(hand.partition(".")[2], 0))))
        case "joined", (part, base):
            seat = next((f.args[1] for f in run.step.deletes if f.name == "vacant" and f.args[0] == base), "")
            found.put(run.stop, part, None, InPart(base, seat))
        case "is", (part, kind):
            found.become(run.stop, part, kind)
        case _:
            pass


def _begin(found: _Parts, state: CellState) -> None:
    for part in state.parts:
        found.put(0.0, part.id, part.kind, part.location)


def tools_of(cell: CellModel, state: CellState, course: Course) -> dict[str, list[tuple[float, str]]]:
    """By tool the robot or the changer that it is at, and since when."""
    found = {tool: [(0.0, mount_of(cell, state, tool))] for tool in cell.tools}
    for at, tool, mount in _changes(cell, course):
        found[tool].append((at, mount))
    return found


def mount_at(mounts: list[tuple[float, str]], at: float) -> str:
    return next((mount for since, mount in reversed(mounts) if since <= at), mounts[0][1])


def _changes(cell: CellModel, course: Course) -> Iterator[tuple[float, str, str]]:
    for run in sorted(course.runs, key=lambda run: run.stop):
        if run.end == "confirmed":
            match run.step.action:
                case Couple(robot=robot, tool=tool):
                    yield run.stop, tool, robot
                case Uncouple(tool=tool):
                    pocket = cell.pocket_of(tool)
                    yield run.stop, tool, pocket.changer if pocket is not None else ""
                case _:
                    pass
