"""A motion as functions of time: Bézier path q(s), time law s(t) of constant jerks, and bounds that hold between samples.

Everything that streams, draws, judges or proves a motion reads it through this one file, so all of them mean the same curve.
Derivatives by the chain rule: q̇ = q' ṡ, q̈ = q'' ṡ² + q' s̈, q⃛ = q''' ṡ³ + 3 q'' ṡ s̈ + q' s⃛. Where two phases or two
segments meet, the third derivative jumps; there the value of the later one is given.

A Bézier curve lies in the convex hull of its control points and its derivative is the Bézier curve of their differences
(the hodograph), so control points bound a segment and all its derivatives. Source: Farin, "Curves and Surfaces for CAGD",
5th ed., sections 5.2 to 5.4 (de Casteljau, degree elevation, derivatives).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.geometry import Array, frozen
from cell.motion_plan import Motion, Phase, Segment

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

DEGREE = 5  # the highest that a segment may have; lower ones are raised to it for evaluation


@dataclass(frozen=True, slots=True)
class PathPoints:
    """`q` and its derivatives by s, each (N, n)."""

    q: Array
    dq: Array
    ddq: Array
    dddq: Array


@dataclass(frozen=True, slots=True)
class LawPoints:
    """`s` and its derivatives by t, each (N,)."""

    s: Array
    sd: Array
    sdd: Array
    sddd: Array


@dataclass(frozen=True, slots=True)
class Samples:
    """Joint position, velocity, acceleration and jerk, each (N, n), in rad or m and s."""

    q: Array
    qd: Array
    qdd: Array
    qddd: Array


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Segments stacked for evaluation. `control` (K, 6, n) at degree 5, `starts` (K + 1,) path parameters of the joints."""

    control: Array
    starts: Array

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Path:
        if not segments:
            raise ValueError("a path has at least one segment")
        control = np.stack([elevated(segment.control) for segment in segments])
        return cls(frozen(control), frozen([0.0, *np.cumsum([segment.length for segment in segments])]))

    @property
    def length(self) -> float:
        return float(self.starts[-1])

    def at(self, s: ArrayLike) -> PathPoints:
        """Position and derivatives at `s` (N,) or (), clipped to [0, length]."""
        values = np.clip(np.atleast_1d(np.asarray(s, dtype=np.float64)), 0.0, self.length)
        k = np.clip(np.searchsorted(self.starts, values, side="right") - 1, 0, len(self.control) - 1)
        length = np.diff(self.starts)[k]
        u = np.clip((values - self.starts[k]) / length, 0.0, 1.0)
        orders, control = [], self.control
        for order in range(4):
            degree = DEGREE - order
            orders.append(np.einsum("nd,ndj->nj", _bernstein(degree, u), control[k]) / (length**order)[:, None])
            control = degree * np.diff(control, axis=1)
        return PathPoints(*orders)


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """Phases with the state at the start of each: `times` (K + 1,), `states` (K + 1, 3) of s, ṡ, s̈, `jerks` (K,)."""

    times: Array
    states: Array
    jerks: Array

    @classmethod
    def of(cls, phases: Sequence[Phase]) -> Law:
        times, states = [0.0], [(0.0, 0.0, 0.0)]
        for phase in phases:
            times.append(times[-1] + phase.duration)
            states.append(advanced(states[-1], phase.duration, phase.jerk))
        return cls(frozen(times), frozen(states), frozen([phase.jerk for phase in phases]))

    @property
    def duration(self) -> float:
        return float(self.times[-1])

    def stretched(self, factor: float) -> Law:
        """The same way in `factor` times the time, factor > 0."""
        if factor == 1.0:
            return self
        powers = factor ** np.arange(3)
        return Law(frozen(self.times * factor), frozen(self.states / powers), frozen(self.jerks / factor**3))

    def at(self, t: ArrayLike) -> LawPoints:
        """State at `t` (N,) or (), clipped to [0, duration]."""
        values = np.clip(np.atleast_1d(np.asarray(t, dtype=np.float64)), 0.0, self.duration)
        k = np.clip(np.searchsorted(self.times, values, side="right") - 1, 0, len(self.jerks) - 1)
        (s, v, a), j, dt = self.states[k].T, self.jerks[k], values - self.times[k]
        return LawPoints(s + dt * (v + dt * (a / 2.0 + dt * j / 6.0)), v + dt * (a + dt * j / 2.0), a + dt * j, np.array(j))


