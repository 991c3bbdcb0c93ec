"""A trajectory as a robot truly runs it: on its path, with tracking lag, as fast as its speed scaling lets it.

Trajectory time tau runs at the speed scaling: d tau/dt = sigma. Setpoints are q(s(tau)), so a slow-down or a stop never
leaves the path and never catches up. A change of scaling ramps over R seconds, x = t/R, by the cubic 3x² - 2x³, whose steepest
slope is 1.5/R; with R >= 1.5 |dsigma| max(|dq/dtau| / a) the braking alone stays within the acceleration limits a.

The measured joints follow by first order with time constant LAG: T dq/dt = u - q. For setpoints taken as straight between two
ticks the solution at the ticks is exact:
    q[k] = A q[k-1] + B u[k] + C u[k-1],   A = exp(-h/T), B = 1 - (T/h)(1 - A), C = (T/h)(1 - A) - A,   A + B + C = 1.
A, B, C > 0, so what is measured is an average of setpoints: no position, velocity or acceleration beyond theirs. The
recursion is unrolled by doubling, sum_j A^j z^-j = (1 + A z^-1)(1 + A² z^-2)(1 + A⁴ z^-4)…, 2^5 terms; A^32 < 1e-27.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell.trajectory import Law, Path, combined

PERIOD = 0.008
"""s, of setpoints and readback: 125 Hz."""
LAG = 0.004
"""s, the time constant of tracking."""
SETTLED = 1e-5
"""rad or m: a motion has ended when no joint is further than this from the last setpoint."""
MEMORY = 32
"""Ticks after which a setpoint is forgotten, and so the most that settling takes."""

AHEAD = 4096
"""Ticks that are worked out at once, longer than any ramp: so however slow a motion is, memory follows what has been run."""

_A = math.exp(-PERIOD / LAG)
_B = 1.0 - (LAG / PERIOD) * (1.0 - _A)
_C = (LAG / PERIOD) * (1.0 - _A) - _A


@dataclass(frozen=True, slots=True)
class Ramp:
    """Speed scaling from `start` to `end` (0..1) over `duration` s, then constant."""

    start: float
    end: float
    duration: float

    def scaling(self, t: Array) -> Array:
        x = self._x(t)
        value: Array = self.start + (self.end - self.start) * x * x * (3.0 - 2.0 * x)
        return value

    def elapsed(self, t: Array) -> Array:
        """Trajectory time in s that passes in `t` s: the integral of the scaling."""
        x = self._x(t)
        ramped = self.duration * (self.start * x + (self.end - self.start) * x**3 * (1.0 - x / 2.0))
        value: Array = ramped + self.end * np.maximum(t - self.duration, 0.0)
        return value

    def time_to(self, elapsed: float) -> float | None:
        """An upper bound of the time in s until `elapsed` s of trajectory time have passed; None: never."""
        in_ramp = self.duration * (self.start + self.end) / 2.0
        if elapsed <= in_ramp:
            return self.duration
        return None if self.end <= 0.0 else self.duration + (elapsed - in_ramp) / self.end

    def _x(self, t: Array) -> Array:
        if self.duration <= 0.0:
            return np.ones_like(t)
        return np.clip(t / self.duration, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One row a tick, N >= 1. `q`, `qd`, `setpoint` (N, n); `s`, `scaling`, `tau` (N,). The last row is at rest, if
    `ends` says so: at the end of the path ("end"), or on it ("still"); None: there is more to come."""

    q: Array
    qd: Array
    setpoint: Array
    s: Array
    s_setpoint: Array
    scaling: Array
    tau: Array
    ends: str | None

    def __len__(self) -> int:
        return len(self.tau)


def positions(path: Path, s: Array) -> Array:
    """q (N, n) at `s` (N,), by de Casteljau's algorithm; without the derivatives that `Path.at` also gives."""
    k = np.clip(np.searchsorted(path.starts, s, side="right") - 1, 0, len(path.control) - 1)
    u = np.clip((s - path.starts[k]) / (path.starts[k + 1] - path.starts[k]), 0.0, 1.0)[:, None, None]
    points: Array = path.control[k]
    while points.shape[1] > 1:
        points = points[:, :-1] + u * (points[:, 1:] - points[:, :-1])
    return points[:, 0]


