"""Tabu search over the disjunctive graph (Glover, "Tabu search, part I", 1989; Nowicki and Smutnicki 1996).

Each step makes the best move that is not forbidden, also where it is for the worse; what it did away with may not come back for
some steps, unless that gives a better schedule than the one kept. After a while without a better one the search goes back to the
kept one, shakes it, and goes on from there; after a long while it leaves for good. Small problems have so many equally good
schedules that patience with one of them is wasted: patience grows with the size. The search counts its steps and draws from a
stream of its own: the same problem, seed and budget end in the same schedule on any machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter

from planner.schedule.blocks import Blocks
from planner.schedule.chance import Chance
from planner.schedule.critical import Critical, find_critical
from planner.schedule.generate import Draft
from planner.schedule.graph import Graph, Move
from planner.schedule.neighbours import Neighbour, neighbours
from planner.schedule.score import score_of
from planner.schedule.tables import Tables
from planner.schedule.traits import Trait, ended, made

PATIENCE = 200
"""Steps without a better schedule before the search starts from the kept one again; 10 and twice the operations, if that is
less."""
SHAKES, STRONGEST = 4, 6
"""So many moves are drawn and made then, two and one for each 50 operations, if that is less; twice as many the next time, up to
STRONGEST times as many, and from the beginning."""
FRUITLESS = 12
"""So many shakes in vain, and as many steps as the square of the operations: then it wanders far off and keeps what is there."""
LOOKED_AT = 24
"""At most so many operations of a path are looked at for a place elsewhere; drawn where there are more."""


_estimate = itemgetter(0)


class Tabu:
    """One search: a graph, what is forbidden in it until which step, and the best schedule that it went through."""

    __slots__ = (
        "_chance", "_forbidden", "_fruitless", "_graph", "_has_due", "_kept", "_kept_at", "_kept_score", "_patience",
        "_shakes", "_steps", "_tables", "_tenure", "best", "score",
    )  # fmt: skip

    def __init__(self, tables: Tables, blocks: Blocks, draft: Draft, seed: int) -> None:
        self._tables, self._chance = tables, Chance(seed)
        self._graph = Graph(tables, blocks, draft)
        self._kept = self._graph.arrangement()
        self._has_due = any(op.due is not None for op in tables.problem.operations)
        self._forbidden: dict[Trait, int] = {}
        self._steps = self._fruitless = self._kept_at = 0
        count = len(draft.modes)
        self._patience, self._shakes = min(PATIENCE, 10 + 2 * count), min(SHAKES, 2 + count // 50)
        slots = max(1, sum(1 for row in self._graph.sequence if row))
        self._tenure = 10 + count // slots**2
        self.best = draft
        self.score = self._kept_score = score_of(tables, draft)

    def run(self, steps: int, enough: float) -> None:
        """Stops before where `score` has no lateness and a makespan of `enough`."""
        self._aim()
        if not self._graph.evaluate():
            return  # only where uses of no length fall on one moment: the draft is valid, its order says too little
        self._keep_if_better()
        failed = 0
        while self._steps < steps and not self._is_enough(enough):
            failed = 0 if self._step() else failed + 1
            self._steps += 1
            if failed > self._patience:
                self._shake()
                failed = 0

    def _is_enough(self, makespan: float) -> bool:
        return self.score[0] <= 0.0 and self.score[1] <= makespan

    def _step(self) -> bool:
        """Whether it found a better schedule. A move that makes a cycle is taken back and the next one tried."""
        found = self._candidates()
        while found:
            chosen = self._choose(found)
            gone = ended(self._graph, chosen.move)
            back = self._graph.apply(chosen.move)
            if self._graph.evaluate():
                self._forbid(gone)
                return self._keep_if_better()
            self._graph.apply(back)
            self._graph.evaluate()
            self._steps += 1
            found.remove(chosen)
        self._shake()
        return False

    def _candidates(self) -> list[Neighbour]:
        critical = find_critical(self._graph)
        return neighbours(self._graph, critical, self._looked_at(critical))

    def _looked_at(self, critical: Critical) -> Sequence[int]:
        path = critical.operations
        return path if len(path) <= LOOKED_AT else [path[self._chance.below(len(path))] for _ in range(LOOKED_AT)]

    def _choose(self, found: Sequence[Neighbour]) -> Neighbour:
        """The best one allowed, any of those equally good; where all are forbidden, any at all."""
        wanted = self._graph.objective if self._has_due else self._kept_score[1]
        equal: list[Neighbour] = []
        for x in sorted(found, key=_estimate):
            if equal and x.estimate > equal[0].estimate:
                break
            if x.estimate < wanted or not self._is_forbidden(x.move):
                equal.append(x)
        if not equal:
            return found[self._chance.below(len(found))]
        return equal[0] if len(equal) == 1 else equal[self._chance.below(len(equal))]

    def _is_forbidden(self, move: Move) -> bool:
        forbidden, step = self._forbidden, self._steps
        return any(forbidden.get(trait, -1) >= step for trait in made(self._graph, move))

    def _forbid(self, gone: Sequence[Trait]) -> None:
        until = self._steps + self._tenure + self._chance.below(1 + self._tenure // 2)
        for trait in gone:
            self._forbidden[trait] = until

    def _keep_if_better(self) -> bool:
        graph = self._graph
        if not self._has_due and graph.objective >= self._kept_score[1]:
            return False
        draft = Draft(tuple(graph.mode), tuple(graph.head))
        score = score_of(self._tables, draft)
        if score >= self._kept_score:
            return False
        self._kept, self._kept_score, self._kept_at, self._fruitless = graph.arrangement(), score, self._steps, 0
        if score < self.score:
            self.best, self.score = draft, score
            self._aim()
        return True

    def _aim(self) -> None:
        """While something is late lateness is the longest path; after that it must only stay within the best makespan."""
        if self._has_due:
            late, makespan = self.score
            self._graph.weigh_due_times(makespan if late <= 0.0 else self._horizon())

    def _horizon(self) -> float:
        times = [op.due or 0.0 for op in self._tables.problem.operations]
        return max(times) + self.score[1]

    def _shake(self) -> None:
        size = len(self._graph.head)
        self._graph.arrange(self._kept)
        self._graph.evaluate()
        self._forbidden.clear()
        self._fruitless += 1
        if self._fruitless > FRUITLESS and self._steps - self._kept_at > size**2:
            self._wander(2 * size)
            self._kept_score = (math.inf, math.inf)
            self._keep_if_better()
            return
        self._wander(self._shakes * (1 + self._fruitless % STRONGEST) + self._chance.below(self._shakes))

    def _wander(self, count: int) -> None:
        """Moves drawn from those that could help."""
        graph = self._graph
        for _ in range(count):
            found = self._candidates()
            if not found:
                return
            back = graph.apply(found[self._chance.below(len(found))].move)
            if not graph.evaluate():
                graph.apply(back)
                graph.evaluate()
