"""Rules of a cell and a text that no motion can touch: a zone beyond every robot, a `never` about a robot that never gets there.

Asked of the arms' lengths alone, so that what is told is certain: who ends before the zone, stretched out, is never in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cell.diagnostic import Diagnostic, warning
from cell.geometry import Body, Pose, corners
from cell.model import CellModel
from cell.program import AllOf, AnyOf, Condition, IntentProgram, IsIn
from cell.robot import RobotModel
from cell.zones import Zone
from planner.tasks.arm_length import ball


def idle_rules(cell: CellModel, program: IntentProgram, models: Mapping[str, RobotModel]) -> Iterator[Diagnostic]:
    beyond = {
        (robot, zone.name)
        for zone in cell.zones.values()
        for robot in cell.robots
        if robot in models and _is_beyond(cell, zone, robot, models[robot])
    }
    for zone in cell.zones.values():
        if _binds_who_is_inside(zone) and cell.robots.keys() == {r for r, z in beyond if z == zone.name}:
            message = f"no robot gets into `{zone.name}`, so its rules bind nothing"
            yield warning("W321", message, zone.span, help="Correct its box, or delete what robots shall do in it.")
    for never in program.nevers:
        if not _can_be(never.condition, beyond):
            message = "this `never` cannot come true in this cell: the robot does not get into the zone"
            yield warning("W322", message, never.span, help="Correct the zone's box in the cell file, or delete the line.")


def _binds_who_is_inside(zone: Zone) -> bool:
    """A rule for who is in it; what robots do while a person is there binds them wherever they are."""
    return zone.keep_out or zone.speed_limit is not None or zone.capacity is not None


def _can_be(condition: Condition, beyond: set[tuple[str, str]]) -> bool:
    match condition:
        case AllOf(parts=parts):
            return all(_can_be(part, beyond) for part in parts)
        case AnyOf(parts=parts):
            return any(_can_be(part, beyond) for part in parts)
        case IsIn(subject=subject, place=place, negated=negated):
            return negated or (subject.path[0], place.path[0]) not in beyond
        case _:
            return True


def _is_beyond(cell: CellModel, zone: Zone, robot: str, model: RobotModel) -> bool:
    """Whether no point of the robot, of a tool of its, or of a part in its hand can ever be in the zone. Every link's origin lies
    in the ball of the stretched arm, and what is at it no further from there than its own furthest corner."""
    centre, radius = ball(model, Pose.identity())
    placed = cell.robots[robot].base
    middle = placed.rotation @ centre + placed.translation
    links = max(float(np.linalg.norm(hull.vertices, axis=1).max()) for hulls in model.hulls for hull in hulls)
    tools = [_furthest(body) for tool in cell.tools_of(robot) for body in tool.bodies]
    hands = [float(np.linalg.norm(hand.T_flange_tcp.translation)) for tool in cell.tools_of(robot) for hand in tool.hands]
    parts = [_furthest(Body(part.name, part.shape, Pose.identity())) for part in cell.parts.values()]
    beyond_flange = max([*tools, max(hands, default=0.0) + 2.0 * max(parts, default=0.0)])
    return float(np.linalg.norm(middle - np.clip(middle, zone.low, zone.high))) > radius + max(links, beyond_flange)


def _furthest(body: Body) -> float:
    """m from the frame that the body is given in to its furthest point."""
    points = corners(body.shape) @ body.pose.rotation.T + body.pose.translation
    return float(np.linalg.norm(points, axis=1).max())
