"""The disjunctive graph: operations are nodes, precedences are arcs, and so is each step in the order of blocks on a slot.

Block b before block a means that b's last operation ends, and the travel between them is over, before a's first one begins. Where
the arcs make no cycle, the longest paths from the beginning are the earliest times of that order (Roy and Sussmann, "Les
problèmes d'ordonnancement avec contraintes disjonctives", 1964; with what is held as in Mascis and Pacciarelli, "Job-shop
scheduling with blocking and no-wait constraints", 2002).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from planner.schedule.blocks import Blocks
from planner.schedule.generate import Draft
from planner.schedule.tables import Tables

NONE = -1


class Move(NamedTuple):
    """Each (block, slot, behind) of `places`, in this order, is put into that slot behind another block, behind NONE at the
    front. Out of it are before that the same blocks or, where `leader` is an operation, all blocks of its group, whose mode
    becomes `mode`."""

    places: tuple[tuple[int, int, int], ...]
    leader: int = NONE
    mode: int = 0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All that is decided: a mode of each operation, an order of blocks on each slot."""

    modes: tuple[int, ...]
    sequences: tuple[tuple[int, ...], ...]


class Graph:
    """Modes and orders, and once `evaluate` has run also what follows from them: `head[i]`, the start of operation i; `rest[i]`,
    the longest path from its start on; `cause[i]`, what its start waited for: the end of a block, or of operation -2 - cause, or
    NONE; `objective`, the longest path of all."""

    __slots__ = (
        "_releases",
        "_waits",
        "blocks",
        "cause",
        "closes",
        "due_tails",
        "duration",
        "following",
        "head",
        "mode",
        "objective",
        "order",
        "previous",
        "rest",
        "sequence",
        "slot",
        "tables",
    )  # fmt: skip

    def __init__(self, tables: Tables, blocks: Blocks, draft: Draft) -> None:
        self.tables, self.blocks = tables, blocks
        count = len(tables.before)
        self.mode = list(draft.modes)
        self.duration = [tables.durations[i][m] for i, m in enumerate(self.mode)]
        self.closes: list[list[int]] = [[] for _ in range(count)]
        self.slot = [NONE] * len(blocks.first)
        self.previous = [NONE] * len(blocks.first)
        self.following = [NONE] * len(blocks.first)
        self.sequence: list[list[int]] = [[] for _ in blocks.start_way]
        self.head, self.rest, self.cause = [0.0] * count, [0.0] * count, [NONE] * count
        self.order: list[int] = []
        self.objective = 0.0
        self._waits = [len(row) for row in tables.before]
        self._releases = [op.release for op in tables.problem.operations]
        self.due_tails = [0.0] * count
        self._lay_out(draft)

    def _lay_out(self, draft: Draft) -> None:
        """The orders that the draft's times have."""
        blocks = self.blocks
        rank = {i: k for k, i in enumerate(self.tables.order)}
        ends = [start + self.duration[i] for i, start in enumerate(draft.starts)]
        active = [b for i, m in enumerate(self.mode) for b in blocks.opens[i][m]]
        active.sort(key=lambda b: (draft.starts[blocks.first[b]], ends[blocks.last[b]], rank[blocks.first[b]], b))
        sequences: list[list[int]] = [[] for _ in self.sequence]
        free = [0.0] * len(sequences)
        for b in active:
            begin = draft.starts[blocks.first[b]]
            slot = max((s for s in blocks.slots[b] if not sequences[s] or free[s] <= begin), key=lambda s: (free[s], -s))
            sequences[slot].append(b)
            free[slot] = ends[blocks.last[b]]
        self.arrange(Arrangement(draft.modes, tuple(map(tuple, sequences))))

    def weigh_due_times(self, horizon: float) -> None:
        """From now on an operation has a path of `horizon` minus its due time behind it, where that is above 0. So the objective
        is `horizon` plus what the latest one is late by, where that is more than the makespan."""
        due = [op.due for op in self.tables.problem.operations]
        self.due_tails = [0.0 if time is None else max(0.0, horizon - time) for time in due]

    # --- changing it ----------------------------------------------------------------------------------------------------

    def arrangement(self) -> Arrangement:
        return Arrangement(tuple(self.mode), tuple(map(tuple, self.sequence)))

    def arrange(self, chosen: Arrangement) -> None:
        blocks = self.blocks
        self.mode = list(chosen.modes)
        self.duration = [self.tables.durations[i][m] for i, m in enumerate(self.mode)]
        self.closes = [[] for _ in self.mode]
        self.sequence = [list(row) for row in chosen.sequences]
        for slot, row in enumerate(self.sequence):
            for before, b, after in zip([NONE, *row], row, [*row[1:], NONE], strict=False):
                self.closes[blocks.last[b]].append(b)
                self.slot[b], self.previous[b], self.following[b] = slot, before, after

    def apply(self, move: Move) -> Move:
        """Returns the move that takes it back."""
        if move.leader == NONE:
            return Move(self._replace([place[0] for place in move.places], move.places))
        group, before = self.tables.group[move.leader], self.mode[move.leader]
        taken = [b for i in group for b in self.blocks.opens[i][before]]
        for i in group:
            self.mode[i] = move.mode
            self.duration[i] = self.tables.durations[i][move.mode]
        return Move(self._replace(taken, move.places), move.leader, before)

    def _replace(self, taken: Sequence[int], places: Iterable[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
        back = []
        for b in taken:
            back.append((b, self.slot[b], self.previous[b]))
            self._remove(b)
        for b, slot, behind in places:
            self._insert(b, slot, behind)
        return tuple(reversed(back))

    def _remove(self, b: int) -> None:
        before, after, slot = self.previous[b], self.following[b], self.slot[b]
        self.sequence[slot].remove(b)
        self.closes[self.blocks.last[b]].remove(b)
        if before != NONE:
            self.following[before] = after
        if after != NONE:
            self.previous[after] = before
        self.slot[b] = self.previous[b] = self.following[b] = NONE

    def _insert(self, b: int, slot: int, behind: int) -> None:
        row = self.sequence[slot]
        k = row.index(behind) + 1 if behind != NONE else 0
        after = row[k] if k < len(row) else NONE
        row.insert(k, b)
        self.closes[self.blocks.last[b]].append(b)
        self.slot[b], self.previous[b], self.following[b] = slot, behind, after
        if behind != NONE:
            self.following[behind] = b
        if after != NONE:
            self.previous[after] = b

    # --- longest paths --------------------------------------------------------------------------------------------------

    def evaluate(self) -> bool:
        """False where the orders make a cycle; heads and rests are then of no use."""
        if not self._heads():
            return False
        self._rests()
        return True

    def _heads(self) -> bool:
        blocks, following, duration = self.blocks, self.following, self.duration
        first, enters, way, closes, behind = blocks.first, blocks.enters, blocks.way, self.closes, self.tables.behind
        waits, head = self._waits.copy(), self._releases.copy()
        cause = [NONE] * len(head)
        for slot, row in enumerate(self.sequence):
            if row:
                i = first[row[0]]
                head[i] = max(head[i], blocks.start_way[slot][enters[row[0]]])
                for b in row[1:]:
                    waits[first[b]] += 1
        order = [i for i, n in enumerate(waits) if n == 0]
        for i in order:
            end = head[i] + duration[i]
            for j, lag in behind[i]:
                time = end + lag
                if time > head[j]:
                    head[j], cause[j] = time, NONE - 1 - i
                waits[j] -= 1
                if not waits[j]:
                    order.append(j)
            for b in closes[i]:
                a = following[b]
                if a >= 0:
                    j = first[a]
                    time = end + way[b][enters[a]]
                    if time > head[j]:
                        head[j], cause[j] = time, b
                    waits[j] -= 1
                    if not waits[j]:
                        order.append(j)
        self.head, self.cause, self.order = head, cause, order
        return len(order) == len(head)

    def _rests(self) -> None:
        blocks, following, duration = self.blocks, self.following, self.duration
        first, enters, way, closes, behind = blocks.first, blocks.enters, blocks.way, self.closes, self.tables.behind
        rest = self.due_tails.copy()
        head = self.head
        objective = 0.0
        for i in reversed(self.order):
            tail = rest[i]
            for j, lag in behind[i]:
                path = lag + rest[j]
                if path > tail:
                    tail = path
            for b in closes[i]:
                a = following[b]
                if a >= 0:
                    path = way[b][enters[a]] + rest[first[a]]
                    if path > tail:
                        tail = path
            tail += duration[i]
            rest[i] = tail
            if head[i] + tail > objective:
                objective = head[i] + tail
        self.rest, self.objective = rest, objective
