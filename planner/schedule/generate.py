"""Serial schedule generation: cluster by cluster, each at the earliest times that what is already there leaves free (Kolisch,
"Serial and parallel resource-constrained project scheduling methods revisited", 1996)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from planner.schedule.placing import Placed, place
from planner.schedule.problem import Resource
from planner.schedule.schedule import NoSchedule
from planner.schedule.tables import Occupation, Tables
from planner.schedule.timeline import Line, Profile, Timeline
from planner.schedule.unlock import Locked, order_within


@dataclass(frozen=True, slots=True)
class Wish:
    """`rank[k]`: clusters that could be next are taken smallest rank first. `mode[i]` is the mode that operation i had best take;
    `tries`: take another one where the cluster ends earlier with it."""

    rank: Sequence[float]
    mode: Sequence[int]
    tries: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """Modes and start times of all operations: a valid schedule."""

    modes: tuple[int, ...]
    starts: tuple[float, ...]


COMBINATIONS = 256
"""How many combinations of modes of one cluster are tried before it is given up."""


class Generator:
    """Makes schedules of one problem. Remembers in which order each cluster can begin, which does not depend on the schedule."""

    __slots__ = ("_orders", "_shapes", "_tables", "_waiting")

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._orders: dict[tuple[int, tuple[int, ...]], tuple[int, ...] | Locked] = {}
        self._shapes = _shapes(tables)
        self._waiting = _cluster_precedences(tables)

    def generate(self, wish: Wish) -> Draft | NoSchedule:
        tables = self._tables
        lines = [shape() for shape in self._shapes]
        starts, modes = [0.0] * len(tables.before), [0] * len(tables.before)
        ends = [0.0] * len(tables.before)
        for k in self._by_rank(wish.rank):
            placed = self._best(k, wish, lines, ends)
            if isinstance(placed, NoSchedule):
                return placed
            for i, start in placed.starts.items():
                starts[i], modes[i] = start, placed.mode[i]
                ends[i] = start + tables.durations[i][modes[i]]
            for start, end, use in placed.taken:
                lines[use.resource].take(start, end, use)
        return Draft(tuple(modes), tuple(starts))

    def _by_rank(self, rank: Sequence[float]) -> Iterator[int]:
        needs, wanted = self._waiting
        left = [len(row) for row in needs]
        ready = [(rank[k], k) for k, n in enumerate(left) if n == 0]
        heapq.heapify(ready)
        while ready:
            _, k = heapq.heappop(ready)
            yield k
            for j in wanted[k]:
                left[j] -= 1
                if left[j] == 0:
                    heapq.heappush(ready, (rank[j], j))

    def _best(self, k: int, wish: Wish, lines: Sequence[Timeline], ends: Sequence[float]) -> Placed | NoSchedule:
        """With the modes wished for, or with others that end earlier, changed one leader at a time."""
        tables, members = self._tables, self._tables.clusters[k]
        mode = {i: wish.mode[tables.leader[i]] for i in members}
        best = self._put(k, mode, lines, ends)
        leaders = [i for i in members if tables.leader[i] == i and len(tables.durations[i]) > 1]
        if isinstance(best, Placed) and not wish.tries:
            return best
        for i in leaders:
            for m in range(len(tables.durations[i])):
                now = mode if not isinstance(best, Placed) else best.mode
                if m != now[i]:
                    tried = self._put(k, {**now, **dict.fromkeys(tables.group[i], m)}, lines, ends)
                    if isinstance(tried, Placed) and (not isinstance(best, Placed) or tried.end < best.end):
                        best = tried
        if isinstance(best, Placed) or not leaders:
            return best if isinstance(best, Placed) else NoSchedule(best, members)
        return self._any_modes(k, leaders, lines, ends)

    def _any_modes(self, k: int, leaders: Sequence[int], lines: Sequence[Timeline], ends: Sequence[float]) -> Placed | NoSchedule:
        """Neither the modes wished for nor any one change of them can be done: all combinations, up to a limit."""
        tables, members = self._tables, self._tables.clusters[k]
        found: set[Locked] = set()
        sizes = [len(tables.durations[i]) for i in leaders]
        combinations = math.prod(sizes)
        for number in range(min(combinations, COMBINATIONS)):
            mode, rest = dict.fromkeys(members, 0), number
            for i, size in zip(leaders, sizes, strict=True):
                mode |= dict.fromkeys(tables.group[i], rest % size)
                rest //= size
            tried = self._put(k, mode, lines, ends)
            if isinstance(tried, Placed):
                return tried
            found.add(tried)
        return NoSchedule("deadlock" if found == {"deadlock"} and combinations <= COMBINATIONS else "gave up", members)

    def _put(self, k: int, mode: dict[int, int], lines: Sequence[Timeline], ends: Sequence[float]) -> Placed | Locked:
        order = self._order(k, mode)
        return order if isinstance(order, str) else place(self._tables, order, mode, lines, ends)

    def _order(self, k: int, mode: dict[int, int]) -> tuple[int, ...] | Locked:
        members = self._tables.clusters[k]
        if len(members) == 1:
            return members
        key = (k, tuple(mode[i] for i in members))
        found = self._orders.get(key)
        if found is None:
            found = self._orders[key] = order_within(self._tables, members, mode)
        return found


def _shapes(tables: Tables) -> list[Callable[[], Timeline]]:
    """Makers of the empty timelines of all resources."""
    used: list[list[Occupation]] = [[] for _ in tables.problem.resources]
    for use in (use for rows in tables.uses for row in rows for use in row):
        used[use.resource].append(use)
    return [_shape(tables.problem.resources[r], tables.travel[r], row) for r, row in enumerate(used)]


def _shape(resource: Resource, travel: Sequence[Sequence[float]], used: Sequence[Occupation]) -> Callable[[], Timeline]:
    if resource.capacity > 1:
        return lambda: Profile(resource.capacity)
    shortest = min((use.span for use in used), default=0.0)
    enters, leaves = {use.enters for use in used}, {use.leaves for use in used}
    least_in = [min((travel[a][b] for a in leaves), default=0.0) for b in range(len(travel))]
    least_out = [min((travel[a][b] for b in enters), default=0.0) for a in range(len(travel))]
    return lambda: Line(travel, shortest, least_in, least_out, resource.start)


def _cluster_precedences(tables: Tables) -> tuple[list[set[int]], list[set[int]]]:
    """For each cluster those that it waits for, and those that wait for it."""
    needs: list[set[int]] = [set() for _ in tables.clusters]
    wanted: list[set[int]] = [set() for _ in tables.clusters]
    for i, row in enumerate(tables.before):
        k = tables.cluster_of[i]
        for j, _ in row:
            other = tables.cluster_of[j]
            if other != k:
                needs[k].add(other)
                wanted[other].add(k)
    return needs, wanted
