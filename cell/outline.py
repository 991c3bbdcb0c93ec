"""The outline of points in a plane, as screens and pages draw it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Point = tuple[float, float]


def outline(points: Iterable[Point]) -> list[Point]:
    """The corners of their convex hull, in order: Andrew's monotone chain (Information Processing Letters 9(5), 1979)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return [*_half(ordered)[:-1], *_half(ordered[::-1])[:-1]]


def _half(ordered: Sequence[Point]) -> list[Point]:
    found: list[Point] = []
    for p in ordered:
        while len(found) > 1 and _turn(found[-2], found[-1], p) <= 0.0:
            found.pop()
        found.append(p)
    return found


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
