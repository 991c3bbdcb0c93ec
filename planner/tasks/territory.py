"""Who a piece of work is nearest to, where several robots can do it: arms that reach across one another are in each other's way.

An order in which every robot works on its own side is rarely slower than one in which they cross, and far more often one that
motions can be found for. While nobody knows yet which motions meet, that is all there is to go by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from planner.tasks.dispatch import Select
from planner.tasks.floor import Act, Candidate, Floor, Kind
from planner.tasks.route import Stage
from planner.tasks.rules import RULES, Rule, select_by
from planner.tasks.shop import Shop

NEARER = 0.1
"""m, from where a part lies and from where it goes together: by how much another robot has to be nearer."""
_SIDED = (Rule("soonest", None, False), Rule("downstream", None, False), Rule("ending", None, False))
_PATIENCE = (math.inf, 8.0)
"""s for which work of one's own side is waited for rather than doing what lies on another's."""


def selections(shop: Shop, bottleneck: str | None) -> list[Select]:
    """All rules for one shop; where robots share work, first those that keep to their sides."""
    plain = [select_by(rule, shop, bottleneck) for rule in RULES]
    if not _shares_work(shop):
        return plain
    sides = Sides(shop)
    return [*(sides.kept(select_by(rule, shop, None), patience) for patience in _PATIENCE for rule in _SIDED), *plain]


def _shares_work(shop: Shop) -> bool:
    workers = shop.workers
    return any(len({workers[w].robot for w in able}) > 1 for legs in dict.fromkeys(shop.crew.able) for able in legs)


class Sides:
    """Of one shop; remembers what was asked."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._robots = [worker.robot for worker in shop.workers]
        self._bases = [shop.cell.robots[robot].base.translation for robot in self._robots]
        self._far: dict[tuple[int, int, str], frozenset[int]] = {}
        self._away: dict[str, tuple[float, ...]] = {}

    def kept(self, select: Select, patience: float) -> Select:
        """`select` among what lies on everybody's own side, and what would have to wait more than `patience` for that."""

        def kept(found: Sequence[Candidate], floor: Floor, count: int) -> Candidate:
            own, beyond = list[Candidate](), list[Candidate]()
            for c in found:
                (beyond if self.is_beyond(c.act) else own).append(c)
            if not beyond:
                return select(own, floor, count)
            soonest = min((c.start for c in own), default=math.inf)
            far = [c for c in beyond if soonest > c.start + patience]
            return select([*own, *far] or found, floor, count)

        return kept

    def is_beyond(self, act: Act) -> bool:
        """Whether the act takes up work that another robot is nearer to."""
        if act.kind is not Kind.PICK and act.kind is not Kind.CHOOSE:
            return False
        key = (act.job, act.leg, act.place)
        far = self._far.get(key)
        if far is None:
            far = self._far[key] = self._too_far(*key)
        return act.worker in far

    def _too_far(self, job: int, leg: int, place: str) -> frozenset[int]:
        """The workers that another robot which can do it is nearer than."""
        robots, able, reach = self._robots, self._shop.able(job, leg), self._reach(job, leg, place)
        return frozenset([w for w in able for o in able if reach[o] < reach[w] - NEARER and robots[o] != robots[w]])

    def _reach(self, job: int, leg: int, place: str) -> Sequence[float]:
        """m from each worker's base to where the part lies, and to where it goes."""
        here, goal = self._distances(place), self._shop.jobs[job].legs[leg]
        if not isinstance(goal, Stage):
            return here
        return [a + b for a, b in zip(here, self._distances(goal.spots[0]), strict=True)]

    def _distances(self, place: str) -> tuple[float, ...]:
        """m from each worker's base."""
        known = self._away.get(place)
        if known is None:
            end = self._shop.cell.frame_of(place).translation
            known = self._away[place] = tuple(math.dist(end, base) for base in self._bases)
        return known
