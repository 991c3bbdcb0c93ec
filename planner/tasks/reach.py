"""Which robots can do which work: their tools, hands, force and load, and the places that they reach.

Each leg of a route is given to whichever robot is able to take the part where it lies and to put it where it shall go; which of
them does it is chosen while orders are tried.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cell.diagnostic import Span
from cell.equipment import PartKind
from cell.grasps import T_part_tcp, grasps
from cell.model import CellModel, RobotUnit, Tool
from cell.robot import RobotModel
from cell.state import CellState, mount_of, tool_at
from cell.steps import Carried
from planner.tasks.arm_length import ball
from planner.tasks.fastening import why_not_driven
from planner.tasks.findings import Findings
from planner.tasks.path_reach import BRING_BACK, able_along, nobody_knows
from planner.tasks.route import ForceLimit, Fork, Job, Join, Leg, Stage, stages_of
from planner.tasks.worker import Worker

MOST_REASONS = 3  # that are said for one leg: a cell may have many robots

Equipped = tuple[str, str | None]
"""A robot and one of its tools; None for a bare flange."""

Able = tuple[Equipped, ...]
"""The robots and tools that can do one leg, in the order of declaration, of one robot the tool that is mounted first."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one robot with one tool cannot, and what would help. `spans` are declarations: the line that asks is not among them.
    `near`: how near the tool is to what is asked: 0 for none, 1 for one that takes other parts, 2 for one that would do."""

    code: str
    message: str
    spans: tuple[Span, ...]
    help: str
    near: int = 2


@dataclass(frozen=True, slots=True)
class _Move:
    """What one leg asks of a robot: take a part of `kind` at one of `sources` (or have it in `hand`), put it at one of each of
    `targets`, with no more than `forces` allow; `into`: it is joined to another part there."""

    kind: str
    hand: str | None
    sources: tuple[str, ...]
    targets: tuple[tuple[str, ...], ...]
    by: frozenset[str]
    using: frozenset[str]
    forces: tuple[ForceLimit, ...] = ()
    into: Join | None = None


class Reach:
    """`without` are robots that may not be used. Robots without a model are taken to reach everything."""

    def __init__(self, cell: CellModel, models: Mapping[str, RobotModel], state: CellState, without: frozenset[str]) -> None:
        self.cell = self._cell = cell
        self.models = self._models = models
        self._state = state
        self._robots = tuple(name for name in cell.robots if name not in without)
        self.equipped = tuple((name, tool) for name in self._robots for tool in tools_for(cell, state, name))
        self.beyond = {(name, tool): _beyond(cell, name, models.get(name), tool) for name, tool in self.equipped}
        self._known: dict[_Move, Able] = {}
        self._refused: dict[_Move, tuple[tuple[str, Refusal], ...]] = {}

    def able(self, job: Job, found: Findings) -> tuple[Able, ...]:
        """For each leg the robots that can do it, none where it needs no robot. Where none can, `found` says why."""
        return tuple(self._able(job, k, found) for k in range(len(job.legs)))

    def _able(self, job: Job, k: int, found: Findings) -> Able:
        leg = job.legs[k]
        if isinstance(leg, Stage) and leg.path is not None:
            return able_along(self, leg, leg.path, found)
        move = _move(job, k)
        if move is None:
            return ()
        if move not in self._known:
            allowed = [(name, tool) for name, tool in self.equipped if not move.by - {name} and not move.using - {tool}]
            refused = {who: self._refusal(who, move) for who in allowed}
            self._known[move] = tuple(who for who, refusal in refused.items() if refusal is None)
            self._refused[move] = tuple((robot, r) for (robot, _), r in refused.items() if r is not None)
        if not self._known[move]:
            self._say(move, job.legs[k], found)
        return self._known[move]

    def is_astray(self, tool: str) -> bool:
        """Whether it came off a flange and nobody has told where it is."""
        return mount_of(self._cell, self._state, tool) == ""

    def others(self, job: Job, k: int) -> tuple[Span, ...]:
        """The robots that cannot do leg k, each labelled with why: of one robot's tools what the nearest lacks."""
        move = _move(job, k)
        nearest: dict[str, Refusal] = {}
        for robot, refusal in self._refused.get(move, ()) if move is not None else ():
            if robot not in nearest or refusal.near > nearest[robot].near:
                nearest[robot] = refusal
        able = {robot for robot, _ in self._known.get(move, ())} if move is not None else set[str]()
        robots = self._cell.robots
        return tuple(robots[name].span.labelled(f"{name} cannot: {r.message}") for name, r in nearest.items() if name not in able)

    def _refusal(self, who: Equipped, move: _Move) -> Refusal | None:
        cell, (robot, name) = self._cell, who
        tool, unit = None if name is None else cell.tools[name], cell.robots[robot]
        if tool is None or not tool.hands:
            help_ = f"Declare a tool that is `mounted {robot}`."
            return Refusal("E602", f"{robot} has no tool with a hand", (unit.span,), help_, near=0)
        model, part = self._models.get(robot), cell.parts[move.kind]
        refusal = _not_driven(tool, part, move.into) or _not_gripped(tool, part)
        refusal = refusal or _too_hard(robot, tool, part, move.forces) or _too_heavy(unit, model, tool, part)
        if refusal is not None:
            return refusal
        if self.is_astray(tool.name):
            return Refusal("E602", nobody_knows(tool.name), (tool.span,), BRING_BACK)
        if move.hand is not None and move.hand not in [f"{tool.name}.{hand.name}" for hand in tool.hands]:
            help_ = "Take the part out of that hand, or let the robot that holds it do this."
            return Refusal("E603", f"the part is in a hand that {robot} does not have", (), help_)
        for places in ((move.sources,) if move.sources else ()) + move.targets:
            if self.beyond[who].issuperset(places) and model is not None:
                return _too_far(cell, unit, model, places, self.beyond[who])
        return None

    def _say(self, move: _Move, leg: Leg, found: Findings) -> None:
        if not self._refused[move]:
            who = " or ".join(move.by) or "robot"
            what = f" with {' and '.join(sorted(move.using))}" if move.using else ""
            help_ = "Let a robot that may be used do it, with a tool that it has or can change to."
            found.of_line(_span(leg), "E603", f"no {who} may be used{what} for this", help=help_)
        nearest = {robot: max(r.near for name, r in self._refused[move] if name == robot) for robot, _ in self._refused[move]}
        least = min(max(nearest.values(), default=0), 2)  # of what is no tool for it nothing is told beside one that is
        refusals = dict.fromkeys(r for robot, r in self._refused[move] if r.near == nearest[robot] >= least)
        for refusal in list(refusals)[:MOST_REASONS]:
            help_ = self._relay(move) or refusal.help
            found.of_line(_span(leg), refusal.code, refusal.message, *refusal.spans, help=help_)

    def _relay(self, move: _Move) -> str:
        """What would help where one robot can take the part and another can put it down."""
        takes = [name for name, tool in self.equipped if self._refusal((name, tool), replace(move, targets=())) is None]
        free = replace(move, hand=None, sources=())
        puts = [name for name, tool in self.equipped if self._refusal((name, tool), free) is None]
        if not takes or not puts or len(self._robots) < 2:
            return ""
        return f"Add a line that moves the part to where {takes[0]} and {puts[0]} both reach."


