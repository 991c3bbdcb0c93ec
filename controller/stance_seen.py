"""In which stance a robot is seen that stands at these joint positions. Pure.

Stances share joint positions: a kit and the bracket in its middle are gripped by the same ones. Law: which of them it is follows
from the plan's own motion, from what the hands hold and from what was known before, never from the order in which they are known.
Another name than the true one is a contact that the robot does not have, and no plan goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cell import device
from cell.geometry import Array
from cell.state import InHand
from cell.steps import AtMeasured, AtPlace, Move, Stance
from controller.run_state import RunState


def stance_seen(state: RunState, seen: device.RobotState, known: Mapping[Stance, Array], within: float) -> Stance:
    """The one expected here if it fits, else any that does and is not denied by what its hand holds, else any, else as measured.
    `within` rad or m."""
    for stance in _expected(state, seen.device):
        if stance in known and _is_at(seen.q, known[stance], within):
            return stance
    fitting = (stance for stance, q in known.items() if _is_at(seen.q, q, within))
    measured = AtMeasured(tuple(float(x) for x in seen.q))
    return min(fitting, key=lambda stance: _is_denied(state, stance), default=measured)


def _expected(state: RunState, robot: str) -> Iterator[Stance]:
    """Where the motion under way ends, where the robot is believed to stand, and by the plan."""
    progress = state.progress
    flight = progress.flights.get(progress.busy.get(robot, ""))
    if flight is not None and flight.step is not None and progress.plan is not None:
        action = progress.plan.steps[flight.step].action
        if isinstance(action, Move):
            yield action.need.end
    believed = state.belief.robots.get(robot)
    if believed is not None and believed.stance is not None and not _is_denied(state, believed.stance):
        yield believed.stance
    yield from _by_plan(state, robot)


def _by_plan(state: RunState, robot: str) -> Iterator[Stance]:
    """Where the last motion that it began ends or began, also one that is over by now: a robot may come to rest later, and one
    whose link was cut is looked for when there is a link again. Before the first one, where the plan starts."""
    progress = state.progress
    steps = progress.plan.plan.tasks.steps if progress.plan is not None else ()
    own = [(step.id, step.action.need) for step in steps if isinstance(step.action, Move) and step.action.need.robot == robot]
    begun = [(name, need) for name, need in own if progress.status.get(name, "dropped") != "dropped"]
    if not begun:
        yield from (need.start for _, need in own[:1])
        return
    last, need = begun[-1]
    yield need.end
    if progress.status[last] != "confirmed":
        yield need.start


def _is_denied(state: RunState, stance: Stance) -> bool:
    """Whether its hand holds a part of another kind, or one of this kind otherwise."""
    if not isinstance(stance, AtPlace):
        return False
    hand = state.belief.hands.get(stance.hand)
    held = state.belief.parts.get(hand.part) if hand is not None and hand.part is not None else None
    if held is None:
        return False
    at = held.part.location
    is_otherwise = isinstance(at, InHand) and at.hand == stance.hand and at.grasp != stance.grasp
    return held.part.kind != stance.kind or is_otherwise


def _is_at(q: Array, stance: Array, within: float) -> bool:
    return q.shape == stance.shape and float(np.max(np.abs(q - stance))) <= within
