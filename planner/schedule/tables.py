"""A problem as the search looks things up in it: neighbours, occupations with their least lengths, least heads and tails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.schedule.clusters import find_clusters
from planner.schedule.problem import Problem, Use
from planner.schedule.schedule import NoSchedule
from planner.schedule.well_formed import BadProblem, require_well_formed

Neighbours = tuple[tuple[tuple[int, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Occupation:
    """A use by operation `first` in one of its modes, until the end of `last`. `span` is the least time that it takes."""

    first: int
    last: int
    resource: int
    amount: int
    enters: int
    leaves: int
    span: float


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """`before[i]` and `behind[i]` are (operation, lag) pairs; `order` is topological. `uses[i][m]` are the occupations that begin
    with operation i in mode m. `leader[i]` is the operation whose mode i takes, maybe itself, and `group[i]` are those that take
    i's. `clusters` come in an order in which none waits for a later one. `head[i]` is the least time before i starts, `tail[i]`
    the least after it ends, by precedences and releases alone."""

    problem: Problem
    before: Neighbours
    behind: Neighbours
    order: tuple[int, ...]
    durations: tuple[tuple[float, ...], ...]
    uses: tuple[tuple[tuple[Occupation, ...], ...], ...]
    leader: tuple[int, ...]
    group: tuple[tuple[int, ...], ...]
    clusters: tuple[tuple[int, ...], ...]
    cluster_of: tuple[int, ...]
    travel: tuple[tuple[tuple[float, ...], ...], ...]
    head: tuple[float, ...]
    tail: tuple[float, ...]


def tabulate(problem: Problem) -> Tables | NoSchedule:
    """Raises BadProblem."""
    require_well_formed(problem)
    before, behind = _neighbours(problem)
    order = _topological(before, behind)
    if len(order) < len(before):
        return NoSchedule("cycle", _cycle(before, set(range(len(before))).difference(order)))
    durations = tuple(tuple(mode.duration for mode in op.modes) for op in problem.operations)
    least = [min(row) for row in durations]
    clusters = find_clusters(problem, order)
    cluster_of = _positions(clusters, len(before))
    leader = tuple(i if op.follows is None else op.follows for i, op in enumerate(problem.operations))
    return Tables(
        problem, before, behind, order, durations,
        _all_uses(problem, behind, least, clusters, cluster_of),
        leader, _groups(leader), clusters, cluster_of,
        tuple(resource.travel or ((0.0,),) for resource in problem.resources),
        _heads(problem, before, order, least), _tails(behind, order, least),
    )  # fmt: skip


def _neighbours(problem: Problem) -> tuple[Neighbours, Neighbours]:
    before: list[dict[int, float]] = [{} for _ in problem.operations]
    behind: list[dict[int, float]] = [{} for _ in problem.operations]
    for p in problem.precedences:
        lag = max(p.lag, before[p.after].get(p.before, 0.0))
        before[p.after][p.before] = behind[p.before][p.after] = lag
    return tuple(tuple(row.items()) for row in before), tuple(tuple(row.items()) for row in behind)


def _topological(before: Neighbours, behind: Neighbours) -> tuple[int, ...]:
    """Shorter than there are operations where they wait for each other."""
    waits = [len(row) for row in before]
    order = [i for i, n in enumerate(waits) if n == 0]
    for i in order:
        for j, _ in behind[i]:
            waits[j] -= 1
            if waits[j] == 0:
                order.append(j)
    return tuple(order)


def _cycle(before: Neighbours, left: set[int]) -> tuple[int, ...]:
    """One cycle among those that are left over: each of them waits for another of them."""
    path = [min(left)]
    seen: dict[int, int] = {}
    while path[-1] not in seen:
        seen[path[-1]] = len(path) - 1
        path.append(next(j for j, _ in before[path[-1]] if j in left))
    return tuple(reversed(path[seen[path[-1]] : -1]))


def _positions(clusters: Sequence[Sequence[int]], count: int) -> tuple[int, ...]:
    cluster_of = [0] * count
    for k, members in enumerate(clusters):
        for i in members:
            cluster_of[i] = k
    return tuple(cluster_of)


def _groups(leader: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    group: list[list[int]] = [[] for _ in leader]
    for i, first in enumerate(leader):
        group[first].append(i)
    return tuple(map(tuple, group))


def _heads(problem: Problem, before: Neighbours, order: Sequence[int], least: Sequence[float]) -> tuple[float, ...]:
    head = [op.release for op in problem.operations]
    for i in order:
        head[i] = max([head[i], *(head[j] + least[j] + lag for j, lag in before[i])])
    return tuple(head)


def _tails(behind: Neighbours, order: Sequence[int], least: Sequence[float]) -> tuple[float, ...]:
    tail = [0.0] * len(order)
    for i in reversed(order):
        tail[i] = max((lag + least[j] + tail[j] for j, lag in behind[i]), default=0.0)
    return tuple(tail)


def _all_uses(
    problem: Problem, behind: Neighbours, least: Sequence[float], clusters: Sequence[Sequence[int]], cluster_of: Sequence[int]
) -> tuple[tuple[tuple[Occupation, ...], ...], ...]:
    rows = []
    for i, op in enumerate(problem.operations):
        holds = any(use.until is not None for mode in op.modes for use in mode.uses)
        reached = _longest_paths(behind, least, clusters[cluster_of[i]], i) if holds else {}
        rows.append(tuple(_occupations(i, op.modes[m].duration, op.modes[m].uses, least, reached) for m in range(len(op.modes))))
    return tuple(rows)


def _occupations(
    i: int, duration: float, uses: Sequence[Use], least: Sequence[float], reached: dict[int, float]
) -> tuple[Occupation, ...]:
    found = []
    for use in uses:
        last = i if use.until is None else use.until
        if last != i and last not in reached:
            raise BadProblem(f"operation {i} holds resource {use.resource} until {last}, which does not wait for it")
        span = duration if last == i else duration - least[i] + reached[last]
        found.append(Occupation(i, last, use.resource, use.amount, use.enters, use.leaves, span))
    return tuple(found)


def _longest_paths(behind: Neighbours, least: Sequence[float], members: Sequence[int], root: int) -> dict[int, float]:
    """The least time from the start of `root` to the end of each operation of its cluster that waits for it."""
    reached = {root: least[root]}
    for i in members[members.index(root) :]:
        if i in reached:
            for j, lag in behind[i]:
                reached[j] = max(reached.get(j, 0.0), reached[i] + lag + least[j])
    return reached
