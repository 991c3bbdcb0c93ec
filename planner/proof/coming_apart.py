"""A robot that stands in a contact and is jogged out of it: whatever it touches, or is nearer to than may be, only comes apart.

The signed distance of two convex bodies (below 0: how deep they are in each other) is the largest gap that any one direction
finds between them. On a stretch of the path the direction is the one that finds it at the beginning, and the gap along it is
exact, by support functions: it is the signed distance there and no more than that anywhere behind. So as the gap of each stretch
grows, so does the signed distance from stretch to stretch, and nowhere on one is it less than at its beginning, but for what
anything moves between two looks. coal proposes the direction, as in gap.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from cell.codec import digest
from cell.dataclass import dataclass
from cell.geometry import Array, Shape, corners
from cell.trajectory import Path
from planner.proof.arm import Arm, LinkBody
from planner.proof.finding import Refusal
from planner.proof.gap import Gauge, placed, reach
from planner.proof.surroundings import CLEARANCE, Parting, Surroundings

STRETCH = 1e-3  # m that anything of the arm moves on one, at most
LOOKS = 20  # of each stretch, so STRETCH / LOOKS is what nobody sees
OPENS = 0.05  # of what the body moves on a stretch: by so much at least two that are in each other come apart
CLOSES = 5e-5  # m by which two that do not touch may come nearer than they were
APART = CLEARANCE + 2e-4  # m: from there on they are kept apart as any others
COARSE = 513

Placed = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Beside:
    """Bodies `mover` of the arm and `other` of the surroundings, by number, `distance` m apart; below 0 as deep as that in each
    other."""

    mover: int
    other: int
    distance: float


def close_at(around: Surroundings, bodies: Sequence[LinkBody], q: Array) -> tuple[Beside, ...]:
    """All that are nearer than they may be where the arm stands at `q` (n,)."""
    return tuple(_close(around, bodies, q, _gauge(around, bodies)))


def check_coming_apart(
    around: Surroundings, bodies: Sequence[LinkBody], path: Path, close: Sequence[Beside]
) -> tuple[Parting, ...] | Refusal:
    """How far along the path each of `close` at its beginning is still too near; or which of them do not come apart."""
    gauge, found = _gauge(around, bodies), []
    edges = _edges(around.arm, bodies, path)
    for pair in close:
        until = _parted(around, bodies, path, edges, pair, gauge)
        if isinstance(until, Refusal):
            return until
        found.append(Parting(pair.mover, pair.other, until))
    return tuple(found)


def parted(around: Surroundings, partings: tuple[Parting, ...]) -> Surroundings:
    """The same, in which those may be too near as far as that."""
    return around if not partings else replace(around, partings=partings, digest=digest((around.digest, partings)))


def _gauge(around: Surroundings, bodies: Sequence[LinkBody]) -> Gauge:
    return Gauge([*(b.body.shape for b in bodies), *(b.body.shape for b in around.bodies)])


def _close(around: Surroundings, bodies: Sequence[LinkBody], q: Array, gauge: Gauge) -> Iterator[Beside]:
    links = _links(around.arm, q[None])[0]
    fixed = [b.body.pose.apply(corners(b.body.shape)) for b in around.bodies]
    low, high = (np.array([edge(points, axis=0) for points in fixed]).reshape(-1, 3) for edge in (np.min, np.max))
    for k, body in enumerate(bodies):
        if body.link == 0:
            continue
        points = body.corners @ links[body.link, :3, :3].T + links[body.link, :3, 3]
        beside = np.maximum(np.maximum(low - points.max(axis=0), points.min(axis=0) - high), 0.0)
        for j in np.flatnonzero(np.linalg.norm(beside, axis=1) <= CLEARANCE):
            bound = _measured(around, bodies, gauge, k, int(j), _at(body, links[body.link]))[0]
            if bound <= CLEARANCE:
                yield Beside(k, int(j), bound)


def _edges(arm: Arm, bodies: Sequence[LinkBody], path: Path) -> Array:
    """Path parameters of the ends of stretches on each of which nothing moves by more than STRETCH."""
    s = np.linspace(0.0, path.length, COARSE)
    radii = np.stack([arm.model.chain.displacement_radii(b.link, b.corners, arm.model.position) for b in bodies], axis=1)
    moved = np.concatenate([[0.0], np.cumsum((np.abs(np.diff(path.at(s).q, axis=0)) @ radii).max(axis=1))])
    count = max(1, int(np.ceil(moved[-1] / STRETCH)))
    found: Array = np.interp(np.linspace(0.0, moved[-1], count + 1), moved, s)
    return found


def _parted(
    around: Surroundings, bodies: Sequence[LinkBody], path: Path, edges: Array, pair: Beside, gauge: Gauge
) -> float | Refusal:
    """Until where the pair is too near."""
    body, other = bodies[pair.mover], around.bodies[pair.other]
    is_deep, least = pair.distance <= 0.0, pair.distance - min(CLOSES, 0.5 * pair.distance)
    for begin, end in pairwise(edges):
        links = _links(around.arm, path.at(np.linspace(begin, end, LOOKS + 1)).q)[:, body.link]
        first, n = _measured(around, bodies, gauge, pair.mover, pair.other, _at(body, links[0]))
        if first >= APART:
            return float(begin)
        gaps = np.array([_gap(body, _at(body, link), other.body.shape, _fixed(around, pair.other), n) for link in links])
        went = body.corners @ (links[-1] - links[0])[:3, :3].T + (links[-1] - links[0])[:3, 3]
        grows = gaps[-1] - first >= OPENS * float(np.linalg.norm(went, axis=1).max()) and gaps.min() >= first - 1e-9
        if not (grows if is_deep else gaps.min() >= least):
            return Refusal("E686", _closes(body.name, other.name, first, is_deep))
    return float(edges[-1])


def _closes(mover: str, other: str, distance: float, is_deep: bool) -> str:
    if is_deep:
        return f"{mover} touches {other}: it may only be moved straight away from it"
    return f"{mover} is {1e3 * distance:.2f} mm from {other}: it may only be moved away from it"


def _measured(
    around: Surroundings, bodies: Sequence[LinkBody], gauge: Gauge, mover: int, other: int, at: Placed
) -> tuple[float, Array]:
    """(signed distance, from below, and the direction (3,) that finds it, from the mover to the other)."""
    return gauge.facing(mover, at, len(bodies) + other, _fixed(around, other))


def _gap(body: LinkBody, at: Placed, other: Shape, there: Placed, n: Array) -> float:
    """Along `n`, from the body to the other one."""
    (Ra, ta), (Rb, tb) = at, there
    return float(n @ (tb - ta)) - reach(body.body.shape, Ra.T @ n) - reach(other, -(Rb.T @ n))


def _links(arm: Arm, q: Array) -> Array:
    poses: Array = arm.T_world_base.matrix @ arm.model.chain.link_poses(q)
    return poses


def _at(body: LinkBody, T_world_link: Array) -> Placed:
    T = T_world_link @ body.body.pose.matrix
    return T[:3, :3], T[:3, 3]


def _fixed(around: Surroundings, other: int) -> Placed:
    return placed(around.bodies[other].body.pose)
