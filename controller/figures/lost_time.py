"""Where the time of a run went: each nanosecond has one cause, so the causes add up to the run's time.

Read off the folded state between two events; nothing here measures anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cell.run import PackState
from controller.arrivals import WAITING
from controller.run_state import RunState
from controller.sums import PLANNING, RUNNING, STARTING, STOPPED, Shortage, Spell
from controller.zone_waits import zone_of

OPERATOR = "R702"
"""The code of a hold that an operator has asked for."""


def spell_of(state: RunState, before: Spell, supplies: Mapping[str, Shortage]) -> Spell:
    """What the time from `state` on is spent with, until the next event. `before`: the spell until now, which lasts while a state
    is being left. `supplies`: of what does not come or leave, which of the two it is."""
    pack: PackState = state.pack
    match pack:
        case "Idle" | "Starting" | "Completing" | "Complete" | "Resetting":
            return STARTING
        case "Execute":
            return _executing(state)
        case "Holding" | "Held" | "Unholding":
            return before if state.trouble.hold is None else _held(state.trouble.hold.code)
        case "Suspending" | "Suspended" | "Unsuspending":
            return before if not state.belief.short else _short(state.belief.short, supplies)
        case "Stopping" | "Stopped" | "Aborting" | "Aborted" | "Clearing":
            return STOPPED
    assert_never(pack)


def _executing(state: RunState) -> Spell:
    if state.trouble.mode != "running":
        return PLANNING
    if all(robot.fraction is None or robot.fraction >= 1.0 for robot in state.belief.robots.values()):
        return RUNNING
    there = next((zone for zone, is_occupied in sorted(state.belief.zones.items()) if is_occupied), None)
    return RUNNING if there is None else Spell("slowed for a person", there)


def _held(code: str) -> Spell:
    return Spell("held by an operator") if code == OPERATOR else Spell("held", code)


def _short(short: tuple[str, ...], supplies: Mapping[str, Shortage]) -> Spell:
    """Of several the first: the others have cost nothing yet."""
    first = short[0]
    if first == WAITING:
        return Spell("without orders")
    zone = zone_of(first)
    return Spell(supplies.get(first, "starved"), first) if zone is None else Spell("a person", zone)
