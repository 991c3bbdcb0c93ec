"""Shapes as coal has them, each with the ball and the box that enclose it in its own frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

import coal
import numpy as np

from cell.geometry import Array, Body, Box, ConvexHull, Cylinder, Pose, Shape, Sphere


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """`shape` is a coal geometry in a frame of its own; `centre` (3,) and `half` (3,) its box there, `radius` of the ball
    about `centre` that encloses it."""

    shape: Any
    centre: Array
    half: Array
    radius: float


def solid_of(shape: Shape) -> Solid:
    match shape:
        case Box(size):
            return enclosed(coal.Box(*size))
        case Cylinder(radius, length):
            return enclosed(coal.Cylinder(radius, length))
        case Sphere(radius):
            return enclosed(coal.Sphere(radius))
        case ConvexHull(vertices):
            return enclosed(convex(vertices))
    assert_never(shape)


def convex(points: Array) -> Any:
    """The convex hull of `points` (N, 3), by coal's own qhull."""
    vertices = coal.StdVec_Vec3s()
    for point in points:
        vertices.append(np.array(point, dtype=np.float64))
    return coal.Convex.convexHull(vertices, True, "Qt")


def enclosed(shape: Any) -> Solid:
    shape.computeLocalAABB()
    low, high = np.array(shape.aabb_local.min_), np.array(shape.aabb_local.max_)
    centre, half = (low + high) / 2, (high - low) / 2
    return Solid(shape, centre, half, float(np.linalg.norm(half)))


def points_of(solid: Solid) -> Array:
    """(P, 3) points of the solid in its own frame, none beyond it: its corners, or points of its rims."""
    shape = solid.shape
    if isinstance(shape, coal.Box):
        return np.array(np.meshgrid(*((-h, h) for h in shape.halfSide))).reshape(3, -1).T
    if isinstance(shape, coal.Cylinder):
        turns = np.linspace(0.0, 2 * np.pi, 12, endpoint=False)
        rim = np.stack([shape.radius * np.cos(turns), shape.radius * np.sin(turns)], axis=1)
        return np.array([(x, y, z) for x, y in rim for z in (-shape.halfLength, shape.halfLength)])
    if isinstance(shape, coal.Convex):
        return np.array(shape.points())
    return np.array([solid.centre])


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A solid that stands still in the world. `owner` names the equipment, the place of a part, the zone; `what` says which.
    `low` and `high` (3,) enclose it."""

    name: str
    owner: str
    what: str
    solid: Solid
    rotation: Array
    translation: Array
    low: Array
    high: Array


def standing(name: str, owner: str, what: str, solid: Solid, T_world: Array) -> Standing:
    """`T_world` (4, 4) of the solid's frame."""
    rotation, translation = np.array(T_world[:3, :3]), np.array(T_world[:3, 3])
    middle = rotation @ solid.centre + translation
    reach = np.abs(rotation) @ solid.half
    return Standing(name, owner, what, solid, rotation, translation, middle - reach, middle + reach)


def standing_body(body: Body, owner: str, what: str, T_world: Pose | None = None) -> Standing:
    pose = body.pose if T_world is None else T_world @ body.pose
    return standing(body.name, owner, what, solid_of(body.shape), pose.matrix)
