"""What no two steps may use at once, derived from what the steps do and not from what they claim.

A robot, a hand, a machine, a station or a person serves one step at a time. While a robot is in a place of a machine (from the
motion in to the motion out) neither its door nor its program may run, nor may a second robot enter it, or the same place of a
tray, or any pocket of the same changer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from cell.dataclass import dataclass
from cell.model import CellModel
from cell.people import CLEAR, HANDOVER
from cell.steps import (
    Action,
    Along,
    AtPlace,
    AtPocket,
    Await,
    Couple,
    Decide,
    Drive,
    Grip,
    Inspect,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Treat,
    Uncouple,
)
from planner.proof.precedence import Precedence, members
from planner.proof.right_of_way import unit_of


@dataclass(frozen=True, slots=True)
class Overlap:
    """Steps number `first` and `second` may use `resource` at the same time."""

    resource: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Stay:
    """`robot` is in `place`, a place or a pocket, from the start of step `entry` to the end of step `exit` (None: to the end of
    the plan)."""

    robot: str
    place: str
    entry: int
    exit: int | None


def resources(action: Action) -> tuple[str, ...]:
    """Devices that the action has for itself. A machine's name stands for door, clamp and program alike."""
    match action:
        case Move(need=need):
            return (need.robot,)
        case Grip(tool=tool, hand=hand) | Release(tool=tool, hand=hand) | Drive(tool=tool, hand=hand):
            return (f"{tool}.{hand}",)
        case Couple(robot=robot, tool=tool) | Uncouple(robot=robot, tool=tool):
            return (robot, tool)
        case SetDoor(machine=name) | SetClamp(machine=name) | RunProgram(machine=name) | Inspect(station=name):
            return (name,)
        case Treat(station=name) | Service(station=name) | Await(person=name) | Present(supply=name):
            return (name,)
        case Decide():
            return ()
    assert_never(action)


def overlaps(steps: Sequence[Step], order: Precedence) -> tuple[Overlap, ...]:
    """Pairs of steps on one resource that the order leaves free. A step's robot is one of its resources."""
    users: dict[str, int] = {}
    for i, step in enumerate(steps):
        for name in {*resources(step.action), *(() if step.robot is None else (step.robot,))}:
            users[name] = users.get(name, 0) | 1 << i
    found: list[Overlap] = []
    for name, bits in sorted(users.items()):
        for i in members(bits):
            free = bits & ~order.related(i) & -(1 << i)
            found.extend(Overlap(name, i, j) for j in members(free))
    return tuple(found)


def stays(steps: Sequence[Step], order: Precedence) -> tuple[Stay, ...]:
    """Every stretch in which a robot is in contact at a place."""
    moves = [(i, s.action.need) for i, s in enumerate(steps) if isinstance(s.action, Move)]
    found = []
    for k, (i, need) in enumerate(moves):
        if isinstance(need.end, AtPlace | AtPocket):
            later = (j for j, other in moves[k + 1 :] if other.robot == need.robot and order.after[i] >> j & 1)
            leaving = next((j for j in later if steps[j].branch == steps[i].branch), None)
            place = need.end.place if isinstance(need.end, AtPlace) else need.end.pocket
            found.append(Stay(need.robot, place, i, leaving))
        elif isinstance(need.touch, Along):
            found.append(Stay(need.robot, need.touch.place, i, i))
    return tuple(found)


def _worked_on(steps: Sequence[Step]) -> dict[str, int]:
    """The steps in which a person works on what lies in a place; not those in which they take it over, or away."""
    found: dict[str, int] = {}
    for i, step in enumerate(steps):
        match step.action:
            case Await(verb=verb, place=place) if verb not in (HANDOVER, CLEAR):
                found[place] = found.get(place, 0) | 1 << i
            case _:
                pass
    return found


def _touched_at(place: str, cell: CellModel) -> tuple[str, ...]:
    """The place, and for a seat what carries it."""
    return (place, *(cell.places[place].lies_on if place in cell.places else ()))


def intrusions(steps: Sequence[Step], order: Precedence, found_stays: Sequence[Stay], cell: CellModel) -> tuple[Overlap, ...]:
    """Doors, programs, work, people at other work and other robots that may act while a robot is in a place of that equipment;
    and people at work on what lies in that very place."""
    acting: dict[str, int] = {}
    worked_on = _worked_on(steps)
    for i, step in enumerate(steps):
        match step.action:
            case Await(verb=verb) if verb == HANDOVER:
                pass  # the robot is there for it, and stands still: by_people.py
            case SetDoor(machine=name) | RunProgram(machine=name) | Inspect(station=name) | Treat(station=name):
                acting[name] = acting.get(name, 0) | 1 << i
            case Service(station=name) | Await(person=name):
                acting[name] = acting.get(name, 0) | 1 << i
            case _:
                pass
    entering: dict[str, int] = {}
    for stay in found_stays:
        unit = unit_of(cell, stay.place)
        entering[unit] = entering.get(unit, 0) | 1 << stay.entry
    found: list[Overlap] = []
    for stay in found_stays:
        name = cell.equipment_of(stay.place)
        others = (acting.get(name, 0) | entering[unit_of(cell, stay.place)]) & ~(1 << stay.entry)
        for place in _touched_at(stay.place, cell):
            others |= worked_on.get(place, 0)
        kept_off = order.before[stay.entry] | order.apart[stay.entry]
        if stay.exit is not None:
            kept_off |= order.after[stay.exit]
        found.extend(Overlap(name, stay.entry, j) for j in members(others & ~kept_off))
    return tuple(found)