def first_sample(path: Path, q: Array, scaling: float) -> Samples:
    """Standing at the measured `q` (n,) where the path begins."""
    zero = np.zeros(1)
    return Samples(q[None, :].copy(), np.zeros((1, len(q))), path.control[0, :1], zero, zero, np.array([scaling]), zero, None)


def ramp_duration(path: Path, law: Law, tau: float, change: float, acceleration: Array, longest: float) -> float:
    """R in s for a change of scaling by `change`, from how fast the joints are to go within `longest` s of `tau`."""
    ahead = tau + np.arange(0.0, longest + PERIOD, PERIOD)
    fastest = np.abs(combined(path, law, ahead).qd).max(axis=0)
    return max(PERIOD, 1.5 * abs(change) * float(np.max(fastest / acceleration)))


def run_on(path: Path, law: Law, at: Samples, ramp: Ramp) -> Samples:
    """What follows the last row of `at` (not repeated), until the path's end or standstill, both settled; at most AHEAD."""
    tau0 = float(at.tau[-1])
    needed = ramp.time_to(law.duration - tau0)
    running = ramp.duration if needed is None else needed
    ticks = min(math.ceil(min(running, AHEAD * PERIOD) / PERIOD - 1e-9) + MEMORY, AHEAD)
    t: Array = np.arange(1.0, ticks + 1.0, dtype=np.float64) * PERIOD
    tau = np.minimum(tau0 + ramp.elapsed(t), law.duration)
    s = law.at(tau).s
    setpoint = positions(path, s)
    u = np.column_stack([setpoint, s])
    y = _followed(u, np.append(at.setpoint[-1], at.s_setpoint[-1]), np.append(at.q[-1], at.s[-1]))
    n = setpoint.shape[1]
    scaling = ramp.scaling(t)
    is_over = (tau >= law.duration) if needed is not None else (t >= ramp.duration - 1e-9)
    settled = np.abs(u[:, :n] - y[:, :n]).max(axis=1) <= SETTLED
    ended = is_over & settled
    last = int(np.argmax(ended)) if np.any(ended) else ticks - 1
    keep = slice(0, last + 1)
    return Samples(
        y[keep, :n],
        ((u[:, :n] - y[:, :n]) / LAG)[keep],
        setpoint[keep],
        y[keep, n],
        s[keep],
        scaling[keep],
        tau[keep],
        None if not ended[last] else "still" if needed is None else "end",
    )


def joined(first: Samples, then: Samples) -> Samples:
    return Samples(
        np.concatenate([first.q, then.q]),
        np.concatenate([first.qd, then.qd]),
        np.concatenate([first.setpoint, then.setpoint]),
        np.concatenate([first.s, then.s]),
        np.concatenate([first.s_setpoint, then.s_setpoint]),
        np.concatenate([first.scaling, then.scaling]),
        np.concatenate([first.tau, then.tau]),
        then.ends,
    )


def cut(samples: Samples, rows: slice) -> Samples:
    """These rows only, as if what follows had never been meant."""
    return Samples(
        samples.q[rows],
        samples.qd[rows],
        samples.setpoint[rows],
        samples.s[rows],
        samples.s_setpoint[rows],
        samples.scaling[rows],
        samples.tau[rows],
        None,
    )


def _followed(u: Array, u_before: Array, y_before: Array) -> Array:
    """First-order lag of setpoints `u` (N, m) after `u_before`, measured `y_before` (m,)."""
    before = np.concatenate([u_before[None, :], u[:-1]])
    x = _B * u + _C * before
    x[0] += _A * y_before
    factor, shift = _A, 1
    while shift < min(MEMORY, len(x)):
        x[shift:] = x[shift:] + factor * x[:-shift]
        factor, shift = factor * factor, shift * 2
    return x
