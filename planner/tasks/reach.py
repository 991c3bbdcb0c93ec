"""Which robots can do which work: their tools, hands, force and load, and the places that they reach.

Each leg of a route is given to whichever robot is able to take the part where it lies and to put it where it shall go; which of
them does it is chosen while orders are tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cell.diagnostic import Span
from cell.equipment import PartKind, Place
from cell.grasps import grasps
from cell.model import CellModel, RobotUnit, Tool
from cell.robot import RobotModel
from cell.steps import Carried
from planner.tasks.findings import Findings
from planner.tasks.route import Fork, Job, Leg, Stage, stages_of
from planner.tasks.worker import Worker

MOST_REASONS = 3  # that are said for one leg: a cell may have many robots

Able = tuple[str, ...]
"""The robots that can do one leg, in the order of declaration."""


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Move:
    """What one leg asks of a robot: take a part of `kind` at one of `sources` (or have it in `hand`), put it at one of each of
    `targets`."""

    kind: str
    hand: str | None
    sources: tuple[str, ...]
    targets: tuple[tuple[str, ...], ...]
    by: frozenset[str]


class Reach:
    """`without` are robots that may not be used. Robots without a model are taken to reach everything."""

    def __init__(self, cell: CellModel, models: Mapping[str, RobotModel], without: frozenset[str]) -> None:
        self._cell, self._models = cell, models
        self._robots = tuple(name for name in cell.robots if name not in without)
        self.beyond = {name: _beyond(cell, name, models.get(name)) for name in self._robots}
        self._known: dict[_Move, Able] = {}

    def able(self, job: Job, found: Findings) -> tuple[Able, ...]:
        """For each leg the robots that can do it, none where it needs no robot. Where none can, `found` says why."""
        return tuple(self._able(job, k, found) for k in range(len(job.legs)))

    def _able(self, job: Job, k: int, found: Findings) -> Able:
        move = _move(job, k)
        if move is None:
            return ()
        if move not in self._known:
            allowed = [name for name in self._robots if not move.by - {name}]
            refused = {name: self._refusal(name, move, job.legs[k]) for name in allowed}
            self._known[move] = tuple(name for name, refusal in refused.items() if refusal is None)
            if not self._known[move]:
                self._say(move, job.legs[k], [r for r in refused.values() if r is not None], found)
        return self._known[move]

    def _refusal(self, robot: str, move: _Move, leg: Leg) -> Refusal | None:
        cell, tool, span = self._cell, self._cell.tool_of(robot), _span(leg)
        if tool is None or not tool.hands:
            return Refusal("E602", f"{robot} has no tool with a hand", (cell.robots[robot].span, span))
        reason = _why_not_gripped(tool, cell.parts[move.kind], payload_of(cell.robots[robot], self._models.get(robot)))
        if reason is not None:
            return Refusal("E602", reason, (span, tool.span, cell.parts[move.kind].span))
        if move.hand is not None and move.hand not in [f"{tool.name}.{hand.name}" for hand in tool.hands]:
            return Refusal("E603", f"the part is in a hand that {robot} does not have", (span,))
        for places in ((move.sources,) if move.sources else ()) + move.targets:
            if self.beyond[robot].issuperset(places):
                equipment = cell.equipment[cell.places[places[0]].equipment]
                what = places[0] if len(places) == 1 else equipment.name
                return Refusal("E603", f"{what} is out of reach of {robot}", (span, equipment.span))
        return None

    def _say(self, move: _Move, leg: Leg, refusals: list[Refusal], found: Findings) -> None:
        if not refusals:
            found.error("E603", "no robot may be used for this", _span(leg))
        for refusal in list(dict.fromkeys(refusals))[:MOST_REASONS]:
            found.error(refusal.code, refusal.message, *refusal.spans, help=self._relay(move, leg))

    def _relay(self, move: _Move, leg: Leg) -> str:
        """What would help where one robot can take the part and another can put it down."""
        takes = [n for n in self._robots if self._refusal(n, _Move(move.kind, move.hand, move.sources, (), move.by), leg) is None]
        puts = [n for n in self._robots if self._refusal(n, _Move(move.kind, None, (), move.targets, move.by), leg) is None]
        if not takes or not puts or len(self._robots) < 2:
            return ""
        return f"add a line that moves the part to where {takes[0]} and {puts[0]} both reach"


def _move(job: Job, k: int) -> _Move | None:
    """None where the part lies already where it shall be."""
    leg = job.legs[k]
    earlier = [x for x in job.legs[:k] if isinstance(x, Stage)]
    sources = earlier[-1].places if earlier else (job.place,) if job.place is not None else ()
    by = frozenset(stage.by for stage in stages_of(leg) if stage.by is not None)
    hand = None if earlier else job.hand
    match leg:
        case Stage(places=places):
            return None if set(sources) & set(places) else _Move(job.kind, hand, sources, (places,), by)
        case Fork():
            return _Move(job.kind, hand, sources, tuple(dict.fromkeys(s.places for s in stages_of(leg))), by)


def _why_not_gripped(tool: Tool, part: PartKind, payload: float | None) -> str | None:
    if part.name not in tool.grips:
        return f"{tool.name} does not grip {part.name}"
    if part.grip_force is not None and tool.force is not None and not tool.force[0] <= part.grip_force <= tool.force[1]:
        low, high = tool.force
        return f"{part.name} is to be gripped with {part.grip_force:g} N, {tool.name} has {low:g} N to {high:g} N"
    if payload is not None and tool.mass + part.mass > payload:
        return f"{tool.name} with {part.name} weighs {tool.mass + part.mass:g} kg, the robot carries {payload:g} kg"
    return None


def _is_out_of_reach(place: Place, unit: RobotUnit, model: RobotModel, tool: Tool) -> bool:
    """True only where no configuration can get there: further than the published reach, the tool and the first two joints'
    offsets together, whatever the reach was measured from."""
    offsets = sum(float(np.linalg.norm(joint.T_parent_joint.translation)) for joint in model.chain.joints[:2])
    longest = max(float(np.linalg.norm(hand.T_flange_tcp.translation)) for hand in tool.hands)
    distance = float(np.linalg.norm(place.frame.translation - unit.base.translation))
    return distance > model.reach + offsets + longest + 0.5  # the TCP may lie above the place by the part's height


def _beyond(cell: CellModel, robot: str, model: RobotModel | None) -> frozenset[str]:
    tool = cell.tool_of(robot)
    if model is None or tool is None or not tool.hands:
        return frozenset()
    return frozenset(n for n, place in cell.places.items() if _is_out_of_reach(place, cell.robots[robot], model, tool))


def payload_of(unit: RobotUnit, model: RobotModel | None) -> float | None:
    """kg: what the cell allows and what the model carries, the smaller of the two; None where nobody says."""
    known = (unit.payload, model.payload if model is not None else None)
    return min((limit for limit in known if limit is not None), default=None)


def _span(leg: Leg) -> Span:
    return leg.goal.span if isinstance(leg, Stage) else leg.when.span


def ways_to_serve(
    worker: Worker, kind: str, shape_grasps: tuple[int, ...], place: str, is_source: bool, speed: float | None
) -> list[tuple[str, int]]:
    """(hand, grasp) with which the robot can take a part from `place`, or put it there, when its other hands are empty."""
    out, motions = [], worker.motions
    for hand in worker.hands:
        for grasp in shape_grasps:
            held = (Carried(hand.name, kind, grasp),)
            if is_source:
                there, back = (motions.approach(place, hand.name, kind, grasp, (), speed),
                               motions.lift(place, hand.name, kind, grasp, held, speed))  # fmt: skip
            else:
                there, back = (motions.insert(place, hand.name, kind, grasp, held, speed),
                               motions.retract(place, hand.name, kind, grasp, (), speed))  # fmt: skip
            if there.seconds + back.seconds < math.inf:
                out.append((hand.name, grasp))
    return out


def grasps_of(cell: CellModel, kind: str) -> tuple[int, ...]:
    return grasps(cell.parts[kind].shape)
