"""What the same request came to when it was planned before, so that a second planning needs one round.

It must not change the plan: the last round of the first planning knew exactly these motions, refusals and conflicts, so starting
with them gives that round again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from cell.codec import CodecError, canonical, digest, from_plain
from cell.plan_inputs import plan_inputs
from cell.presence import Conflicts, Presence
from cell.state import PlanningRequest
from cell.steps import MotionNeed
from planner.motion.store import MotionStore


@dataclass(frozen=True, slots=True)
class Recalled:
    """The motions that were found and those that there are not, the presences that had to be kept apart, and how often the
    schedule was made again for them."""

    needs: tuple[MotionNeed, ...] = ()
    refused: tuple[MotionNeed, ...] = ()
    conflicts: tuple[tuple[Presence, Presence], ...] = ()
    rounds: int = 0


class Memory:
    """What `store` remembers of one request."""

    def __init__(self, store: MotionStore, request: PlanningRequest, versions: tuple[tuple[str, str], ...]) -> None:
        told: tuple[object, ...] = (request.state, request.seed, request.iterations, request.without, request.is_continuous)
        told = (*told, request.former) if request.former else told
        self._store = store
        self._key = digest(("rounds of a plan", plan_inputs(request), told, versions))

    def recalled(self) -> Recalled:
        """Nothing when the request is new, or what is kept cannot be read."""
        kept = self._store.get(self._key)
        if kept is None:
            return Recalled()
        try:
            return from_plain(Recalled, json.loads(kept))
        except (ValueError, TypeError, CodecError):
            return Recalled()

    def keep(self, needs: Iterable[MotionNeed], refused: Iterable[MotionNeed], conflicts: Conflicts, rounds: int) -> None:
        kept = Recalled(tuple(needs), tuple(refused), tuple(sorted(conflicts, key=canonical)), rounds)
        self._store.put(self._key, canonical(kept).encode())
