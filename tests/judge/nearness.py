"""Whether two bodies stay apart along a polyline: exact distances, each with the stretch of path that it stands for.

A state is clear when the distance there is larger than the furthest that any point can move on the half steps beside it. That
is at most sum_i h_i r_i, with r_i the largest distance of the body's points from joint axis i at the state and h_i the half
step: turn the joints one after the other from the base outwards; each turn carries point and axis of every later joint along
together, so the point still has its distance from that axis when its turn comes. What is not clear at the step asked for is
looked at more finely before it is called a contact; what is then still closer than the finest step can tell counts as one.

Two prunings, neither of which can hide anything: boxes around the swept state that do not meet, and states so soon after one
of known distance that the path between cannot use it up.
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
        if not (isinstance(other, Standing) and other.what == "zone"):
            self.closest = distance if self.closest is None else min(self.closest, distance)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A moving body along a polyline: `rotation` (S, 3, 3), `translation`, `centre` and `reach` (S, 3) of its box."""

    moving: Moving
    sweep: Sweep
    rotation: Array
    translation: Array
    centre: Array
    reach: Array
    known: dict[tuple[str, int], Array] = field(default_factory=dict)

    def bound(self, name: str, line: Polyline, below: int = 0) -> Array:
        """`furthest` for the half steps of `line`, its steps ahead, or its slack; remembered."""
        if (name, below) not in self.known:
            robot = self.moving.robot
            h = {"half": line.half, "ahead": line.ahead, "slack": line.slack.__getitem__}[name](robot)
            self.known[name, below] = self.furthest(h, below)
        return self.known[name, below]

    def furthest(self, h: Array, below: int = 0) -> Array:
        """(S,) m: the furthest that any of its points moves while joint i moves by at most `h` (S, n)."""
        speeds = self.sweep.speeds(self.moving.joint, self.centre, self.moving.solid.radius, below)
        return np.asarray((h * speeds).sum(axis=1))


def placed(moving: Moving, sweep: Sweep) -> Placed:
    T = sweep.T_world_joint[:, moving.joint] @ moving.placement
    rotation, translation = T[:, :3, :3], T[:, :3, 3]
    centre = rotation @ moving.solid.centre + translation
    return Placed(moving, sweep, rotation, translation, centre, np.abs(rotation) @ moving.solid.half)


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """States at which a pair could not be shown to be apart, with the distance measured there. `exempt` were in a window."""

    at: Array
    distance: Array
    exempt: np.ndarray


class Crowd:
    """Standing bodies, with their boxes stacked."""

    def __init__(self, bodies: Sequence[Standing]) -> None:
        self.bodies = tuple(bodies)
        self._low = np.array([b.low for b in bodies]).reshape(-1, 3)
        self._high = np.array([b.high for b in bodies]).reshape(-1, 3)

    def meeting(self, low: Array, high: Array) -> list[Standing]:
        meets = np.all((low <= self._high) & (self._low <= high), axis=1)
        return [self.bodies[k] for k in np.flatnonzero(meets)]


@dataclass(slots=True)
class Stretch:
    """One stretch of the recording in which nothing but the robots changes."""

    arms: Mapping[str, Arm]
    line: Polyline
    moving: Sequence[Moving]
    counted: Counted
    _sweeps: dict[str, Sweep] = field(init=False)
    _placed: dict[str, Placed] = field(init=False)
    _solver: Distances = field(init=False)

    def __post_init__(self) -> None:
        self._sweeps = {r: self.arms[r].sweep(q) for r, q in self.line.q.items()}
        self._placed = {m.name: placed(m, self._sweeps[m.robot]) for m in self.moving}
        self._solver = Distances(self.counted)

    def against(self, moving: Moving, bodies: Crowd) -> Sequence[Standing]:
        """Those of `bodies` that the body may come near at all."""
        body = self._placed[moving.name]
        b = body.bound("half", self.line)[:, None]
        low, high = (body.centre - body.reach - b).min(axis=0), (body.centre + body.reach + b).max(axis=0)
        return bodies.meeting(low, high)

    def near(self, moving: Moving, other: Moving | Standing, windows: Sequence[Window] = ()) -> Near:
        """Where the two may touch. `windows` (ns) are when they may."""
        found = _Found()
        self._look(self.line, self._placed[moving.name], self._other(other), windows, found, DEEPEST)
        return Near(np.array(found.at), np.array(found.distance), np.array(found.exempt, dtype=bool))

    def fixed_gap(self, moving: Moving, other: Moving) -> float:
        """The distance of two bodies on the same flange: the same at every state."""
        return self._solver.at(self._placed[moving.name], self._placed[other.name], 0)

    def _other(self, other: Moving | Standing) -> Placed | Standing:
        return other if isinstance(other, Standing) else self._placed[other.name]

    def _look(
        self, line: Polyline, a: Placed, b: Placed | Standing, windows: Sequence[Window], found: _Found, depth: int
    ) -> None:
        bound, ahead, floor = _bounds(line, a, b)
        inside = np.zeros(len(line), dtype=bool)
        for first, last in windows:
            inside |= (line.at >= first) & (line.at <= last)
        meeting = _boxes_meet(a, b, bound)
        for k in np.flatnonzero(meeting & inside):
            distance = self._solver.at(a, b, int(k))
            if distance <= bound[k]:
                found.add(line.at[k], distance, True)
        for k, distance in self._unclear(a, b, np.flatnonzero(meeting & ~inside), bound, ahead):
            if depth == 0 or distance <= floor[k]:
                found.add(line.at[k], distance, False)
            else:
                finer = closer(line, k, FINER)
                self._look(finer, self._again(a, finer), self._again(b, finer), windows, found, depth - 1)

    def _again(self, body: Placed | Standing, line: Polyline) -> Placed | Standing:
        if isinstance(body, Standing):
            return body
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
            distance = self._solver.at(a, b, state)
            self.counted.near(distance, b)
            reached = travelled[state] + distance
            if reached <= need[k]:
                unclear.append((state, distance))
                k += 1
            else:
                k = max(k + 1, int(np.searchsorted(highest, reached, side="left")))
        return unclear


@dataclass(slots=True)
class _Found:
    at: list[float] = field(default_factory=list)
    distance: list[float] = field(default_factory=list)
    exempt: list[bool] = field(default_factory=list)

    def add(self, at: float, distance: float, exempt: bool) -> None:
        self.at.append(at)
        self.distance.append(distance)
        self.exempt.append(exempt)


def _bounds(line: Polyline, a: Placed, b: Placed | Standing) -> tuple[Array, Array, Array]:
    """How much nearer the two may come on the half steps beside each state, until the next state, and by what chords miss."""
    half, ahead, slack = (_together(name, line, a, b) for name in ("half", "ahead", "slack"))
    return half, ahead, slack


def _together(name: str, line: Polyline, a: Placed, b: Placed | Standing) -> Array:
    if isinstance(b, Standing):
        return a.bound(name, line)
    if b.moving.robot != a.moving.robot:
        return a.bound(name, line) + b.bound(name, line)
    outer, inner = (a, b) if a.moving.joint >= b.moving.joint else (b, a)
    return outer.bound(name, line, inner.moving.joint)


def _boxes_meet(a: Placed, b: Placed | Standing, bound: Array) -> np.ndarray:
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
