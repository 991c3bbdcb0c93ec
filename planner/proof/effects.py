"""What each action needs and changes, by what it is: the facts that a step of it has to carry, no more and no fewer.

Independent of how the step was made. `place` is where the robot stands in contact, `part` what the step is about, `goal` the
goal that its operation serves (its id), which the last step of a goal makes a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from cell.model import CellModel
from cell.steps import (
    Action,
    AtPlace,
    Decide,
    Fact,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Release,
    RunProgram,
    SetClamp,
    SetDoor,
    Stance,
    stance_name,
)
from planner.proof.initial import has_clamp, has_door, is_device, is_heap

Facts = tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Change:
    needs: Facts
    adds: Facts
    deletes: Facts


@dataclass(frozen=True, slots=True)
class Setting:
    """What a step's facts depend on besides its action. `robot` and `stance`: who stands where when it starts (for a door that
    shuts, who has just left); `hand` is tool.hand. `verb` and `goal` are those of the step's operation."""

    robot: str
    stance: Stance
    part: str
    hand: str | None
    verb: str
    goal: str
    outcome: str


def change_of(action: Action, at: Setting, cell: CellModel) -> Change:
    match action:
        case Move(need=need):
            return _of_move(need, at, cell)
        case Grip(tool=tool, hand=hand, part=part):
            place, grip = _place(at), f"{tool}.{hand}"
            here, free = Fact("at", (part, place)), Fact("empty", (grip,))
            return Change((_stands(at), here, free), (Fact("held", (part, grip)),), (here, free))
        case Release(tool=tool, hand=hand, part=part):
            held = Fact("held", (part, f"{tool}.{hand}"))
            reached = (Fact("reached", (at.goal, part)),) if at.verb == "move" else ()
            return Change(
                (_stands(at), held), (Fact("at", (part, _place(at))), Fact("empty", (f"{tool}.{hand}",)), *reached), (held,)
            )
        case SetClamp(machine=name, is_closed=is_closed):
            held, shut, free = Fact("held", (at.part, at.hand or "")), Fact("clamped", (name,)), Fact("unclamped", (name,))
            return (
                Change((_stands(at), held, free), (shut,), (free,))
                if is_closed
                else Change((held, _stands(at), shut), (free,), (shut,))
            )
        case SetDoor(machine=name, is_open=is_open):
            opened, shut = Fact("open", (name,)), Fact("shut", (name,))
            if is_open:
                return Change((Fact("idle", (name,)), shut), (opened,), (shut,))
            return Change((opened, _stands(at)), (shut,), (opened,))
        case RunProgram(machine=name, part=part):
            needs = (Fact("at", (part, name)), *_if(has_clamp(cell.equipment[name]), "clamped", name))
            needs = (*needs, *_if(has_door(cell.equipment[name]), "shut", name), Fact("idle", (name,)))
            return Change(needs, (Fact("reached", (at.goal, part)),), ())
        case Inspect(station=name, outcome=outcome, part=part):
            told = Fact("told", (outcome, part))
            return Change((Fact("at", (part, name)), Fact("idle", (name,))), (told, Fact("reached", (at.goal, part))), ())
        case Decide():
            return Change((Fact("told", (at.outcome, at.part)),), (), ())
    assert_never(action)


def _of_move(need: MotionNeed, at: Setting, cell: CellModel) -> Change:
    start, end = (Fact("stands", (need.robot, stance_name(s))) for s in (need.start, need.end))
    touch = need.touch
    if touch is None:
        return Change((start,), (end,), (start,))
    name = cell.places[touch.place].equipment
    equipment, free = cell.equipment[name], _if(not is_heap(cell, touch.place), "free", touch.place)
    held, empty = Fact("held", (at.part, touch.hand)), Fact("empty", (touch.hand,))
    opened, idle = _if(has_door(equipment), "open", name), _if(is_device(equipment), "idle", name)
    unclamped = _if(has_clamp(equipment), "unclamped", name)
    match touch.pair, touch.end:
        case "fingers and part", "end":
            return Change((start, Fact("at", (at.part, touch.place)), empty, *opened, *idle), (end,), (start,))
        case "part and place", "start":
            return Change((held, start, *unclamped), (end, *free), (start,))
        case "part and place", "end":
            return Change((start, held, *free, *opened, *unclamped, *idle), (end,), (start, *free))
        case _:
            return Change((start, empty), (end,), (start,))


def _stands(at: Setting) -> Fact:
    return Fact("stands", (at.robot, stance_name(at.stance)))


def _place(at: Setting) -> str:
    """Where the robot is in contact; no place for a robot that is not, so that no fact can match."""
    return at.stance.place if isinstance(at.stance, AtPlace) else ""


def _if(holds: bool, name: str, arg: str) -> Facts:
    return (Fact(name, (arg,)),) if holds else ()  # type: ignore[arg-type]
