"""Which robot can do the work: its tool, its hands, the force, the load, and the places that it reaches.

This version plans one robot for the whole plan; the first in the order of declaration that can do everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cell.diagnostic import Span
from cell.equipment import PartKind, Place
from cell.grasps import grasps
from cell.model import CellModel, RobotUnit, Tool
from cell.robot import RobotModel
from cell.steps import Carried
from planner.tasks.findings import Findings
from planner.tasks.motions import Motions
from planner.tasks.route import Job, Routes, stages_of


@dataclass(frozen=True, slots=True)
class Hand:
    """`name` is tool.hand."""

    name: str
    tool: str
    hand: str


@dataclass(frozen=True, slots=True)
class Worker:
    """The robot that does the work. `forces` in N by part kind; `load` is what the hands may hold together, kg."""

    robot: str
    hands: tuple[Hand, ...]
    forces: Mapping[str, float]
    load: float


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: str
    spans: tuple[Span, ...]


def worker_for(
    cell: CellModel, models: Mapping[str, RobotModel], routes: Routes, without: frozenset[str], found: Findings
) -> Worker | None:
    """The robot for all of `routes`; None with the reason in `found`."""
    if len(routes.robots) > 1:
        found.unsupported("more than one robot in one plan", *routes.robots.values())
        return None
    held = {job.hand for job in routes.jobs if job.hand is not None}
    names = [n for n in cell.robots if n not in without and (not routes.robots or n in routes.robots)]
    refused: list[list[Refusal]] = []
    for name in names:
        tool = cell.tool_of(name)
        reasons = _refusals(cell, models.get(name), cell.robots[name], tool, routes.jobs, held)
        if not reasons and tool is not None:
            return _worker(cell, models.get(name), cell.robots[name], tool)
        refused.append(reasons)
    _say(refused, routes, found)
    return None


def _say(refused: list[list[Refusal]], routes: Routes, found: Findings) -> None:
    spans = _spans(routes.jobs)
    if not refused:
        found.error("E603", "no robot may be used for this", *spans)
        return
    common = {r.message for r in refused[0]}.intersection(*({r.message for r in rs} for rs in refused))
    if len(refused) > 1 and not common:
        found.unsupported("work that needs several robots", *spans)
    for reason in min(refused, key=len):
        found.error(reason.code, reason.message, *reason.spans)


def _refusals(
    cell: CellModel, model: RobotModel | None, unit: RobotUnit, tool: Tool | None, jobs: tuple[Job, ...], held: set[str]
) -> list[Refusal]:
    first = {job.kind: job for job in reversed(jobs)}
    out: list[Refusal] = []
    if not first:
        return out
    if tool is None or not tool.hands:
        return [Refusal("E602", f"{unit.name} has no tool with a hand", (unit.span, *_spans(jobs)))]
    for kind in first:
        reason = _why_not_gripped(tool, cell.parts[kind], _payload(unit, model))
        if reason is not None:
            out.append(Refusal("E602", reason, (*_spans((first[kind],)), tool.span, cell.parts[kind].span)))
    if not held <= {f"{tool.name}.{hand.name}" for hand in tool.hands}:
        out.append(Refusal("E603", f"the part is in a hand that {unit.name} does not have", _spans(jobs)))
    known = cell.places
    for place, span in _places(jobs).items():
        if model is not None and _is_out_of_reach(known[place], unit, model, tool):
            spans = (span, cell.equipment[known[place].equipment].span)
            out.append(Refusal("E603", f"{place} is out of reach of {unit.name}", spans))
            break
    return out


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


def _worker(cell: CellModel, model: RobotModel | None, unit: RobotUnit, tool: Tool) -> Worker:
    payload = _payload(unit, model)
    force = {}
    for part in cell.parts.values():
        lowest = tool.force[0] if tool.force is not None else 0.0
        force[part.name] = part.grip_force if part.grip_force is not None else lowest
    hands = tuple(Hand(f"{tool.name}.{hand.name}", tool.name, hand.name) for hand in tool.hands)
    return Worker(unit.name, hands, force, math.inf if payload is None else payload - tool.mass)


def _payload(unit: RobotUnit, model: RobotModel | None) -> float | None:
    return unit.payload if unit.payload is not None else (model.payload if model is not None else None)


def _spans(jobs: Iterable[Job]) -> tuple[Span, ...]:
    """Where the first goal is written."""
    for job in jobs:
        for leg in job.legs:
            for stage in stages_of(leg):
                return (stage.goal.span,)
    return ()


def _places(jobs: tuple[Job, ...]) -> dict[str, Span]:
    """Each place that must be served (not those of which one can be chosen), with the goal that asks for it."""
    places: dict[str, Span] = {}
    for job in jobs:
        for leg in job.legs:
            for stage in stages_of(leg):
                if len(stage.places) == 1:
                    places.setdefault(stage.places[0], stage.goal.span)
                if job.place is not None:
                    places.setdefault(job.place, stage.goal.span)
    return places


def ways_to_serve(motions: Motions, worker: Worker, kind: str, shape_grasps: tuple[int, ...], place: str, is_source: bool,
                  speed: float | None) -> list[tuple[str, int]]:  # fmt: skip
    """(hand, grasp) with which the robot can take a part from `place`, or put it there, when its other hands are empty."""
    out = []
    for hand in worker.hands:
        for grasp in shape_grasps:
            held = (Carried(hand.name, kind, grasp),)
            if is_source:
                there, back = (motions.approach(place, hand.name, kind, grasp, (), speed),
                               motions.lift(place, hand.name, kind, grasp, held, speed))  # fmt: skip
            else:
                there, back = (motions.insert(place, hand.name, kind, grasp, held, speed),
                               motions.retract(place, hand.name, kind, grasp, (), speed))  # fmt: skip
            if there[1] + back[1] < math.inf:
                out.append((hand.name, grasp))
    return out


def grasps_of(cell: CellModel, kind: str) -> tuple[int, ...]:
    return grasps(cell.parts[kind].shape)
