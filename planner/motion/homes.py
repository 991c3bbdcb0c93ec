"""Whether the robots of a cell can all stand at home at once. Where two cannot, neither has a motion: every scene has both."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

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
    bodies = {name: _base_first(standing_robot(cell, name, models[name]), len(models[name].hulls[0])) for name in cell.robots}
    refused: dict[str, Diagnostic] = {}
    for a, b in combinations(cell.robots, 2):
        against = _against(cell, a, b, bodies)
        if against is not None:
            refused.setdefault(a, against)
            refused.setdefault(b, against)
    return refused


class Boxed(NamedTuple):
    """A body and the box (3,), (3,) around it, in the world."""

    body: SceneBody
    low: Array
    high: Array


class Bodies(NamedTuple):
    """Of one robot at home; `low` and `high` (3,) are of the box around all of it."""

    base: tuple[Boxed, ...]
    moving: tuple[Boxed, ...]
    low: Array
    high: Array


def _base_first(standing: tuple[SceneBody, ...], count: int) -> Bodies:
    """`count` are those of the base."""
    boxed = tuple(map(_boxed, standing))
    low, high = np.min([b.low for b in boxed], axis=0), np.max([b.high for b in boxed], axis=0)
    return Bodies(boxed[:count], boxed[count:], low, high)


def _boxed(body: SceneBody) -> Boxed:
    points = body.body.pose.apply(corners(body.body.shape))
    return Boxed(body, points.min(axis=0), points.max(axis=0))


def _against(cell: CellModel, a: str, b: str, bodies: Mapping[str, Bodies]) -> Diagnostic | None:
    if _box_gap(bodies[a], bodies[b]) > FREE_CLEARANCE:
        return None
    (base_a, moving_a, *_), (base_b, moving_b, *_) = bodies[a], bodies[b]
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


def _nearest(ones: tuple[Boxed, ...], others: tuple[Boxed, ...], clearance: float) -> tuple[SceneBody, SceneBody, float] | None:
    """The two that are nearest to each other, and their distance (0 where they overlap), where that is not above `clearance`."""
    near = []
    for k, one in enumerate(ones):
        for i, other in enumerate(others):
            if _box_gap(one, other) <= clearance and (distance := shape_distance(one.body.body, other.body.body)) <= clearance:
                near.append((max(distance, 0.0), k, i))
    distance, k, i = min(near, default=(0.0, -1, -1))
    return (ones[k].body, others[i].body, distance) if near else None


def _box_gap(one: Boxed | Bodies, other: Boxed | Bodies) -> float:
    apart = np.maximum(one.low - other.high, other.low - one.high)
    return float(np.linalg.norm(np.maximum(apart, 0.0)))


def _home_span(unit: RobotUnit) -> Span:
    return unit.attribute_spans.get("home", unit.span)
