"""Whether whole curves keep apart from everything: proved between the samples, by halving until it is known.

A Bézier curve lies in the hull of its control points, so from its midpoint no joint differs by more than its control points
do. That spread makes one check settle the curve (planner/motion/collision.py); where it does not, the curve is halved. All
curves of a level are checked together. Source: Schwarzer, Saha, Latombe, IEEE T-RO 21(3), 2005.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cell.geometry import Array
from cell.trajectory import DEGREE, elevated
from planner.motion.collision import BLOCKED, CLEAR, Blocker, Collider
from planner.motion.margins import CERTIFY_DEPTH

LOOKS = 6  # configurations of each curve that are looked at first
BATCH = 64  # curves checked together; a blocked one ends the work, so small batches find trouble early


def certified(collider: Collider, curves: Sequence[Array], margins: Array) -> Blocker | None:
    """None when every curve (d + 1, n) keeps all margins along all of it, else a pair that does not, or of which it could not
    be shown within CERTIFY_DEPTH halvings."""
    blocker = collider.blocker(_looked_at(curves), margins) if curves else None
    if blocker is not None:
        return blocker
    open_curves = np.stack([elevated(curve) for curve in curves]) if curves else np.zeros((0, DEGREE + 1, 1))
    last: Blocker | None = None
    for _ in range(CERTIFY_DEPTH):
        if len(open_curves) == 0:
            return None
        unknown = []
        for start in range(0, len(open_curves), BATCH):
            batch = open_curves[start : start + BATCH]
            first, second = halves(batch)
            middle = second[:, 0]
            spread = np.abs(batch - middle[:, None]).max(axis=1)
            verdicts, blocker = collider.verdicts(middle, spread, margins)
            if np.any(verdicts == BLOCKED):
                return blocker
            rest = verdicts != CLEAR
            unknown.extend([first[rest], second[rest]])
        open_curves = np.concatenate(unknown)
        last = last or Blocker("the robot", "its surroundings", 0.0)
    return last if len(open_curves) else None


def _looked_at(curves: Sequence[Array]) -> Array:
    """A few configurations of each curve (K, n): most of what is blocked is found there, at little cost."""
    u = np.linspace(0.0, 1.0, LOOKS)[:, None, None]
    found = []
    for curve in curves:
        points = np.broadcast_to(curve, (LOOKS, *curve.shape))
        while points.shape[1] > 1:
            points = (1.0 - u) * points[:, :-1] + u * points[:, 1:]
        found.append(points[:, 0])
    return np.concatenate(found)


def halves(curves: Array) -> tuple[Array, Array]:
    """Both halves of curves (N, d + 1, n), by de Casteljau at 1/2, each of the same shape."""
    points = curves
    first, second = [points[:, 0]], [points[:, -1]]
    while points.shape[1] > 1:
        points = 0.5 * (points[:, :-1] + points[:, 1:])
        first.append(points[:, 0])
        second.append(points[:, -1])
    return np.stack(first, axis=1), np.stack(second[::-1], axis=1)
