"""Whether two bodies stay apart along a polyline: exact distances, each with the stretch of path that it stands for.

A state is clear when the distance there is larger than the furthest that any point can move on the half steps beside it. That
is at most sum_i h_i r_i, with r_i the largest distance of the body's points from joint axis i at the state and h_i the half
step: turn the joints one after the other from the base outwards; each turn carries point and axis of every later joint along
together, so the point still has its distance from that axis when its turn comes. What is not clear at the step asked for is
looked at more finely before it is called a contact; what is then still closer than the finest step can tell counts as one.

Two prunings, neither of which can hide anything: boxes around the swept state that do not meet (stretch.py), and states so
soon after one of known distance that the path between cannot use it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import coal
import numpy as np

from cell.geometry import Array
from tests.judge.arm import Arm, Sweep
from tests.judge.bodies import Moving
from tests.judge.polyline import Polyline, closer
from tests.judge.solids import Standing

GJK_ERROR = 2e-6  # m: how much coal's distance may be too large (its tolerance is 1e-6)
FINER = 4
DEEPEST = 5  # times that a state is looked at FINER times finer: 5 mrad becomes 5 µrad
TOUCH_DEPTH = 1e-3  # m: a contact that is meant touches; deeper is no touch
Window = tuple[float, float]


@dataclass(slots=True)
class Counted:
    """How much was looked at."""

    states: int = 0
    distances: int = 0
    closest: float | None = None

    def near(self, distance: float, other: Placed | Standing) -> None:
        if not _is_zone(other):
            self.closest = distance if self.closest is None else min(self.closest, distance)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A moving body along a polyline: `rotation` (S, 3, 3), `translation`, `centre` and `reach` (S, 3) of its box; `rates`
    (S, n): how far at most any of its points moves per unit of each joint."""

    moving: Moving
    arm: Arm
    rotation: Array
    translation: Array
    centre: Array
    reach: Array
    rates: Array

    def furthest(self, h: Array, below: int = 0) -> Array:
        """(S,) m: the furthest that any of its points moves while joint i moves by at most `h` (S, n); seen from the frame of
        joint `below`, which what moves both does not change."""
        rates = self.rates if below == 0 else np.where(self.arm.moves(below), 0.0, self.rates)
        return np.asarray(np.einsum("sn,sn->s", h, rates))


def placed(moving: Moving, sweep: Sweep) -> Placed:
    T = sweep.T_world_joint[:, moving.joint] @ moving.placement
    rotation, translation = T[:, :3, :3], T[:, :3, 3]
    centre = rotation @ moving.solid.centre + translation
    rates = sweep.speeds(moving.joint, centre, moving.solid.radius)
    return Placed(moving, sweep.arm, rotation, translation, centre, np.abs(rotation) @ moving.solid.half, rates)


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """States at which a pair could not be shown to be apart, with the distance measured there. `exempt` were in a window."""

    at: Array
    distance: Array
    exempt: np.ndarray


