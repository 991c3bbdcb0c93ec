"""The least time for which each piece of a robot's work can be had, over the hands, loads and places that were asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable

from planner.tasks.route import Stage
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker


class LeastTimes:
    """Seconds, of one worker. What nobody has asked for yet is asked for with the first hand and nothing else held."""

    def __init__(self, shop: Shop, worker: Worker) -> None:
        self._shop, self._worker = shop, worker
        self._put: dict[tuple[str, tuple[str, ...]], float] = {}

    def carry(self, kind: str, here: str | None, stages: Iterable[Stage]) -> tuple[float, float]:
        """Bring a part from `here` (None: it is in a hand) along `stages`: (taking and putting, travelling)."""
        robot = travel = 0.0
        for stage in stages:
            if here in stage.places:
                continue
            if here is not None:
                robot += self.take(kind, here)
                travel += self.travel(self._shop.equipment_of[here], self._shop.equipment_of[stage.spots[0]])
            robot += self.put(kind, stage)
            here = stage.places[0]
        return robot, travel

    def travel(self, start: str, end: str) -> float:
        return _finite(self._worker.motions.least_travel(start, end))

    def take(self, kind: str, place: str) -> float:
        motions, hand = self._worker.motions, self._worker.hands[0].name
        if motions.least("approach", place, kind) == math.inf:
            motions.approach(place, hand, kind, 0, (), None)
            motions.lift(place, hand, kind, 0, (self._worker.carried(kind, 0, 0),), None)
        clamp = self._shop.devices[self._shop.equipment_of[place]].clamp_time
        there, back = motions.least("approach", place, kind), motions.least("lift", place, kind)
        return _finite(there) + self._worker.grip_time + clamp + _finite(back)

    def put(self, kind: str, stage: Stage) -> float:
        """Into whichever of the stage's places is quickest."""
        key = (kind, stage.spots)
        if key not in self._put:
            self._put[key] = self._quickest(kind, stage)
        return self._put[key]

    def _quickest(self, kind: str, stage: Stage) -> float:
        motions, hand = self._worker.motions, self._worker.hands[0].name
        known = [p for p in stage.spots if motions.least("insert", p, kind) < math.inf]
        if not known:
            known = [stage.spots[0]]
            motions.insert(known[0], hand, kind, 0, (self._worker.carried(kind, 0, 0),), None)
            motions.retract(known[0], hand, kind, 0, (), None)
        into = min(_finite(motions.least("insert", p, kind)) for p in known)
        out = min(_finite(motions.least("retract", p, kind)) for p in known)
        handing = stage.handing.duration if stage.handing is not None else 0.0
        return into + min(self._shop.contacts.letting_go(self._worker, p) for p in known) + handing + out


def _finite(seconds: float) -> float:
    """A motion that is forbidden adds nothing to a lower bound."""
    return seconds if seconds < math.inf else 0.0
