"""Shapes as triangles and edges for a replay: the convex hulls that collision checks take, so no more detail than was checked."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from cell.geometry import Array, Body, Pose, Sphere, corners

SHARP = 0.9
"""Cosine of the angle between two faces below which their edge is drawn."""
ROUND = 90  # points of a sphere
FACETS = 32


@dataclass(slots=True)
class Meshes:
    """Each mesh once, by its content; a mesh is named by its number."""

    made: list[dict[str, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, body: Body) -> int:
        return self.of_points(body.pose.apply(_points(body)))

    def of_points(self, points: Array) -> int:
        """The convex hull of `points` (N, 3)."""
        hull = scipy.spatial.ConvexHull(points)
        own = np.unique(hull.simplices)
        number = np.zeros(len(points), dtype=np.int64)
        number[own] = np.arange(len(own))
        edges = _edges(hull.simplices, hull.neighbors, hull.equations[:, :3])
        mesh = {"v": packed(points[own], "<f4"), "i": packed(number[hull.simplices], "<u2"), "e": packed(number[edges], "<u2")}
        if mesh["v"] not in self.numbers:
            self.numbers[mesh["v"]] = len(self.made)
            self.made.append(mesh)
        return self.numbers[mesh["v"]]


def packed(values: NDArray[Any], kind: str) -> str:
    return base64.b64encode((np.ascontiguousarray(values, dtype=kind) + 0).tobytes()).decode()


def rows(pose: Pose) -> list[float]:
    """The upper three rows of its matrix, by rows; a hundredth of a millimetre is more than a picture shows."""
    return [round(float(x), 6) + 0.0 for x in pose.matrix[:3].reshape(-1)]


def _points(body: Body) -> Array:
    if not isinstance(body.shape, Sphere):
        return corners(body.shape, FACETS)
    height = 1.0 - 2.0 * (np.arange(ROUND) + 0.5) / ROUND
    angle = np.arange(ROUND) * np.pi * (3.0 - np.sqrt(5.0))
    wide = np.sqrt(1.0 - height**2)
    found: Array = body.shape.radius * np.column_stack([wide * np.cos(angle), wide * np.sin(angle), height])
    return found


def _edges(triangles: NDArray[np.int64], neighbours: NDArray[np.int64], normals: Array) -> NDArray[np.int64]:
    found = {
        tuple(sorted((int(triangle[(k + 1) % 3]), int(triangle[(k + 2) % 3]))))
        for i, (triangle, beside) in enumerate(zip(triangles, neighbours, strict=True))
        for k in range(3)
        if float(normals[i] @ normals[beside[k]]) < SHARP
    }
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
