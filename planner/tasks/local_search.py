"""From a good order to a better one: at one decision something else comes next, and what follows is made again.

After the decision the old list of acts is followed as far as it can be, or one of the rules, which knows what to do in the new
situation (destruction and construction: Ruiz and Stützle, "A simple and effective iterated greedy algorithm", 2007). What comes
before the decision is not looked for again. A new order stands where it is no worse than the one before, or than the one that
stood some tries ago (late acceptance: Burke and Bykov, "The late acceptance hill-climbing heuristic", 2017). Everything is drawn
from the request's seed and counted, never timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from planner.tasks.chance import draw
from planner.tasks.dispatch import Order, Select, dispatch
from planner.tasks.floor import Act, Candidate, Floor, Kind
from planner.tasks.objectives import Score
from planner.tasks.shop import Shop
from planner.tasks.ways_out import Escapes

MEMORY = 8
"""How many tries ago."""

Piece = tuple[Kind, int, int]
"""What an act does: its kind, job and leg."""


@dataclass(slots=True)
class _Asking:
    """Remembers at which counts of acts there was a choice, and at `at` takes another act than `old`."""

    rest: Select
    at: int
    old: Act | None
    which: int
    asked: list[int] = field(default_factory=list)

    def __call__(self, found: Sequence[Candidate], floor: Floor, count: int) -> Candidate:
        self.asked.append(count)
        if count == self.at:
            others = [c for c in found if c.act != self.old]
            return others[self.which % len(others)] if others else found[0]
        return self.rest(found, floor, count)


class LocalSearch:
    """`best` is the best order that it came across."""

    def __init__(
        self, shop: Shop, escapes: Escapes, order: Order, score: Callable[[Order], Score], rules: Sequence[Select]
    ) -> None:
        self._shop, self._escapes, self._score_of, self._rules = shop, escapes, score, rules
        self._drawn = self._tries = 0
        self.best, self.score = order, score(order)
        self._order, self._current = order, self.score
        self._asked = [k for k, c in enumerate(order.done) if c.act.kind is not Kind.PARK]
        self._memory = [self.score] * MEMORY

    @property
    def has_choices(self) -> bool:
        return bool(self._asked)

    def step(self) -> int:
        """One try; how many acts it looked at."""
        at = self._asked[self._below(len(self._asked))]
        old = next((c.act for c in self._order.done[at:] if c.act.kind is not Kind.PARK), None)
        select = _Asking(self._rest(), at, old, self._below(64))
        order = dispatch(self._shop, self._escapes, select, begun=self._order.done[:at])
        if not order.is_stuck:
            score = self._score_of(order)
            if score <= self._current or score <= self._memory[self._tries % MEMORY]:
                self._order, self._current = order, score
                self._asked = [k for k in self._asked if k < at] + select.asked
            if score < self.score:
                self.best, self.score = order, score
        self._memory[self._tries % MEMORY] = self._current
        self._tries += 1
        return order.looks + 1

    def _rest(self) -> Select:
        number = self._below(2 * len(self._rules))
        return self._rules[number] if number < len(self._rules) else by_list(self._order.acts)

    def _below(self, limit: int) -> int:
        self._drawn += 1
        return draw(self._shop.seed, -1, self._drawn) % limit


def by_list(acts: Sequence[Act]) -> Select:
    """Whichever act stands first in the list; of two robots the one that did it."""
    rank: dict[Piece, tuple[int, int]] = {(a.kind, a.job, a.leg): (k, a.worker) for k, a in enumerate(acts)}
    last = (len(acts), -1)

    def select(found: Sequence[Candidate], floor: Floor, count: int) -> Candidate:
        return min(found, key=lambda c: _key(c, *rank.get((c.act.kind, c.act.job, c.act.leg), last)))

    return select


def _key(c: Candidate, place: int, worker: int) -> tuple[int, bool, float]:
    return place, c.act.worker != worker, c.start
