"""What moves and what stands, as convex bodies: the robot's links, its tool, the parts in its hands; the cell and its zones.

Movers hang on a link; standers are fixed in the world. Both carry what the collision check needs: a box around them, and
for movers the displacement radii that make a check continuous (cell/kinematic_chain.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cell.geometry import Array, Body, Box, Pose, Shape, corners, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel
from cell.scene import SceneBody, part_body
from cell.steps import Carried
from cell.zones import Zone
from planner.motion.arm import Arm

What = Literal["equipment", "part", "tool", "floor", "robot", "zone"]


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """`shape` at `T_link_body` on link `link` (n is the last one, that carries flange, tool and parts). `points` (M, 3) in
    the link's frame enclose it. `hand` names the hand of a held part, `hull` the link's hull by number. `radii` (n,) are its
    displacement radii."""

    name: str
    kind: Literal["link", "tool", "held"]
    link: int
    shape: Shape
    T_link_body: Pose
    points: Array
    radii: Array
    hand: str | None = None
    hull: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Stander:
    """`owner` as in cell/scene.py; a zone's own name for a zone."""

    name: str
    owner: str
    what: What
    shape: Shape
    T_world_body: Pose
    low: Array
    high: Array


def movers(arm: Arm, cell: CellModel, carried: Sequence[Carried]) -> tuple[Mover, ...]:
    """Every body that the robot moves, its base link first though that one stands."""
    links = [
        _mover(arm, f"link {k}" if len(hulls) == 1 else f"link {k} ({i + 1})", "link", k, hull, Pose.identity(), hull_number=i)
        for k, hulls in enumerate(arm.model.hulls)
        for i, hull in enumerate(hulls)
    ]
    n, T_last_flange = arm.model.degrees_of_freedom, arm.model.T_last_flange
    tool = [
        _mover(arm, body.name, "tool", n, body.shape, T_last_flange @ body.pose) for body in (arm.tool.bodies if arm.tool else ())
    ]
    held = [held_mover(arm, cell, part) for part in carried]
    return (*links, *tool, *held)


def held_mover(arm: Arm, cell: CellModel, part: Carried) -> Mover:
    """The part in its hand."""
    shape = cell.parts[part.kind].shape
    T_flange_part = arm.T_flange_tcp(part.hand) @ T_part_tcp(shape, part.grasp).inverse()
    body = part_body(cell, part.kind, arm.model.T_last_flange @ T_flange_part)
    return _mover(arm, f"{part.kind} in {part.hand}", "held", arm.model.degrees_of_freedom, shape, body.pose, part.hand)


def _mover(
    arm: Arm,
    name: str,
    kind: Literal["link", "tool", "held"],
    link: int,
    shape: Shape,
    pose: Pose,
    hand: str | None = None,
    hull_number: int = 0,
) -> Mover:
    points = frozen(pose.apply(corners(shape)))
    radii = arm.model.chain.displacement_radii(link, points, arm.model.position)
    return Mover(name, kind, link, shape, pose, points, frozen(radii), hand, hull_number)


def stander(body: SceneBody) -> Stander:
    return _standing(body.name, body.owner, body.what, body.body)


def zone_stander(zone: Zone) -> Stander:
    low, high = np.array(zone.low), np.array(zone.high)
    size = high - low
    body = Body(zone.name, Box((size[0], size[1], size[2])), Pose.from_xyz_rpy(tuple((low + high) / 2.0)))
    return _standing(f"zone {zone.name}", zone.name, "zone", body)


def _standing(name: str, owner: str, what: What, body: Body) -> Stander:
    points = body.pose.apply(corners(body.shape))
    return Stander(name, owner, what, body.shape, body.pose, frozen(points.min(axis=0)), frozen(points.max(axis=0)))
