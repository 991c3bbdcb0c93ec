"""A plan that goes on from another one keeps to it: to its order, its robots and its places, as long as that costs little.

A small change of the world must not reshuffle the cell: who stands beside it has learnt what comes next. So the order of the plan
before is made again act by act, whatever has changed in it meanwhile, and taken where it is nearly as good as the best one known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from cell.former import FormerAct
from planner.tasks.dispatch import Order, Select, dispatch
from planner.tasks.floor import Candidate, Floor, Kind
from planner.tasks.objectives import Score, is_about
from planner.tasks.shop import Shop
from planner.tasks.ways_out import Escapes

WORTH = 0.05
"""Of each entry of the score: so much a known order may cost before another one is taken."""
_KINDS = {Kind.PICK: "pick", Kind.CHOOSE: "pick", Kind.PLACE: "place", Kind.ALONG: "along"}


def kept_to(shop: Shop, former: Sequence[FormerAct], order: Order, score: Callable[[Order], Score]) -> Order | None:
    """The order of before, made again; None where there was none, where it leads nowhere, or where `order` is better by more than
    it is worth."""
    if not former:
        return None
    steady = dispatch(shop, Escapes(shop), as_before(shop, former))
    if steady.is_stuck or (not order.is_stuck and not is_about(score(steady), score(order), WORTH)):
        return None
    return steady


def as_before(shop: Shop, former: Sequence[FormerAct]) -> Select:
    """Whichever act came first then; by the robot and at the place of then. What was not in it comes when nothing of it can be
    done; what needs no robot is not kept waiting."""
    ranks, seen = dict[tuple[str, str, int], tuple[int, FormerAct]](), Counter[tuple[str, str]]()
    for rank, act in enumerate(former):
        ranks[(act.kind, act.part, seen[(act.kind, act.part)])] = (rank, act)
        seen[(act.kind, act.part)] += 1

    def select(found: Sequence[Candidate], floor: Floor, count: int) -> Candidate:
        done = Counter((_KINDS.get(a.kind, ""), shop.jobs[a.job].part) for a in floor.acts if a.job >= 0)
        return min(found, key=lambda c: _key(c, shop, ranks, done))

    return select


def _key(
    c: Candidate, shop: Shop, ranks: dict[tuple[str, str, int], tuple[int, FormerAct]], done: Counter[tuple[str, str]]
) -> tuple[int, bool, bool, float]:
    if c.act.kind in (Kind.RUN, Kind.CARRY):
        return -1, False, False, c.start
    if c.act.kind in (Kind.GO, Kind.PARK):
        return len(ranks) + 1, False, False, c.start
    kind, part = _KINDS[c.act.kind], shop.jobs[c.act.job].part
    known = ranks.get((kind, part, done[(kind, part)]))
    if known is None:
        return len(ranks), False, False, c.start
    rank, act = known
    return rank, shop.workers[c.act.worker].robot != act.robot, c.act.place != act.place, c.start
