"""A motion cut into pieces on which everything is one polynomial of time: one phase of the law, one segment of the path.

On a piece, time runs as x in [0, 1] over `duration` seconds. s(x) is a cubic, so u(x), the place on the segment, is one too,
and joint positions, velocities, accelerations and jerks are polynomials whose coefficients bound them (bernstein.py).
Chain rule: q̇ = q' ṡ, q̈ = q'' ṡ² + q' s̈, q⃛ = q''' ṡ³ + 3 q'' ṡ s̈ + q' s⃛, with ' = d/ds.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cell.dataclass import dataclass
from cell.geometry import Array
from cell.trajectory import Law, Path, advanced
from planner.proof.bernstein import composed, derivative, product, value


def path_derivative(path: Path, order: int) -> Array:
    """d^k q / ds^k of every segment as Bernstein coefficients (S, n, 6 - k)."""
    f = np.swapaxes(path.control, 1, 2)
    for _ in range(order):
        f = derivative(f) / np.diff(path.starts)[:, None, None]
    return f


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """P pieces in order of time. `start`, `duration` (P,) in s, `segment` (P,), `place` (P, 4): u on the segment, `speed`
    (P, 3), `acceleration` (P, 2) and `jerk` (P, 1) of s. `s` (P, 4) is the path parameter itself."""

    start: Array
    duration: Array
    segment: NDArray[np.int64]
    s: Array
    place: Array
    speed: Array
    acceleration: Array
    jerk: Array


def pieces_of(path: Path, law: Law) -> Pieces:
    """Every phase, cut where s passes from one segment to the next."""
    start, duration, state, jerk = _cut(path, law)
    s, v, a = state.T
    dt = duration
    speed = np.stack([v, v + a * dt / 2, v + dt * (a + jerk * dt / 2)], axis=1)
    along = np.stack(
        [s, s + v * dt / 3, s + 2 * v * dt / 3 + a * dt * dt / 6, s + dt * (v + dt * (a / 2 + jerk * dt / 6))], axis=1
    )
    middle = value(along, np.full(len(s), 0.5))
    segment = segment_at(path, middle)
    place = (along - path.starts[segment, None]) / np.diff(path.starts)[segment, None]
    acceleration = np.stack([a, a + jerk * dt], axis=1)
    return Pieces(start, dt, segment, along, place, speed, acceleration, jerk[:, None])


def segment_at(path: Path, s: Array) -> NDArray[np.int64]:
    """The segment that each path parameter (N,) lies on."""
    return np.clip(np.searchsorted(path.starts, s, side="right") - 1, 0, len(path.control) - 1)


def _cut(path: Path, law: Law) -> tuple[Array, Array, Array, Array]:
    start, duration, states, jerks = [], [], [], []
    for k, jerk in enumerate(law.jerks.tolist()):
        s, v, a = law.states[k].tolist()
        dt = float(law.times[k + 1] - law.times[k])
        inner = path.starts[(path.starts > s) & (path.starts < law.states[k + 1, 0])]
        # However close to a phase's end a cut lies, it is made: a whole segment may lie beyond it.
        cuts = [0.0, *(_reached((s, v, a), jerk, dt, float(b)) for b in inner), dt]
        for low, high in pairwise(cuts):
            if high > low:
                start.append(float(law.times[k]) + low)
                duration.append(high - low)
                states.append(advanced((s, v, a), low, jerk))
                jerks.append(jerk)
    return np.array(start), np.array(duration), np.array(states).reshape(-1, 3), np.array(jerks)


def _reached(state: tuple[float, float, float], jerk: float, duration: float, goal: float) -> float:
    """When s first passes `goal` within the phase; s does not fall (limits.py proves that), so halving finds it."""
    low, high = 0.0, duration
    for _ in range(60):
        middle = 0.5 * (low + high)
        if advanced(state, middle, jerk)[0] < goal:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True, eq=False)
class JointMotion:
    """Bernstein coefficients over each piece: `velocity` (P, n, 15), `acceleration` (P, n, 14), `jerk` (P, n, 13)."""

    velocity: Array
    acceleration: Array
    jerk: Array


def joint_motion(path: Path, pieces: Pieces) -> JointMotion:
    """The chain rule of the first lines, in Bernstein form."""
    place = pieces.place[:, None, :]
    first, second, third = (composed(path_derivative(path, k)[pieces.segment], place) for k in (1, 2, 3))
    v, a, j = (x[:, None, :] for x in (pieces.speed, pieces.acceleration, pieces.jerk))
    vv = product(v, v)
    return JointMotion(
        velocity=product(first, v),
        acceleration=product(second, vv) + product(first, a),
        jerk=product(third, product(vv, v)) + 3.0 * product(second, product(v, a)) + product(first, j),
    )


def positions_at(path: Path, pieces: Pieces, piece: NDArray[np.int64], x: Array) -> Array:
    """Joint positions (N, n) at `x` (N,) of the pieces `piece` (N,)."""
    u = value(pieces.place[piece], x)
    return value(np.swapaxes(path.control, 1, 2)[pieces.segment[piece]], u[:, None])