def _move(job: Job, k: int) -> _Move | None:
    """None where the part lies already where it shall be."""
    leg = job.legs[k]
    earlier = [x for x in job.legs[:k] if isinstance(x, Stage)]
    sources = earlier[-1].places if earlier else (job.place,) if job.place is not None else ()
    by = frozenset(stage.by for stage in stages_of(leg) if stage.by is not None)
    using = frozenset(stage.using for stage in stages_of(leg) if stage.using is not None)
    hand = None if earlier else job.hand
    match leg:
        case Stage(places=places):
            if leg.giver is not None:
                sources = (leg.giver.spot,)
            if leg.is_carried or (leg.handing is None and set(sources) & set(places)):
                return None
            return _Move(job.kind_at(k), hand, sources, (leg.spots,), by, using, _forces(leg), leg.into)
        case Fork():
            targets = tuple(dict.fromkeys(s.spots for s in stages_of(leg)))
            return _Move(job.kind_at(k), hand, sources, targets, by, using, _forces(leg))


def _forces(leg: Leg) -> tuple[ForceLimit, ...]:
    return tuple(dict.fromkeys(limit for x in (leg, *stages_of(leg)) for limit in x.clauses.forces))


def _not_driven(tool: Tool, part: PartKind, into: Join | None) -> Refusal | None:
    why = why_not_driven(tool, part, into) if into is not None and into.is_driven else None
    return (
        None
        if why is None
        else Refusal("E602", why[0], (tool.span, part.span), why[1], near=2 if part.name in tool.drives else 1)
    )


def _not_gripped(tool: Tool, part: PartKind) -> Refusal | None:
    if part.name not in tool.takes:
        help_ = f"Name {part.name} under `grips` of {tool.name}, or take another tool."
        return Refusal("E602", f"{tool.name} does not grip {part.name}", (tool.span, part.span), help_, near=1)
    if part.grip_force is None or tool.force is None or tool.force[0] <= part.grip_force <= tool.force[1]:
        return None
    low, high = tool.force
    message = f"{part.name} is to be gripped with {part.grip_force:g} N, {tool.name} has {low:g} N to {high:g} N"
    return Refusal("E602", message, (tool.span, part.span), f"Grip it with {low:g} N to {high:g} N, or take another tool.")


