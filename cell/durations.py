"""How long a step takes that is no motion: from the cell file, else the defaults that docs/language.md states."""

from __future__ import annotations

from typing import assert_never

from cell.equipment import DurationRange
from cell.model import CellModel
from cell.people import person_duration
from cell.steps import (
    Action,
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
    Treat,
    Uncouple,
)

DOOR_TIME = 1.5
CLAMP_TIME = 1.0
GRIP_TIME = 0.4
DRIVE_TIME = 2.0
SWAP_TIME = 5.0


def action_duration(cell: CellModel, action: Action) -> DurationRange:
    """Shortest and longest duration in s. Raises ValueError for a Move (its time law says) and a Present (the arrival law does),
    KeyError for a program or an inspection that the cell does not declare."""
    match action:
        case Grip(tool=tool) | Release(tool=tool):
            return _fixed(cell.tools[tool].attributes.get("grip_time", GRIP_TIME))
        case Couple(tool=tool) | Uncouple(tool=tool):
            pocket = cell.pocket_of(tool)
            return _fixed(cell.changers[pocket.changer].swap / 2 if pocket is not None else None)
        case Drive(tool=tool):
            return _fixed(cell.tools[tool].attributes.get("driving", DRIVE_TIME))
        case SetDoor(machine=name):
            return _fixed(cell.equipment[name].attributes.get("door_time", DOOR_TIME))
        case SetClamp(machine=name):
            return _fixed(cell.equipment[name].attributes.get("clamp_time", CLAMP_TIME))
        case RunProgram(machine=name, program=program):
            return {p.name: p.duration for p in cell.equipment[name].programs}[program]
        case Inspect(station=name, outcome=outcome):
            told = {t.name: o.duration for o in cell.equipment[name].offers for t in cell.vocabulary.told_by(o.verb)}
            return told[outcome]
        case Treat(station=name, verb=verb) | Service(station=name, verb=verb):
            return {o.verb: o.duration for o in cell.equipment[name].offers}[verb]
        case Await(person=name, verb=verb):
            return person_duration(cell.people[name], verb)
        case Decide():
            return DurationRange(0.0, 0.0)
        case Move():
            raise ValueError("a motion's duration is that of its time law")
        case Present():
            raise ValueError("a part is there when it has come")
    assert_never(action)


def _fixed(seconds: object) -> DurationRange:
    if not isinstance(seconds, int | float):
        raise ValueError(f"expected seconds, got {seconds!r}")
    return DurationRange(float(seconds), float(seconds))
