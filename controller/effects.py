"""What each kind of step sends, and what has to be seen before it counts as done."""

from __future__ import annotations

from typing import assert_never

from cell.commands import (
    AwaitWork,
    Couple,
    Drive,
    Grip,
    Inspect,
    Present,
    Release,
    SetClamp,
    SetDoor,
    StartMotion,
    StartProgram,
    StepCommand,
    Treat,
    Uncouple,
)
from cell.steps import Await, Decide, Move, RunProgram, Service, Step
from cell.steps import Couple as CoupleTool
from cell.steps import Drive as DriveIn
from cell.steps import Grip as GripPart
from cell.steps import Inspect as InspectPart
from cell.steps import Present as PresentPart
from cell.steps import Release as ReleasePart
from cell.steps import SetClamp as Clamp
from cell.steps import SetDoor as Door
from cell.steps import Treat as TreatPart
from cell.steps import Uncouple as UncoupleTool
from controller.draft import Draft
from controller.run_state import DeviceBelief, HandBelief


def command_of(d: Draft, step: Step) -> StepCommand:
    """The command that carries a step out; its id is unique in the run and the same on every replay."""
    id, of = f"{d.run}/{d.progress.number}.{step.id}", d.about(step.id)
    match step.action:
        case Move(need):
            return StartMotion(id, of, need.robot)
        case GripPart(tool, hand, _, force):
            return Grip(id, of, tool, hand, force)
        case ReleasePart(tool, hand, _):
            return Release(id, of, tool, hand)
        case DriveIn(tool, hand, _, _, torque):
            return Drive(id, of, tool, hand, torque)
        case CoupleTool(robot, tool):
            return Couple(id, of, robot, tool)
        case UncoupleTool(robot, tool):
            return Uncouple(id, of, robot, tool)
        case Door(machine, is_open):
            return SetDoor(id, of, machine, is_open)
        case Clamp(machine, is_closed):
            return SetClamp(id, of, machine, is_closed)
        case RunProgram(machine, program, _):
            return StartProgram(id, of, machine, program)
        case InspectPart(station, outcome, _):
            return Inspect(id, of, station, outcome)
        case TreatPart(station, verb, _) | Service(station, verb):
            return Treat(id, of, station, verb)
        case Await(person, verb, _, outcome, place):
            return AwaitWork(id, of, person, verb, outcome, place)
        case PresentPart(supply, _):
            return Present(id, of, supply)
        case Decide():
            raise ValueError(f"{step.id} decides; it commands nothing")
    assert_never(step.action)


def unseen_effect(d: Draft, step: Step) -> str | None:
    """What has to be seen before the step counts as done and is not, in words."""
    match step.action:
        case Move(need):
            return None if d.belief.robots[need.robot].stance == need.end else f"{need.robot} stands where the motion ends"
        case GripPart(tool, hand, part, _):
            seen = d.belief.hands.get(f"{tool}.{hand}", HandBelief())
            return None if seen.grip == "held" and seen.part == part else f"{tool}.{hand} holds {part}"
        case ReleasePart(tool, hand, _) | DriveIn(tool, hand):
            seen = d.belief.hands.get(f"{tool}.{hand}", HandBelief())
            return None if seen.grip == "open" and seen.part is None else f"{tool}.{hand} is open"
        case CoupleTool(robot, tool):
            return None if d.belief.mounts.get(tool) == robot else f"{robot} has {tool} at its flange"
        case UncoupleTool(robot, tool):
            return f"{robot} has let go of {tool}" if d.belief.mounts.get(tool) == robot else None
        case Door(machine, is_open):
            now = d.belief.devices.get(machine, DeviceBelief()).door_open
            return None if now is is_open else f"the door of {machine} is {'open' if is_open else 'closed'}"
        case Clamp(machine, is_closed):
            now = d.belief.devices.get(machine, DeviceBelief()).clamped
            return None if now is is_closed else f"the clamp of {machine} is {'closed' if is_closed else 'open'}"
        case RunProgram(machine, _, _):
            return f"{machine} stands still" if d.belief.devices.get(machine, DeviceBelief()).running else None
        case InspectPart(outcome=outcome, part=part) | Await(outcome=outcome, part=part) if outcome:
            return None if told(d, outcome, part) is not None else f"{outcome} of {part} is told"
        case InspectPart() | TreatPart() | Service() | Await() | PresentPart() | Decide():
            return None
    assert_never(step.action)


def told(d: Draft, outcome: str, part: str) -> str | None:
    known = d.belief.parts.get(part)
    return None if known is None else next((value for name, value in known.part.outcomes if name == outcome), None)
