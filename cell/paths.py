"""The path along a feature of a part: which curve its waypoints mean, and where out of the part is along it.

From waypoint to waypoint it goes straight. Where it turns by less than SMOOTH it has no corner: there it is the natural cubic
spline through the waypoints, by chord length (de Boor, "A Practical Guide to Splines", chapter IV), so an arc is a few points of
it. The normals take part in the same spline and are made unit vectors again. Search, proof and the simulated world read this one
file, so all of them mean the same curve.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from cell.dataclass import dataclass
from cell.geometry import Array, Box, ConvexHull, Cylinder, Pose, Shape, Sphere, corners, frozen, height
from cell.model import Tool

SMOOTH = math.radians(20.0)
LEAST_SIDE = 1e-4  # m between two waypoints
SINK = 1e-3  # m that a path may lie inside the body of its part, and a tool reach beyond its tip
LOOK = 2e-3  # m from point to point, where a whole path is looked at


Point = tuple[float, float, float]


class Waypoints(Protocol):
    """Of a path or a spot: points in m and unit normals, in the part's frame, one for each."""

    @property
    def points(self) -> tuple[Point, ...]: ...

    @property
    def normals(self) -> tuple[Point, ...]: ...


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoints:
    """`points` (N, 3) in m, unit `tangents` (N, 3), unit `normals` (N, 3) out of the part."""

    points: Array
    tangents: Array
    normals: Array


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A stretch without a corner. `knots` (K, 6): waypoints and normals; `slopes` (K, 6) of them by x; `x` (K,): chord length
    from the first waypoint, in m."""

    x: Array
    knots: Array
    slopes: Array

    @property
    def length(self) -> float:
        return float(self.x[-1])

    def at(self, x: ArrayLike) -> CurvePoints:
        """The curve at chord lengths `x` (N,), clipped to [0, length]. Cubic Hermite between two knots."""
        values = np.clip(np.atleast_1d(np.asarray(x, dtype=np.float64)), 0.0, self.length)
        k = np.clip(np.searchsorted(self.x, values, side="right") - 1, 0, len(self.x) - 2)
        h = (self.x[k + 1] - self.x[k])[:, None]
        u = (values - self.x[k])[:, None] / h
        p, q, m, n = self.knots[k], self.knots[k + 1], self.slopes[k] * h, self.slopes[k + 1] * h
        at = (1 + 2 * u) * (1 - u) ** 2 * p + u * (1 - u) ** 2 * m + u**2 * (3 - 2 * u) * q + u**2 * (u - 1) * n
        by = (6 * u**2 - 6 * u) * (p - q) + (1 - u) * (1 - 3 * u) * m + u * (3 * u - 2) * n
        return CurvePoints(at[:, :3], _unit(by[:, :3]), _unit(at[:, 3:]))

    def moved(self, T: Pose) -> Run:
        """The same run in another frame: `T` leads from that frame to the run's own."""
        turned = [half @ T.rotation.T for values in (self.knots, self.slopes) for half in (values[:, :3], values[:, 3:])]
        points, normals, *slopes = turned
        return Run(self.x, frozen(np.hstack([points + T.translation, normals])), frozen(np.hstack(slopes)))


def runs_of(feature: Waypoints) -> tuple[Run, ...]:
    """The runs of a path in the part's frame; none for a spot, nor for a feature that is no path."""
    points, normals = np.array(feature.points), np.array(feature.normals)
    if len(points) < 2:
        return ()
    sides = _unit(np.diff(points, axis=0))
    corners = [k + 1 for k, (a, b) in enumerate(pairwise(sides)) if float(a @ b) < math.cos(SMOOTH)]
    knots = np.hstack([points, normals])
    return tuple(_run(knots[first : last + 1]) for first, last in pairwise([0, *corners, len(points) - 1]))


def length_of(feature: Waypoints) -> float:
    """m, by chords; 0 for a spot."""
    return sum(run.length for run in runs_of(feature))


def looked_at(runs: Sequence[Run]) -> CurvePoints:
    """All of a path at points no more than LOOK apart."""
    found = [run.at(np.linspace(0.0, run.length, math.ceil(run.length / LOOK) + 1)) for run in runs]
    return CurvePoints(*(np.concatenate([getattr(f, name) for f in found]) for name in ("points", "tangents", "normals")))


def spot_of(feature: Waypoints) -> CurvePoints:
    """The first waypoint of a path or a spot; its tangent is zero."""
    return CurvePoints(np.array(feature.points[:1]), np.zeros((1, 3)), np.array(feature.normals[:1]))


def depths(feature: Waypoints, shape: Shape) -> Array:
    """How far (N,) in m the body of the part, which stands on z = 0, reaches out over the plane across the normal, at points of
    the path."""
    along = looked_at(runs_of(feature)) if len(feature.points) > 1 else spot_of(feature)
    middle = np.array([0.0, 0.0, height(shape) / 2.0])
    over: Array = support(shape, along.normals) - np.einsum("ni,ni->n", along.points - middle, along.normals)
    return over


def beyond_tip(tool: Tool) -> float:
    """How far (m) the bodies of a tool reach beyond the TCP of its first hand, along its z."""
    T_tcp_flange = tool.hands[0].T_flange_tcp.inverse()
    reach = (T_tcp_flange.apply(body.pose.apply(corners(body.shape)))[:, 2].max() for body in tool.bodies)
    return float(max(reach, default=0.0))


def support(shape: Shape, directions: Array) -> Array:
    """The extent (N,) of a shape about its middle along unit vectors (N, 3)."""
    reach: Array
    match shape:
        case Box(size):
            reach = np.abs(directions) @ (0.5 * np.array(size))
        case Cylinder(radius, length):
            reach = radius * np.sqrt((directions[:, :2] ** 2).sum(axis=1)) + 0.5 * length * np.abs(directions[:, 2])
        case Sphere(radius):
            reach = np.full(len(directions), radius, dtype=np.float64)
        case ConvexHull(vertices):
            middle = np.array([0.0, 0.0, 0.5 * (vertices[:, 2].max() + vertices[:, 2].min())])
            reach = np.max((vertices - middle) @ directions.T, axis=0)
    return reach


def _run(knots: Array) -> Run:
    chords = np.linalg.norm(np.diff(knots[:, :3], axis=0), axis=1)
    x = np.concatenate([[0.0], np.cumsum(chords)])
    return Run(frozen(x), frozen(knots), _natural_slopes(knots, chords))


def _natural_slopes(knots: Array, h: Array) -> Array:
    """Of the C2 cubic through `knots` (K, 6) whose second derivative is zero at both ends."""
    count = len(knots)
    rise = np.diff(knots, axis=0) / h[:, None]
    system, right = np.zeros((count, count)), np.zeros_like(knots)
    system[0, :2], right[0] = (2.0, 1.0), 3.0 * rise[0]
    system[-1, -2:], right[-1] = (1.0, 2.0), 3.0 * rise[-1]
    for k in range(1, count - 1):
        system[k, k - 1 : k + 2] = h[k], 2.0 * (h[k - 1] + h[k]), h[k - 1]
        right[k] = 3.0 * (h[k] * rise[k - 1] + h[k - 1] * rise[k])
    return frozen(np.linalg.solve(system, right))


def _unit(vectors: Array) -> Array:
    unit: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit
