"""The distance of two convex bodies, from below: a plane between them that we check ourselves.

coal (GJK) proposes the direction; the bound is then taken from the support functions of the two shapes, which are exact. A
wrong proposal makes the bound smaller, never larger, so the proof does not rest on a library's tolerances. Where each motion has
its certificate at hand nothing is measured, and coal is not loaded.
Source: van den Bergen, "Proximity queries and penetration depth computation on 3D game objects", GDC 2001 (support mappings
and the lower bound that a separating direction gives).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, assert_never

import numpy as np

from cell.geometry import Array, Box, ConvexHull, Cylinder, Pose, Shape, Sphere


def _coal_shape(coal: Any, shape: Shape) -> Any:
    match shape:
        case Box(size):
            return coal.Box(*size)
        case Cylinder(radius, length):
            return coal.Cylinder(radius, length)
        case Sphere(radius):
            return coal.Sphere(radius)
        case ConvexHull(vertices):
            points = coal.StdVec_Vec3s()
            for vertex in vertices:
                points.append(np.array(vertex))
            return coal.Convex.convexHull(points, False, "")
    assert_never(shape)


def reach(shape: Shape, direction: Array) -> float:
    """max of direction · p over the points p of the shape, exact; `direction` (3,) in the shape's frame."""
    x, y, z = direction
    match shape:
        case Box(size):
            return 0.5 * float(abs(x) * size[0] + abs(y) * size[1] + abs(z) * size[2])
        case Cylinder(radius, length):
            return float(radius * math.hypot(x, y) + 0.5 * length * abs(z))
        case Sphere(radius):
            return float(radius * math.sqrt(x * x + y * y + z * z))
        case ConvexHull(vertices):
            return float((vertices @ direction).max())
    assert_never(shape)


class Gauge:
    """Measures pairs among `shapes`; keeps coal's shapes, request and result, which are costly to make. A shape is made when it
    is first measured, for most of a large cell is far from any one motion."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        import coal

        self._coal = coal
        self._shapes, self._made_of = tuple(shapes), dict[int, Any]()
        self._request, self._result = coal.DistanceRequest(), coal.DistanceResult()

    def measure(self, a: int, T_world_a: tuple[Array, Array], b: int, T_world_b: tuple[Array, Array]) -> tuple[float, float]:
        """(lower bound, coal's distance) in m of shapes number `a` and `b`; poses as (rotation, translation). Not positive
        where they touch."""
        return self.measure_to(a, T_world_a, self, b, T_world_b)

    def facing(self, a: int, T_world_a: tuple[Array, Array], b: int, T_world_b: tuple[Array, Array]) -> tuple[float, Array]:
        """(lower bound, and the direction (3,) from `a` to `b` in which it is)."""
        bound, _ = self.measure(a, T_world_a, b, T_world_b)
        return bound, np.array(self._result.normal)

    def measure_to(
        self, a: int, T_world_a: tuple[Array, Array], other: Gauge, b: int, T_world_b: tuple[Array, Array]
    ) -> tuple[float, float]:
        """The same for shape number `b` of another gauge."""
        (Ra, ta), (Rb, tb), Transform = T_world_a, T_world_b, self._coal.Transform3s
        self._result.clear()
        estimate = self._coal.distance(
            self._made(a), Transform(Ra, ta), other._made(b), Transform(Rb, tb), self._request, self._result
        )
        normal = self._result.normal
        below_a, below_b = reach(self._shapes[a], Ra.T @ normal), reach(other._shapes[b], -(Rb.T @ normal))
        return float(normal @ (tb - ta)) - below_a - below_b, float(estimate)

    def _made(self, number: int) -> Any:
        made = self._made_of.get(number)
        if made is None:
            made = self._made_of[number] = _coal_shape(self._coal, self._shapes[number])
        return made


def placed(pose: Pose) -> tuple[Array, Array]:
    return np.array(pose.rotation), np.array(pose.translation)
