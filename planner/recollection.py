"""Which motions the same request asked for when it was planned before, so that a second planning needs one round.

It must not change the plan: the last round of the first planning knew exactly these motions, so starting with them gives that
round again. They are kept only for plans in which no motion was refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from cell.codec import CodecError, canonical, digest, from_plain
from cell.plan_inputs import plan_inputs
from cell.state import PlanningRequest
from cell.steps import MotionNeed
from planner.motion.store import MotionStore


class Memory:
    """What `store` remembers of one request."""

    def __init__(self, store: MotionStore, request: PlanningRequest, versions: tuple[tuple[str, str], ...]) -> None:
        told = (request.state, request.seed, request.iterations, request.without)
        self._store = store
        self._key = digest(("needs of a plan", plan_inputs(request), told, versions))

    def needs(self) -> tuple[MotionNeed, ...]:
        """Empty when the request is new, or what is kept cannot be read."""
        kept = self._store.get(self._key)
        if kept is None:
            return ()
        try:
            return tuple(from_plain(MotionNeed, plain) for plain in json.loads(kept))
        except (ValueError, TypeError, CodecError):
            return ()

    def keep(self, needs: Iterable[MotionNeed]) -> None:
        self._store.put(self._key, canonical(tuple(needs)).encode())