@dataclass(slots=True)
class Looking:
    """Looks at one pair of bodies along a polyline, more finely where it must. `states` (sorted) are those worth a look."""

    arms: Mapping[str, Arm]
    counted: Counted
    windows: Sequence[Window]
    solver: Distances
    at: list[float] = field(default_factory=list)
    distance: list[float] = field(default_factory=list)
    exempt: list[bool] = field(default_factory=list)

    def near(self, line: Polyline, a: Placed, b: Placed | Standing, states: np.ndarray) -> Near:
        self._look(line, a, b, states, DEEPEST)
        return Near(np.array(self.at), np.array(self.distance), np.array(self.exempt, dtype=bool))

    def _look(self, line: Polyline, a: Placed, b: Placed | Standing, states: np.ndarray, depth: int) -> None:
        bound, ahead, floor = (together(steps(line, name), a, b) for name in ("half", "ahead", "slack"))
        inside = np.zeros(len(states), dtype=bool)
        for first, last in self.windows:
            inside |= (line.at[states] >= first) & (line.at[states] <= last)
        # A visit of a zone needs no measuring; a contact that is meant must be no deeper than a touch.
        for k in states[inside] if not _is_zone(b) else ():
            distance = self.solver.at(a, b, int(k))
            if distance <= bound[k]:
                self._add(line.at[k], distance, True)
        for k, distance in self._unclear(a, b, states[~inside], bound, ahead):
            if depth == 0 or distance <= floor[k]:
                self._add(line.at[k], distance, False)
            else:
                self._look_closer(line, a, b, k, depth)

    def _look_closer(self, line: Polyline, a: Placed, b: Placed | Standing, state: int, depth: int) -> None:
        finer = closer(line, state, FINER)
        a, b = self._again(a, finer), b if isinstance(b, Standing) else self._again(b, finer)
        bound = together(steps(finer, "half"), a, b)
        self._look(finer, a, b, np.flatnonzero(boxes_meet(a, b, bound)), depth - 1)

    def _again(self, body: Placed, line: Polyline) -> Placed:
        robot = body.moving.robot
        return placed(body.moving, self.arms[robot].sweep(line.q[robot]))

    def _unclear(
        self, a: Placed, b: Placed | Standing, states: np.ndarray, bound: Array, ahead: Array
    ) -> list[tuple[int, float]]:
        """States whose distance is not larger than their bound, with it. `ahead` (S,) is what the next step may use up."""
        travelled = np.concatenate([[0.0], np.cumsum(ahead[:-1])])
        need = (travelled + bound)[states] + GJK_ERROR
        highest = np.maximum.accumulate(need) if len(need) else need
        unclear, k = [], 0
        while k < len(states):
            state = int(states[k])
            distance = self.solver.at(a, b, state)
            self.counted.near(distance, b)
            reached = travelled[state] + distance
            if reached <= need[k]:
                unclear.append((state, distance))
                k += 1
            else:
                k = max(k + 1, int(np.searchsorted(highest, reached, side="left")))
        return unclear

    def _add(self, at: float, distance: float, exempt: bool) -> None:
        self.at.append(at)
        self.distance.append(distance)
        self.exempt.append(exempt)


def _is_zone(body: Placed | Standing) -> bool:
    return isinstance(body, Standing) and body.what == "zone"


def steps(line: Polyline, name: str) -> Mapping[str, Array]:
    """For each robot how far its joints may go (S, n): on the half steps, until the next state, off the chord."""
    of = {"half": line.half, "ahead": line.ahead, "slack": line.slack.__getitem__}[name]
    return {robot: of(robot) for robot in line.q}


def together(h: Mapping[str, Array], a: Placed, b: Placed | Standing) -> Array:
    """(S,) how much nearer the two may come."""
    if isinstance(b, Standing):
        return a.furthest(h[a.moving.robot])
    if b.moving.robot != a.moving.robot:
        return a.furthest(h[a.moving.robot]) + b.furthest(h[b.moving.robot])
    outer, inner = (a, b) if a.moving.joint >= b.moving.joint else (b, a)
    return outer.furthest(h[a.moving.robot], inner.moving.joint)


def boxes_meet(a: Placed, b: Placed | Standing, bound: Array) -> np.ndarray:
    low, high = a.centre - a.reach - bound[:, None], a.centre + a.reach + bound[:, None]
    if isinstance(b, Standing):
        return np.asarray(np.all((low <= b.high) & (b.low <= high), axis=1))
    return np.asarray(np.all((low <= b.centre + b.reach) & (b.centre - b.reach <= high), axis=1))


class Distances:
    """coal's exact signed distance of two placed solids."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._request, self._result = coal.DistanceRequest(), coal.DistanceResult()

    def at(self, a: Placed, b: Placed | Standing, k: int) -> float:
        first = coal.Transform3s(a.rotation[k], a.translation[k])
        if isinstance(b, Standing):
            shape, second = b.solid.shape, coal.Transform3s(b.rotation, b.translation)
        else:
            shape, second = b.moving.solid.shape, coal.Transform3s(b.rotation[k], b.translation[k])
        self._result.clear()
        self._counted.distances += 1
        return float(coal.distance(a.moving.solid.shape, first, shape, second, self._request, self._result))