def _too_hard(robot: str, tool: Tool, part: PartKind, limits: tuple[ForceLimit, ...]) -> Refusal | None:
    force = part.grip_force if part.grip_force is not None else tool.force[0] if tool.force is not None else None
    limit = min((x for x in limits if x.robot in ("", robot)), key=lambda x: x.most, default=None)
    if limit is None or (force is None and "vacuum" in tool.attributes):
        return None
    if force is None:
        message = f"nothing says with what force {tool.name} grips {part.name}; {robot} may use {limit.most:g} N"
        return Refusal("E602", message, (limit.span, part.span), f"Declare `grip` of {part.name}, or `force` of {tool.name}.")
    if force <= limit.most:
        return None
    why = "as it is declared" if part.grip_force is not None else f"the least that {tool.name} has"
    message = f"{part.name} is gripped with {force:g} N, {why}; {robot} may use {limit.most:g} N"
    return Refusal("E602", message, (limit.span, part.span), f"Allow {force:g} N, or grip it with {limit.most:g} N.")


def _too_heavy(unit: RobotUnit, model: RobotModel | None, tool: Tool, part: PartKind) -> Refusal | None:
    payload, mass = payload_of(unit, model), tool.mass + part.mass
    if payload is None or mass <= payload:
        return None
    message = f"{tool.name} with {part.name} weighs {mass:g} kg, {unit.name} carries {payload:g} kg"
    spans = (tool.attribute_spans.get("mass", tool.span), part.span, unit.attribute_spans.get("payload", unit.span))
    return Refusal("E602", message, spans, f"Save {mass - payload:.3g} kg, or take a robot with a payload of {mass:g} kg.")


def _too_far(cell: CellModel, unit: RobotUnit, model: RobotModel, places: tuple[str, ...], beyond: frozenset[str]) -> Refusal:
    """One finding for the whole equipment, however many of its places a line goes to."""
    equipment = cell.equipment[cell.places[places[0]].equipment]
    far = [place.name for place in equipment.places if place.name in beyond]
    what = (
        equipment.name
        if len(far) == len(equipment.places)
        else f"{len(far)} of {len(equipment.places)} places of {equipment.name}"
    )
    gaps = [float(np.linalg.norm(cell.places[p].frame.translation - unit.base.translation)) for p in far]
    near = "It is" if len(far) == 1 else "The nearest is"
    apart = f"{1e3 * min(gaps):.0f} mm from the base of {unit.name}, which reaches {1e3 * model.reach:.0f} mm"
    spans = (equipment.attribute_spans.get("at", equipment.span), unit.attribute_spans.get("base", unit.span))
    return Refusal("E603", f"{what} out of reach of {unit.name}", spans, f"{near} {apart}: move one of the two.")


def tools_for(cell: CellModel, state: CellState, robot: str) -> tuple[str | None, ...]:
    """What may be at its flange while a plan runs: what is there, then, where it can change, its other tools and none."""
    now = tool_at(cell, state, robot)
    first = None if now is None else now.name
    others = [tool for tool in cell.tools_of(robot) if tool.name != first and _has_pocket_for(cell, robot, tool.name)]
    if not others or (first is not None and not _has_pocket_for(cell, robot, first)):
        return (first,)
    return tuple(dict.fromkeys((first, *(tool.name for tool in others), None)))


def _has_pocket_for(cell: CellModel, robot: str, tool: str) -> bool:
    pocket = cell.pocket_of(tool)
    return pocket is not None and robot in cell.changers[pocket.changer].serves


def _beyond(cell: CellModel, robot: str, model: RobotModel | None, name: str | None) -> frozenset[str]:
    """The places that no configuration gets to, with any kind that lies there and any grasp."""
    tool = None if name is None else cell.tools[name]
    if model is None or tool is None or not tool.hands or not cell.places:
        return frozenset()
    T_base_world = cell.robots[robot].base.inverse()
    points = np.array([place.frame.translation for place in cell.places.values()]) @ T_base_world.rotation.T
    points += T_base_world.translation
    balls = [ball(model, hand.T_flange_tcp) for hand in tool.hands]
    lacking = np.min([np.linalg.norm(points - centre, axis=1) - radius for centre, radius in balls], axis=0)
    heights = {kind: _highest(cell, kind) for kind in tool.takes if kind in cell.parts}
    held = {name: max((heights[kind] for kind in place.accepts if kind in heights), default=math.inf)
            for name, place in cell.places.items()}  # fmt: skip
    return frozenset(place for place, gap in zip(cell.places, lacking, strict=True) if gap > held[place])


def _highest(cell: CellModel, kind: str) -> float:
    """How far (m) the TCP may be from where the part stands."""
    shape = cell.parts[kind].shape
    return max(float(np.linalg.norm(T_part_tcp(shape, grasp).translation)) for grasp in grasps(shape))


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
