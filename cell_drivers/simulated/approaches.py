"""People who walk towards the robots and away again, and how far the nearest one is, as a detector measures it."""

from __future__ import annotations

from cell.scenario import SEEN_FROM
from cell.separation_distance import APPROACH_SPEED
from cell_drivers.simulated.timeline import SECOND
from cell_drivers.simulated.world import World

OFTEN = 0.1
"""s between two words of a detector that sees somebody walk."""


class Approaches:
    def __init__(self, world: World, zone: str) -> None:
        self._world, self._walks = world, world.luck.approaches(zone)
        for walk in self._walks:
            long = (SEEN_FROM - walk.distance) / APPROACH_SPEED
            for start in (walk.start, walk.end):
                for k in range(int(long / OFTEN) + 2):
                    world.timeline.after(start + k * OFTEN, lambda: world.refresh())

    def nearest(self) -> float:
        """m."""
        now = self._world.now / SECOND
        return min((walk.away(now) for walk in self._walks), default=SEEN_FROM)
