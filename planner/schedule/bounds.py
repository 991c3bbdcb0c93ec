"""A makespan that no schedule of the problem beats: the longest chain, and the load of each resource with heads and tails.

For one resource of capacity 1 this is Jackson's preemptive schedule (Jackson 1955; Carlier, "The one-machine sequencing problem",
1982): of the uses that are ready, the one with the longest tail runs, and a longer tail that becomes ready interrupts it. Travel
is relaxed to the least way on: a use with span p and tail q that has at least t of travel behind it counts as p + t and q - t,
for what comes next cannot begin before, and where nothing comes the sum is what it was.

For several units, of one resource or of resources that can replace each other, the load is shared evenly: m units have m first
uses and m last ones, so they take the m least heads, all loads and the m least tails together, over m.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.schedule.tables import Occupation, Tables


@dataclass(frozen=True, slots=True)
class _Work:
    """The least that one operation costs a set of resources: nothing before `head`, `load` on `units` of them, `tail` after."""

    head: float
    load: float
    tail: float
    units: int


def lower_bound(tables: Tables) -> float:
    chain = max((tables.head[i] + min(row) + tables.tail[i] for i, row in enumerate(tables.durations)), default=0.0)
    return max([chain, *(_set_bound(tables, resources) for resources in _sets(tables))])


def _sets(tables: Tables) -> list[tuple[int, ...]]:
    """Each resource alone, and those that replace each other as the modes of some operation have it."""
    found = {(r,): None for r in range(len(tables.problem.resources))}
    for rows in tables.uses:
        if len(rows) > 1 and len({len(row) for row in rows}) == 1:
            for instead in zip(*rows, strict=True):
                found[tuple(sorted({use.resource for use in instead}))] = None
    return list(found)


def _set_bound(tables: Tables, resources: tuple[int, ...]) -> float:
    works = _works(tables, resources)
    units = sum(tables.problem.resources[r].capacity for r in resources)
    if not works:
        return 0.0
    if units == 1:
        return preemptive([(work.head, work.load, work.tail) for work in works])
    heads = sorted(work.head for work in works for _ in range(min(work.units, units)))[:units]
    tails = sorted(work.tail for work in works for _ in range(min(work.units, units)))[:units]
    return (sum(heads) + sum(work.load for work in works) + sum(tails)) / units


def preemptive(works: Iterable[tuple[float, float, float]]) -> float:
    """The makespan of Jackson's preemptive schedule of (head, load, tail)."""
    coming = sorted(works)
    ready: list[tuple[float, float]] = []
    time, makespan, k = 0.0, 0.0, 0
    while k < len(coming) or ready:
        if not ready:
            time = max(time, coming[k][0])
        while k < len(coming) and coming[k][0] <= time:
            heapq.heappush(ready, (-coming[k][2], coming[k][1]))
            k += 1
        minus_tail, left = heapq.heappop(ready)
        until = coming[k][0] if k < len(coming) else math.inf
        if time + left <= until:
            time += left
            makespan = max(makespan, time - minus_tail)
        else:
            heapq.heappush(ready, (minus_tail, left - (until - time)))
            time = until
    return makespan


def _works(tables: Tables, resources: tuple[int, ...]) -> list[_Work]:
    """Of every operation that has no mode without one of the resources."""
    rows = [[[use for use in row if use.resource in resources] for row in modes] for modes in tables.uses]
    any_use = [use for modes in rows for row in modes for use in row]
    arrival = {r: _arrivals(tables, r, any_use) for r in resources}
    onward = {r: _onward(tables, r, any_use) for r in resources}
    return [_work(tables, modes, arrival, onward) for modes in rows if all(modes)]


def _work(
    tables: Tables, modes: list[list[Occupation]], arrival: dict[int, list[float]], onward: dict[int, list[float]]
) -> _Work:
    uses = [use for row in modes for use in row]
    return _Work(
        min(max(tables.head[use.first], arrival[use.resource][use.enters]) for use in uses),
        min(sum((use.span + onward[use.resource][use.leaves]) * use.amount for use in row) for row in modes),
        min(tables.tail[use.last] - onward[use.resource][use.leaves] for use in uses),
        min(sum(use.amount for use in row) for row in modes),
    )


def _onward(tables: Tables, r: int, uses: Sequence[Occupation]) -> list[float]:
    """By location, the least travel from there to any use of r."""
    enters = {use.enters for use in uses if use.resource == r}
    return [min((row[b] for b in enters), default=0.0) for row in tables.travel[r]]


def _arrivals(tables: Tables, r: int, uses: Sequence[Occupation]) -> list[float]:
    """By location, the first time at which r can be there: straight from its start, or after some other use."""
    travel, start = tables.travel[r], tables.problem.resources[r].start
    left: dict[int, float] = {}
    for use in uses:
        if use.resource == r:
            left[use.leaves] = min(left.get(use.leaves, math.inf), tables.head[use.first] + use.span)
    return [min([travel[start][b], *(time + travel[a][b] for a, time in left.items())]) for b in range(len(travel))]
