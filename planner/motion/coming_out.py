"""Out of a contact that the robot stands in: how far along a path whatever is too near there only comes apart. Unproved.

A zone that it stands in, and a robot that touches itself, are none of it: from there nothing leads out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cell.dataclass import dataclass
from cell.geometry import Array
from planner.motion.collision import UNCHECKED, Blocker, Collider

OPENS = 0.08  # of what the body moves from look to look, at least, of two that are in each other
CLOSES = 4e-5  # m by which two that do not touch may come nearer than they were


@dataclass(frozen=True, slots=True)
class Out:
    """From look `free` on all are apart; the first `most` looks may be gone, and then `blocker` would not come apart."""

    free: int
    most: int
    blocker: Blocker | None


def too_near(collider: Collider, q: Array, margins: Array) -> tuple[Blocker, ...]:
    """Every pair that is nearer than its margin at `q` (n,)."""
    found: list[Blocker] = []
    while (blocker := collider.blocker(q, lifted(collider, margins, found, UNCHECKED))) is not None:
        if blocker.other.startswith("zone ") or not any(s.name == blocker.other for s in collider.standers):
            return ()
        found.append(blocker)
    return tuple(found)


def lifted(collider: Collider, margins: Array, pairs: Sequence[Blocker], to: float) -> Array:
    """The same table (M, S), with `to` m for those pairs."""
    table = margins.copy()
    for pair in pairs:
        rows = [k for k, mover in enumerate(collider.movers) if mover.name == pair.mover]
        columns = [k for k, stander in enumerate(collider.standers) if stander.name == pair.other]
        table[np.ix_(rows, columns)] = to
    return table


def way_out(collider: Collider, q: Array, margins: Array, pairs: Sequence[Blocker]) -> Out:
    """Of `pairs` along the looks `q` (N, n), at the first of which they are too near."""
    free, most, blocked = 0, len(q), None
    for pair in pairs:
        first, last = _one_way_out(collider, q[:most], margins, pair)
        free = max(free, first)
        if last < most:
            most, blocked = last, pair
    return Out(min(free, most), most, blocked)


def _one_way_out(collider: Collider, q: Array, margins: Array, pair: Blocker) -> tuple[int, int]:
    """From which look on the pair is apart, and how many may be gone."""
    before = _short(collider, q[0], margins, pair)
    is_deep, least = pair.distance <= 0.0, before + min(CLOSES, 0.5 * pair.distance)
    moved = _moved(collider, q, pair)
    for k in range(1, len(q)):
        short = _short(collider, q[k], margins, pair)
        if short > (before - OPENS * moved[k - 1] if is_deep else least):
            return k, k
        if short <= 0.0:
            return k, len(q)
        before = short
    return len(q), len(q)


def _moved(collider: Collider, q: Array, pair: Blocker) -> Array:
    """(N - 1,) m by which any corner of the body moves from look to look."""
    links, steps = collider.arm.T_world_links(q), []
    for mover in (m for m in collider.movers if m.name == pair.mover):
        rotation, origin = links[:, mover.link, :3, :3], links[:, mover.link, None, :3, 3]
        steps.append(np.linalg.norm(np.diff(mover.points @ rotation.swapaxes(1, 2) + origin, axis=0), axis=2))
    most: Array = np.concatenate(steps, axis=1).max(axis=1)
    return most


def _short(collider: Collider, q: Array, margins: Array, pair: Blocker) -> float:
    """m by which the pair is too near."""
    short = collider.shortfall(q, margins, pair)
    assert short is not None
    return short
