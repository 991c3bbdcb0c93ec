"""Whether the robots of a cell can all stand at home at once. Where two cannot, neither has a motion: every scene has both."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from cell.diagnostic import Diagnostic, Span, error
from cell.geometry import Array, corners
from cell.home import home_of, standing_robot
from cell.model import CellModel, RobotUnit
from cell.robot import RobotModel
from cell.scene import SceneBody
from planner.motion.collision import shape_distance
from planner.motion.margins import FREE_CLEARANCE


def not_at_home(cell: CellModel, models: Mapping[str, RobotModel]) -> dict[str, Diagnostic]:
    """Why a robot cannot stand at its home beside the others, by robot; empty where all can."""
    for name, unit in cell.robots.items():
        try:
            home_of(unit, models[name])
        except ValueError as cause:
            found = error("E325", str(cause), _home_span(unit), help="Give one position a joint.")
            return dict.fromkeys(cell.robots, found)
    bodies = {name: _base_first(standing_robot(cell, name, models[name]), models[name]) for name in cell.robots}
    refused: dict[str, Diagnostic] = {}
    for a, b in combinations(cell.robots, 2):
        against = _against(cell, a, b, bodies)
        if against is not None:
            refused.setdefault(a, against)
            refused.setdefault(b, against)
    return refused


Bodies = tuple[tuple[SceneBody, ...], tuple[SceneBody, ...]]


def _base_first(standing: tuple[SceneBody, ...], model: RobotModel) -> Bodies:
    """The bodies of the base, and all others."""
    count = len(model.hulls[0])
    return standing[:count], standing[count:]


def _against(cell: CellModel, a: str, b: str, bodies: Mapping[str, Bodies]) -> Diagnostic | None:
    (base_a, moving_a), (base_b, moving_b) = bodies[a], bodies[b]
    one, other = cell.robots[a], cell.robots[b]
    if _nearest(base_a, base_b, 0.0) is not None:
        spans = [unit.attribute_spans.get("base", unit.span) for unit in (one, other)]
        return error("E327", f"the bases of {a} and {b} overlap", *spans, help="Move one of the two apart from the other.")
    near = _nearest((*base_a, *moving_a), moving_b, FREE_CLEARANCE) or _nearest(moving_a, base_b, FREE_CLEARANCE)
    if near is None:
        return None
    first, second, distance = near
    message = f"{a} and {b} cannot both be at home: {first.name} is {1e3 * distance:.0f} mm from {second.name}"
    help_ = f"Declare another `home` for one of the two, {1e3 * FREE_CLEARANCE:.0f} mm clear of the other, or move its base."
    return error("E328", message, _home_span(one), _home_span(other), help=help_)


def _nearest(
    ones: tuple[SceneBody, ...], others: tuple[SceneBody, ...], clearance: float
) -> tuple[SceneBody, SceneBody, float] | None:
    """The two that are nearest to each other, and their distance (0 where they overlap), where that is not above `clearance`."""
    near = []
    for k, one in enumerate(ones):
        for i, other in enumerate(others):
            if _box_gap(one, other) <= clearance and (distance := shape_distance(one.body, other.body)) <= clearance:
                near.append((max(distance, 0.0), k, i))
    distance, k, i = min(near, default=(0.0, -1, -1))
    return (ones[k], others[i], distance) if near else None


def _box_gap(one: SceneBody, other: SceneBody) -> float:
    a, b = _points(one), _points(other)
    apart = np.maximum(a.min(axis=0) - b.max(axis=0), b.min(axis=0) - a.max(axis=0))
    return float(np.linalg.norm(np.maximum(apart, 0.0)))


def _points(body: SceneBody) -> Array:
    return body.body.pose.apply(corners(body.body.shape))


def _home_span(unit: RobotUnit) -> Span:
    return unit.attribute_spans.get("home", unit.span)
