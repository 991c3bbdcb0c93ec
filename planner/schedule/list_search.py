"""Search over the order in which clusters are generated, and over modes: one thing changed at a time, kept unless it is worse
than what stood there a number of tries ago (late acceptance: Burke and Bykov, "The late acceptance hill-climbing heuristic",
2017).

What is held from one operation to another ties the orders of several resources together: a single step on one of them leads into
a cycle more often than not. Here every try is a valid schedule.
"""

from __future__ import annotations

from collections.abc import Sequence

from planner.schedule.chance import Chance
from planner.schedule.generate import Draft, Generator, Wish
from planner.schedule.schedule import NoSchedule
from planner.schedule.score import score_of
from planner.schedule.tables import Tables

MEMORY = 20
"""How many tries ago."""
NEAR = 8
"""Three of four clusters go at most so far in the order; the others go anywhere."""


class ListSearch:
    """The best draft that was come across, and where the search stands."""

    __slots__ = ("_chance", "_generator", "_leaders", "_line", "_mode", "_tables", "best", "score")

    def __init__(self, tables: Tables, generator: Generator, draft: Draft, seed: int) -> None:
        self._tables, self._generator, self._chance = tables, generator, Chance(seed)
        self._line = _by_start(tables, draft)
        self._mode = list(draft.modes)
        self._leaders = [i for i, first in enumerate(tables.leader) if first == i and len(tables.durations[i]) > 1]
        self.best, self.score = draft, score_of(tables, draft)

    def run(self, tries: int, enough: float) -> None:
        """Stops before where `score` has no lateness and a makespan of `enough`."""
        current, memory = self.score, [self.score] * MEMORY
        for number in range(tries):
            if self.score[0] <= 0.0 and self.score[1] <= enough:
                return
            line, mode = self._changed()
            draft = self._generated(line, mode)
            if isinstance(draft, NoSchedule):
                continue
            score = score_of(self._tables, draft)
            if score <= current or score <= memory[number % MEMORY]:
                self._line, self._mode, current = line, mode, score
            memory[number % MEMORY] = current
            if score < self.score:
                self.best, self.score = draft, score

    def _changed(self) -> tuple[list[int], list[int]]:
        if len(self._line) < 2 or (self._leaders and self._chance.below(3) == 0):
            return self._line, self._in_another_mode()
        return self._moved(), self._mode

    def _moved(self) -> list[int]:
        line, count = self._line.copy(), len(self._line)
        at = self._chance.below(count)
        cluster = line.pop(at)
        if self._chance.below(4) == 0:
            to = self._chance.below(count)
        else:
            to = max(0, min(count - 1, at - NEAR + self._chance.below(2 * NEAR + 1)))
        line.insert(to, cluster)
        return line

    def _in_another_mode(self) -> list[int]:
        mode = self._mode.copy()
        if self._leaders:
            leader = self._leaders[self._chance.below(len(self._leaders))]
            count = len(self._tables.durations[leader])
            other = (mode[leader] + 1 + self._chance.below(count - 1)) % count
            for i in self._tables.group[leader]:
                mode[i] = other
        return mode

    def _generated(self, line: Sequence[int], mode: Sequence[int]) -> Draft | NoSchedule:
        rank = [0] * len(line)
        for k, cluster in enumerate(line):
            rank[cluster] = k
        return self._generator.generate(Wish(rank, mode, tries=False))


def _by_start(tables: Tables, draft: Draft) -> list[int]:
    """Clusters by when they begin."""
    return sorted(range(len(tables.clusters)), key=lambda k: (min(draft.starts[i] for i in tables.clusters[k]), k))
