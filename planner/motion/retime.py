"""How fast along a path: a jerk-limited law from rest to rest that keeps every limit between the samples too.

The path comes in pieces. On a piece control points bound |q'|, |q''|, |q'''|, so speed v, acceleration a and jerk j of the
path parameter keep joint i within its limits when
    |q'_i| v <= V_i,   |q''_i| v² + |q'_i| a <= A_i,   |q'''_i| v³ + 3 |q''_i| v a + |q'_i| j <= J_i
(the chain rule, term by term). Neighbouring pieces are joined to sections; each section is run by a double S within its own
(v, a, j), and where sections meet the acceleration is zero. Which pieces to join, with which speed to cross each border and
how a section shares its limits between speed and acceleration is chosen by dynamic programming over a grid, then twice
again over a finer grid around the choice. On a straight joint line there is one section, and the law is time optimal for
the synchronised joints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array
from cell.motion_plan import Phase
from planner.motion.double_s import duration, peak_speed, phases

SLACK = 1.0 - 1e-7  # of every limit: what rounding may use up in a recording at 125 Hz
SEAM = 1e-7  # of path parameter, on either side of a border between sections
LONGEST_SECTION = 8  # pieces
SPEEDS = np.array([0.0, 0.2, 0.35, 0.5, 0.62, 0.74, 0.86, 0.96])  # at a border, of what its pieces permit
SHARES = np.array([0.95, 0.85, 0.72, 0.55])  # of a curved section's speed limit, the rest is left for acceleration
EFFORTS = np.array([1.0, 0.6])  # of the acceleration that is left, the rest is left for jerk


@dataclass(frozen=True, slots=True, eq=False)
class JointLimits:
    """Largest magnitudes (n,) in rad or m and s."""

    velocity: Array
    acceleration: Array
    jerk: Array


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """`length` of path parameter, `bounds` (3, n) of |q'|, |q''|, |q'''| on it, `speed` the largest permitted rate of the
    path parameter for other reasons (TCP, zone, contact), in 1/s. `rest`: s at standstill at its end; None where it may pass."""

    length: float
    bounds: Array
    speed: float
    rest: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """Sections as borders (indices of pieces, first 0, last P), speeds at the borders, and (v, a, j) of each section."""

    borders: tuple[int, ...]
    speeds: tuple[float, ...]
    shares: tuple[tuple[float, float], ...]


def retime(pieces: Sequence[Piece], limits: JointLimits) -> tuple[Phase, ...]:
    """The law as phases. Its s ends at the sum of the lengths. Raises ValueError when there are no pieces."""
    if not pieces:
        raise ValueError("nothing to retime")
    choice = _coarse(pieces, limits)
    for width in (0.12, 0.03):
        choice = _finer(choice, pieces, limits, width)
    return _law(choice, pieces, limits)


def _law(choice: _Choice, pieces: Sequence[Piece], limits: JointLimits) -> tuple[Phase, ...]:
    """The sections one after the other. Around a border the speed is constant over a stretch that is tiny but longer than any
    rounding, so that no jerk meant for one section acts in the other; where the path rests at a border, it goes over that stretch
    from rest to rest with the jerk that both permit."""
    rates = []
    for (first, last), (share, effort) in zip(pairwise(choice.borders), choice.shares, strict=True):
        of_section = _rates(_joined(pieces[first:last]), limits, np.array([share]), np.array([effort]))
        rates.append([float(rate[0, 0]) for rate in of_section])
    law: list[Phase] = []
    inner = range(1, len(choice.borders) - 1)
    for k, (v0, v1) in enumerate(pairwise(choice.speeds)):
        length = sum(piece.length for piece in pieces[choice.borders[k] : choice.borders[k + 1]])
        v, a, j = rates[k]
        length -= SEAM * ((k in inner) + (k + 1 in inner))
        if k in inner and v0 == 0.0:
            law.extend(phases(SEAM, 0.0, 0.0, v, a, min(j, rates[k - 1][2])))
        law.extend(phases(length, v0, v1, v, a, j))
        if k + 1 in inner and v1 > 0.0:
            law.append(Phase(2.0 * SEAM / v1, 0.0))
        elif k + 1 in inner:
            law.extend(phases(SEAM, 0.0, 0.0, v, a, min(j, rates[k + 1][2])))
        if rest := pieces[choice.borders[k + 1] - 1].rest:
            law.append(Phase(rest, 0.0))
    return tuple(law)


def speed_limit(piece: Piece, limits: JointLimits) -> float:
    """The largest rate that any law may have on the piece: velocity, what curvature leaves of acceleration and jerk."""
    first, second, third = piece.bounds
    with np.errstate(divide="ignore"):
        rates = (
            limits.velocity / first, np.sqrt(limits.acceleration / second), np.cbrt(limits.jerk / third)
        )  # fmt: skip
    return SLACK * float(min(piece.speed, *(rate.min() for rate in rates)))


def _rates(piece: Piece, limits: JointLimits, shares: Array, efforts: Array) -> tuple[Array, Array, Array]:
    """(v, a, j), each (shares, efforts), that keep the piece within the limits."""
    first, second, third = piece.bounds
    is_straight = not (second.any() or third.any())
    share, effort = (np.ones_like(shares), np.ones_like(efforts)) if is_straight else (shares, efforts)
    v = np.minimum(share * speed_limit(piece, limits), SLACK * piece.speed)
    left_for_jerk = limits.jerk - third * (v**3)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        by_acceleration = (limits.acceleration - second * (v**2)[:, None]) / first
        by_jerk = left_for_jerk / (6.0 * second * v[:, None])  # the mixed term may take half of what jerk is left
        a = np.fmin(np.where(first > 0.0, by_acceleration, np.inf), by_jerk).min(axis=1)[:, None] * effort
        mixed = 3.0 * second * (v[:, None] * a)[:, :, None]
        j = np.where(first > 0.0, (left_for_jerk[:, None] - mixed) / first, np.inf).min(axis=2)
    j = np.maximum(j, 0.0)
    return np.broadcast_to(v[:, None], a.shape), SLACK * np.where(j > 0.0, a, 0.0), SLACK * j


def _joined(pieces: Sequence[Piece]) -> Piece:
    bounds = np.max([piece.bounds for piece in pieces], axis=0)
    return Piece(sum(piece.length for piece in pieces), bounds, min(piece.speed for piece in pieces))


def _coarse(pieces: Sequence[Piece], limits: JointLimits) -> _Choice:
    """The best sections on the coarse grid, by dynamic programming over (border, speed there)."""
    count = len(pieces)
    tops = np.array([speed_limit(piece, limits) for piece in pieces])
    grid = np.outer(np.minimum(np.r_[tops[0], tops], np.r_[tops, tops[-1]]), SPEEDS)
    rests = [k + 1 for k, piece in enumerate(pieces) if piece.rest is not None]
    grid[[0, *rests, -1]] = 0.0
    spans = [(i, k) for i in range(count) for k in range(i + 1, _furthest(i, rests, count) + 1)]
    sections = [_joined(pieces[i:k]) for i, k in spans]
    rates = [_rates(section, limits, SHARES, EFFORTS) for section in sections]
    times, picks = _least(sections, rates, grid[[i for i, _ in spans]], grid[[k for _, k in spans]], halvings=8)
    best = np.full((count + 1, len(SPEEDS)), np.inf)
    best[0, 0] = 0.0
    came: dict[tuple[int, int], tuple[int, int, int]] = {}
    for s, (i, k) in enumerate(spans):  # spans are sorted by i, and best[i] is final when the first span from i comes
        through = best[i][:, None] + times[s]
        at = through.argmin(axis=0)
        total = through[at, np.arange(len(SPEEDS))]
        for m in np.flatnonzero(total < best[k]):
            best[k, m] = total[m]
            came[k, int(m)] = (i, int(at[m]), int(picks[s, at[m], m]))
    return _followed(came, grid, count)


def _furthest(first: int, rests: Sequence[int], count: int) -> int:
    """The last border that a section from `first` may reach."""
    return min(count, first + LONGEST_SECTION, *(border for border in rests if border > first))


def _followed(came: dict[tuple[int, int], tuple[int, int, int]], grid: Array, count: int) -> _Choice:
    border, m = count, 0
    borders, speeds, shares = [count], [0.0], []
    while border:
        border, m, pick = came[border, m]
        borders.append(border)
        speeds.append(float(grid[border, m]))
        shares.append((float(SHARES[pick // len(EFFORTS)]), float(EFFORTS[pick % len(EFFORTS)])))
    return _Choice(tuple(borders[::-1]), tuple(speeds[::-1]), tuple(shares[::-1]))


def _finer(choice: _Choice, pieces: Sequence[Piece], limits: JointLimits, width: float) -> _Choice:
    """The same sections with speeds and shares chosen again on a grid of that relative width around the old ones."""
    offsets = width * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    sections = [_joined(pieces[i:k]) for i, k in pairwise(choice.borders)]
    grid = np.outer(choice.speeds, 1.0 + offsets)
    shares = [np.clip(share * (1.0 + offsets), 0.05, 0.995) for share, _ in choice.shares]
    efforts = [np.clip(effort * (1.0 + 2.0 * offsets[::2]), 0.05, 1.0) for _, effort in choice.shares]
    rates = [_rates(*of) for of in zip(sections, [limits] * len(sections), shares, efforts, strict=True)]
    times, picks = _least(sections, rates, grid[:-1], grid[1:], halvings=14)
    best, came = np.zeros(len(offsets)), []
    for k in range(len(sections)):
        through = best[:, None] + times[k]
        came.append(through.argmin(axis=0))
        best = through.min(axis=0)
    m, speeds, chosen = int(best.argmin()), [0.0], []
    for k in range(len(sections) - 1, -1, -1):
        i = int(came[k][m])
        pick = int(picks[k, i, m])
        chosen.append((float(shares[k][pick // len(efforts[k])]), float(efforts[k][pick % len(efforts[k])])))
        speeds.append(float(grid[k, i]))
        m = i
    return _Choice(choice.borders, tuple(speeds[::-1]), tuple(chosen[::-1]))


def _least(
    sections: Sequence[Piece], rates: Sequence[tuple[Array, Array, Array]], firsts: Array, lasts: Array, halvings: int
) -> tuple[Array, NDArray[np.intp]]:
    """Shortest time (S, G, G) of each section from each speed in `firsts` (S, G) to each in `lasts`, and which of its rates
    gives it."""
    v, a, j = (np.stack([r[x].reshape(-1) for r in rates])[:, None, None, :] for x in range(3))
    length = np.array([section.length for section in sections])[:, None, None, None]
    first, last = firsts[:, :, None, None], lasts[:, None, :, None]
    time = duration(length, first, last, peak_speed(length, first, last, v, a, j, halvings), a, j)
    pick = time.argmin(axis=3)
    return np.take_along_axis(time, pick[..., None], axis=3)[..., 0], pick
