"""People who walk towards the robots and away again, and how far the nearest one is, as a detector measures it."""

from __future__ import annotations

from cell.scenario import PersonNears
from cell.separation_distance import APPROACH_SPEED
from cell_drivers.simulated.timeline import SECOND
from cell_drivers.simulated.world import World

SEES = 10.0
"""m: who is further away is nobody."""
OFTEN = 0.1
"""s between two words of a detector that sees somebody walk."""


class Approaches:
    def __init__(self, world: World, zone: str) -> None:
        self._world, self._walks = world, world.luck.approaches(zone)
        for walk in self._walks:
            long = (SEES - walk.distance) / APPROACH_SPEED
            for start in (walk.start, walk.end):
                for k in range(int(long / OFTEN) + 2):
                    world.timeline.after(start + k * OFTEN, lambda: world.refresh())

    def nearest(self) -> float:
        """m."""
        now = self._world.now / SECOND
        return min((_away(walk, now) for walk in self._walks), default=SEES)


def _away(walk: PersonNears, now: float) -> float:
    if now < walk.start:
        return SEES
    came = max(walk.distance, SEES - APPROACH_SPEED * (min(now, walk.end) - walk.start))
    return came if now < walk.end else min(SEES, came + APPROACH_SPEED * (now - walk.end))
