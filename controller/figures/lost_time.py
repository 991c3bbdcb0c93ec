"""Where the time of a run went: each nanosecond has one cause, so the causes add up to the run's time.

Read off the folded state between two events; nothing here measures anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from cell.run import PackState
from controller.arrivals import WAITING
from controller.run_state import RunState
from controller.zone_waits import zone_of

Cause = Literal[
    "running", "slowed for a person", "planning", "starting",
    "starved", "blocked", "without orders", "a person",
    "held by an operator", "held", "stopped", "without a controller",
]  # fmt: skip
"""running: a plan is carried out. planning: in Execute, but the plan in hand is given up and the next one is not there yet.
starting: before Execute, and after it to the end. a person: suspended, because somebody is in a zone. held: by the fault or the
policy whose code is the detail. without a controller: none supervised it."""

OPERATOR = "R702"
"""The code of a hold that an operator has asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Spell:
    """`detail` is a hold's code, what does not come or leave, the zone with the person; "" where there is none."""

    cause: Cause
    detail: str = ""


RUNNING, PLANNING, STOPPED, UNATTENDED = Spell("running"), Spell("planning"), Spell("stopped"), Spell("without a controller")
STARTING = Spell("starting")


def spell_of(state: RunState, before: Spell, supplies: Mapping[str, Literal["starved", "blocked"]]) -> Spell:
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
    slow = any(robot.fraction is not None and robot.fraction < 1.0 for robot in state.belief.robots.values())
    there = next((zone for zone, is_occupied in sorted(state.belief.zones.items()) if is_occupied), None)
    return RUNNING if not slow or there is None else Spell("slowed for a person", there)


def _held(code: str) -> Spell:
    return Spell("held by an operator") if code == OPERATOR else Spell("held", code)


def _short(short: tuple[str, ...], supplies: Mapping[str, Literal["starved", "blocked"]]) -> Spell:
    """Of several the first: the others have cost nothing yet."""
    first = short[0]
    if first == WAITING:
        return Spell("without orders")
    zone = zone_of(first)
    return Spell(supplies.get(first, "starved"), first) if zone is None else Spell("a person", zone)
