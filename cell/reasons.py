"""The words with which a plan says why each step is there: planning writes them, the proof compares them."""

from __future__ import annotations

from cell.people import CLEAR, HANDOVER
from cell.program import Goal
from cell.steps import (
    Action,
    Along,
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
    Treat,
    Uncouple,
)

ALREADY = ", as it does already"


def goal_reason(goal: Goal) -> str:
    """Why there is an operation for a goal."""
    return f"{goal.verb} {goal.object.text}"


def choice_reason(outcome: str, part: str) -> str:
    """Why there is a choice."""
    return f"the {outcome} of {part} decides"


def contact_reason(need: MotionNeed, part: str) -> str:
    """Why a motion into or out of contact. Raises ValueError for a motion without."""
    if need.touch is None:
        raise ValueError("a motion without contact has another reason")
    if isinstance(need.touch, Docking):
        return _docking_reason(need.touch)
    place = need.touch.place
    if isinstance(need.touch, Along):
        return f"{need.touch.verb} {need.touch.feature} of {part} at {place}"
    match need.touch.pair, need.touch.end:
        case "fingers and part", "end":
            return f"to {part} at {place}"
        case "part and place", "start":
            return f"with {part} out of {place}"
        case "part and place", "end":
            return f"with {part} to {place}"
        case _:
            return f"out of {place}"


def _docking_reason(touch: Docking) -> str:
    _, _, tool = touch.pocket.rpartition(".")
    match touch.pair, touch.end:
        case "tool and pocket", "end":
            return f"with {tool} into its pocket"
        case "tool and pocket", "start":
            return f"with {tool} out of its pocket"
        case "flange and tool", "end":
            return f"to {tool} in its pocket"
        case _:
            return f"away from {tool} in its pocket"


def changing(touch: Docking) -> str:
    """Why a motion to the changer."""
    changer, _, tool = touch.pocket.rpartition(".")
    return f"{tool} is put down at {changer}" if touch.pair == "tool and pocket" else f"{tool} is fetched from {changer}"


def fetching(part: str, place: str) -> str:
    return f"{part} is fetched from {place}"


def bringing(part: str, place: str) -> str:
    return f"{part} is brought to {place}"


def joining(part: str, base: str) -> str:
    """Why a hand opens, or a fastener is driven, at a seat."""
    return f"{part} becomes a part of {base}"


def waiting(part: str, place: str) -> str:
    return f"{part} waits in {place}"


def gathering(hub: str) -> str:
    return f"all ways of this `when` end at {hub}"


def carrying_away(person: str, part: str) -> str:
    """Why there is an operation that no line asks for."""
    return f"{person} carries away what is finished: {part}"


def planned_when_taken(outcome: str, values: tuple[str, ...], line: int) -> str:
    """What a plan assumes where a branch is planned only when it is taken. `line` is where its `when` stands."""
    told = " or ".join(values) or "anything else"
    return f"where the {outcome} is {told}, the `when` of line {line} takes a branch that is planned only then"


def decided_later(line: int) -> str:
    """What a plan assumes of a `when` on what is observed, before it is reached."""
    return f"the `when` of line {line} is decided when what stands before it is done, and what it asks for is planned then"


def servicing(station: str, verb: str) -> str:
    """Why a step that is about no part."""
    return f"{station} does {verb} to itself"


def parking(robot: str) -> str:
    return f"{robot} goes home, out of the way"


def action_reason(action: Action, part: str, place: str, outcome: str, is_joined: bool) -> str:
    """Why a step that is no motion. `place` is where the robot is in contact, "" where it is not; `is_joined`: the device does
    it already when the plan starts. Raises ValueError for a motion."""
    match action:
        case Grip():
            return f"{part} is taken out of {place}"
        case Release():
            return f"{part} lies at {place}"
        case Drive(base=base):
            return joining(part, base)
        case Couple(tool=tool):
            return f"{part} is for {tool}"
        case Uncouple(tool=tool):
            return f"{part} is not for {tool}"
        case SetClamp(machine=name, is_closed=True):
            return f"{name} clamps {part} before the hand opens" if place else f"{name} clamps before it runs"
        case SetClamp(machine=name):
            return f"{name} lets {part} go, the hand holds it" if place else f"{name} is empty and clamped"
        case SetDoor(machine=name, is_open=is_open):
            return f"the door of {name} is in the way" if is_open else f"{name} runs behind its door"
        case RunProgram(machine=name, program=program):
            return f"{name} runs {program} on {part}" + (ALREADY if is_joined else "")
        case Inspect(station=name, outcome=told):
            return f"{name} tells the {told} of {part}" + (ALREADY if is_joined else "")
        case Treat(station=name, verb=verb):
            return f"{name} does {verb} to {part}" + (ALREADY if is_joined else "")
        case Service(station=name, verb=verb):
            return servicing(name, verb)
        case Await():
            return _awaiting(action, part)
        case Present(supply=supply):
            return f"{supply} brings {part}"
        case Decide():
            return choice_reason(outcome, part)
        case Move():
            raise ValueError("a motion has another reason")


def _awaiting(action: Await, part: str) -> str:
    match action.verb:
        case verb if verb == HANDOVER and action.place == action.person:
            return f"{action.person} gives {part}, the robot stands still"
        case verb if verb == HANDOVER:
            return f"{action.person} takes {part} over, the robot stands still"
        case verb if verb == CLEAR:
            return f"{action.person} carries {part} to {action.place}"
        case verb if action.outcome:
            return f"{action.person} tells the {action.outcome} of {part}"
        case verb:
            return f"{action.person} does {verb} to {part}"