def path_at(segments: Sequence[Segment], s: ArrayLike) -> PathPoints:
    return Path.of(segments).at(s)


def sample(motion: Motion, t: ArrayLike) -> Samples:
    """The motion at times `t` (N,) or (), clipped to its duration. To sample again and again, keep a `Path` and a `Law`."""
    return combined(Path.of(motion.segments), Law.of(motion.phases), t)


def combined(path: Path, law: Law, t: ArrayLike) -> Samples:
    """q, q̇, q̈, q⃛ of `path` run through by `law` at times `t` (N,) or ()."""
    at = law.at(t)
    p = path.at(at.s)
    v, a, j = at.sd[:, None], at.sdd[:, None], at.sddd[:, None]
    return Samples(p.q, p.dq * v, p.ddq * v**2 + p.dq * a, p.dddq * v**3 + 3.0 * p.ddq * v * a + p.dq * j)


def advanced(state: tuple[float, float, float], dt: float, jerk: float) -> tuple[float, float, float]:
    """(s, ṡ, s̈) after `dt` s at constant `jerk`."""
    s, v, a = state
    return s + dt * (v + dt * (a / 2.0 + dt * jerk / 6.0)), v + dt * (a + dt * jerk / 2.0), a + dt * jerk


# --- Bézier curves ---------------------------------------------------------------------------------------------------


def elevated(control: ArrayLike, degree: int = DEGREE) -> Array:
    """The same curve with `degree` + 1 control points, shape (degree + 1, n). Raises ValueError for a higher degree."""
    points = np.asarray(control, dtype=np.float64)
    if points.ndim != 2 or not 2 <= len(points) <= degree + 1:
        raise ValueError(f"expected 2 to {degree + 1} control points, got an array of shape {points.shape}")
    while len(points) <= degree:
        d = len(points)
        weight = (np.arange(d + 1) / d)[:, None]
        below = np.concatenate([points[:1], points])
        above = np.concatenate([points, points[-1:]])
        points = weight * below + (1.0 - weight) * above
    return points


def split(control: ArrayLike, u: float) -> tuple[Array, Array]:
    """The control points of the curve on [0, u] and on [u, 1], by de Casteljau's algorithm. `control` is (d + 1, …)."""
    points = np.asarray(control, dtype=np.float64)
    first, last = [points[0]], [points[-1]]
    while len(points) > 1:
        points = (1.0 - u) * points[:-1] + u * points[1:]
        first.append(points[0])
        last.append(points[-1])
    return np.stack(first), np.stack(last[::-1])


def derivative_bounds(control: ArrayLike, length: float) -> Array:
    """Largest |dq/ds|, |d²q/ds²|, |d³q/ds³| of each joint over a segment, shape (3, n): from the hodographs, so never
    too small."""
    points = np.asarray(control, dtype=np.float64)
    bounds = np.zeros((3, points.shape[1]))
    for order in range(3):
        degree = len(points) - 1
        if degree < 1:
            break
        points = degree * np.diff(points, axis=0) / length
        bounds[order] = np.abs(points).max(axis=0)
    return bounds


def _bernstein(degree: int, u: Array) -> Array:
    """The Bernstein polynomials of `degree` at `u` (N,): (N, degree + 1)."""
    k = np.arange(degree + 1)
    binomial = np.array([math.comb(degree, int(i)) for i in k], dtype=np.float64)
    weights: Array = binomial * u[:, None] ** k * (1.0 - u[:, None]) ** (degree - k)
    return weights
