"""The paths of a part as they are declared, and what is wrong with them: a side without length, a normal that points nowhere or
along the path, a path inside the part."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from cell.diagnostic import Diagnostic, error
from cell.equipment import Feature, PartKind
from cell.geometry import Pose
from cell.model import CellModel
from cell.paths import LEAST_SIDE, SINK, depths, looked_at, runs_of
from intentlang.declared import Declared, Given, numbers
from intentlang.forms import Value

WITH_NORMALS = 1  # the form of `along … normal …`; those behind it say `from … to …`
UPWARDS = (0.0, 0.0, 1.0)
ALONG = math.cos(math.radians(10.0))
MOST_POINTS = 500
LONGEST = 20.0  # m: further than any arm goes
Point = tuple[float, float, float]


def path_of(given: Given) -> Feature:
    """`path NAME along … [normal …]`, `seam NAME from … to … [normal …]`: without a normal, out of the part is upwards."""
    _, first, *rest = given.values
    points: tuple[Point, ...]
    if given.match.form > WITH_NORMALS:
        points, said = (_point(first), _point(rest[0])), [_point(n) for n in rest[1:]]
    else:
        points, said = _points(first), [n for normals in rest for n in _points(normals)]
    normals = said if len(said) == len(points) else (said or [UPWARDS])[:1] * len(points)
    pose = Pose.from_xyz_rpy(points[0])
    return Feature(given.name, given.key, pose, given.span, points, tuple(_unit(n) for n in normals))


def wrong_counts(d: Declared) -> Iterator[Diagnostic]:
    """One normal stands for all waypoints, else each has its own."""
    for given in (g for g in d.given if g.name in ("path", "seam") and g.match.form == WITH_NORMALS):
        _, along, normals = (v if isinstance(v, tuple) else () for v in given.values)
        if len(normals) not in (1, len(along)):
            message = f"`{given.key}` has {len(along)} points and {len(normals)} normals"
            yield error("E412", message, given.span, help="Give one normal for all points, or one for each.")


def path_problems(model: CellModel) -> list[Diagnostic]:
    found = []
    for part in model.declared_parts.values():
        for feature in (f for f in part.features if f.points):
            why = next(_wrong(feature, part), None)
            if why is not None:
                found.append(error("E412", f"`{feature.name}` of `{part.name}` {why[0]}", feature.span, help=why[1]))
    return found


def _wrong(feature: Feature, part: PartKind) -> Iterator[tuple[str, str]]:
    """What is the matter, and what would help; the first of these is told."""
    length = sum(math.dist(a, b) for a, b in pairwise(feature.points))
    if len(feature.points) > MOST_POINTS or length > LONGEST:
        yield f"has {len(feature.points)} points over {length:.3g} m", f"At most {MOST_POINTS} points, over {LONGEST:g} m."
        return
    for k, (a, b) in enumerate(pairwise(feature.points), start=1):
        if math.dist(a, b) < LEAST_SIDE:
            yield f"has no length between its points {k} and {k + 1}", "Delete one of the two, or correct it."
            return
    if any(math.hypot(*n) < 0.5 for n in feature.normals):
        yield "has a normal without a direction", "Give a direction out of the part, such as (0, 0, 1)."
        return
    if len(feature.points) > 1:
        along = looked_at(runs_of(feature))
        if float(np.abs(np.einsum("ni,ni->n", along.tangents, along.normals)).max()) > ALONG:
            yield "has a normal that points along the path", "A normal points out of the part, across the path."
            return
    deepest = float(depths(feature, part.shape).max())
    if deepest > SINK and not part.has_assumed_shape:
        help_ = "Correct its points, turn its normals to where the part ends, or give the part the shape that it has."
        yield f"lies {1e3 * deepest:.1f} mm inside the part, as its normals point", help_


def _points(value: Value) -> tuple[Point, ...]:
    return tuple(_point(one) for one in value if isinstance(one, tuple)) if isinstance(value, tuple) else ()


def _point(value: Value) -> Point:
    x, y, z = numbers(value)
    return (x, y, z)


def _unit(vector: Point) -> Point:
    size = math.hypot(*vector)
    if size < 1e-9:
        return (0.0, 0.0, 0.0)
    x, y, z = (v / size for v in vector)
    return (x, y, z)
