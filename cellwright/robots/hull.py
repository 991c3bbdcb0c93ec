"""Convex polytopes that enclose a set of points with few corners. Everything here may grow a shape, never shrink it.

A mesh's exact hull has hundreds of corners, which every distance query pays for. `enclosing_hull` cuts a box down with
supporting half-spaces of the exact hull, always at the corner that stands out furthest, so each intermediate polytope
contains all points and the excess is known when it stops.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cell.geometry import Array

MOST_VERTICES = 64
_EXCESS = 1e-3  # m: nobody gains from a hull that is tighter than a millimetre
_GUARD = 1e-7  # m: every half-space is moved out by this, far above the rounding of the intersection


def enclosing_hull(points: Array, most_vertices: int = MOST_VERTICES) -> Array:
    """Vertices (V, 3), V <= max(`most_vertices`, 8), of a convex polytope that contains `points` (M, 3).

    The exact hull when it is small enough. Flat or thin sets are thickened by `_GUARD`. Raises ValueError without points.
    """
    from scipy.spatial import ConvexHull, QhullError  # 0.6 s to import: only a cold load pays it

    if len(points) == 0:
        raise ValueError("no points to enclose")
    try:
        exact = ConvexHull(points)
    except QhullError:  # fewer than four points, or all in one plane
        return _box(points)
    corners: Array = points[exact.vertices]
    if len(corners) <= most_vertices:
        return corners
    halfspaces = exact.equations  # (F, 4): n . x + b <= 0 for every point, |n| = 1
    cut, vertices = _faces_of_box(points), _box(points)
    while True:
        outside = vertices @ halfspaces[:, :3].T + halfspaces[:, 3]
        excess = outside.max(axis=1)
        order = np.argsort(excess)[::-1]
        if excess[order[0]] <= _EXCESS:
            return vertices
        deepest = halfspaces[int(outside[order[0]].argmax())]
        grown = _intersection([*cut, deepest + np.array([0.0, 0.0, 0.0, -_GUARD])], corners)
        if grown is None or len(grown) > most_vertices:
            return vertices
        cut, vertices = [*cut, deepest + np.array([0.0, 0.0, 0.0, -_GUARD])], grown


def enclosing_ball(radius: float) -> Array:
    """42 corners of a polytope that contains the ball of `radius` about the origin, 8 % wider at most."""
    from scipy.spatial import ConvexHull

    g = (1.0 + 5.0**0.5) / 2.0
    icosahedron = np.array([p for a in (-1.0, 1.0) for b in (-g, g) for p in ((0, a, b), (a, b, 0), (b, 0, a))])
    near = [(i, j) for i in range(12) for j in range(i) if np.linalg.norm(icosahedron[i] - icosahedron[j]) < 2.1]
    corners = np.vstack([icosahedron, *((icosahedron[i] + icosahedron[j])[None] / 2.0 for i, j in near)])
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    inradius = -float(ConvexHull(corners).equations[:, 3].max())
    ball: Array = corners * (radius / inradius)
    return ball


def split(triangles: Array, pieces: int) -> list[Array]:
    """Points of `pieces` slabs of a mesh (T, 3, 3), cut across its longest side. Each slab holds all of the mesh between
    its two planes, so the hulls of the slabs together enclose every triangle."""
    corners = triangles.reshape(-1, 3)
    low, high = corners.min(axis=0), corners.max(axis=0)
    axis = int((high - low).argmax())
    planes = np.linspace(low[axis], high[axis], pieces + 1)
    slabs = [_between(triangles, axis, a, b) for a, b in pairwise(planes)]
    return [slab for slab in slabs if len(slab)]


def _between(triangles: Array, axis: int, low: float, high: float) -> Array:
    """Corners inside the slab, and where edges cross its planes."""
    corners = triangles.reshape(-1, 3)
    found = [corners[(corners[:, axis] >= low) & (corners[:, axis] <= high)]]
    start, end = corners, triangles[:, [1, 2, 0]].reshape(-1, 3)
    for plane in (low, high):
        a, b = start[:, axis] - plane, end[:, axis] - plane
        crossing = a * b < 0.0
        t = (a[crossing] / (a[crossing] - b[crossing]))[:, None]
        found.append(start[crossing] + t * (end[crossing] - start[crossing]))
    return np.concatenate(found)


def _intersection(halfspaces: list[Array], corners: Array) -> Array | None:
    """Vertices of the intersection; the corners' mean lies inside. None when qhull cannot tell them apart."""
    from scipy.spatial import HalfspaceIntersection, QhullError

    try:
        vertices = HalfspaceIntersection(np.array(halfspaces), corners.mean(axis=0)).intersections
    except QhullError:
        return None
    if not np.all(np.isfinite(vertices)):
        return None
    found: Array = np.unique(vertices.round(9), axis=0)
    return found


def _bounds(points: Array) -> tuple[Array, Array]:
    return points.min(axis=0) - _GUARD, points.max(axis=0) + _GUARD


def _box(points: Array) -> Array:
    low, high = _bounds(points)
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def _faces_of_box(points: Array) -> list[Array]:
    low, high = _bounds(points)
    return [*np.column_stack([np.eye(3), -high]), *np.column_stack([-np.eye(3), low])]
