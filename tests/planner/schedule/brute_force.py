"""The shortest makespan of all, by trying every choice: modes, order of starts, units. For a handful of operations only.

Shares nothing with the scheduler: times come from raising starts until nothing is violated any more.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from planner.schedule.problem import Problem, Use

Arc = tuple[int, int, float]
"""`to` starts no earlier than the end of `from` and a time more."""


def shortest_makespan(problem: Problem) -> float | None:
    """None where there is no schedule."""
    best = math.inf
    for modes in _all_modes(problem):
        durations = [op.modes[m].duration for op, m in zip(problem.operations, modes, strict=True)]
        fixed = [(p.before, p.after, p.lag) for p in problem.precedences]
        for arrivals, arcs in _all_orders(problem, modes):
            best = min(best, _makespan(problem, durations, arrivals, fixed + arcs))
    return best if best < math.inf else None


def choice_count(problem: Problem) -> int:
    """At most so many combinations are tried."""
    per_resource = 1
    for r, resource in enumerate(problem.resources):
        users = sum(any(use.resource == r for mode in op.modes for use in mode.uses) for op in problem.operations)
        per_resource *= math.factorial(users) * resource.capacity**users
    return per_resource * math.prod(len(op.modes) for op in problem.operations)


def _all_modes(problem: Problem) -> Iterator[tuple[int, ...]]:
    for modes in itertools.product(*(range(len(op.modes)) for op in problem.operations)):
        if all(op.follows is None or modes[i] == modes[op.follows] for i, op in enumerate(problem.operations)):
            yield modes


def _all_orders(problem: Problem, modes: Sequence[int]) -> Iterator[tuple[list[tuple[int, float]], list[Arc]]]:
    """Arrivals (operation, time) and arcs of every order on every resource, each resource by itself."""
    per_resource = []
    for r, resource in enumerate(problem.resources):
        uses = [(i, use) for i, op in enumerate(problem.operations) for use in op.modes[modes[i]].uses if use.resource == r]
        choices = {}
        for order in itertools.permutations(uses):
            for units in itertools.product(*(itertools.combinations(range(resource.capacity), use.amount) for _, use in order)):
                lanes = [[x for x, mine in zip(order, units, strict=True) if unit in mine] for unit in range(resource.capacity)]
                choices[tuple(sorted(tuple(i for i, _ in lane) for lane in lanes))] = _lane_arcs(problem, r, lanes)
        per_resource.append(list(choices.values()))
    for combination in itertools.product(*per_resource):
        yield [a for arrivals, _ in combination for a in arrivals], [arc for _, arcs in combination for arc in arcs]


def _lane_arcs(problem: Problem, r: int, lanes: Sequence[Sequence[tuple[int, Use]]]) -> tuple[list[tuple[int, float]], list[Arc]]:
    travel, start = problem.resources[r].travel or ((0.0,),), problem.resources[r].start
    arrivals, arcs = [], []
    for lane in lanes:
        if lane:
            arrivals.append((lane[0][0], travel[start][lane[0][1].enters]))
        for (i, use), (j, then) in itertools.pairwise(lane):
            arcs.append((i if use.until is None else use.until, j, travel[use.leaves][then.enters]))
    return arrivals, arcs


def _makespan(problem: Problem, durations: Sequence[float], arrivals: Sequence[tuple[int, float]], arcs: Sequence[Arc]) -> float:
    starts = [op.release for op in problem.operations]
    for i, time in arrivals:
        starts[i] = max(starts[i], time)
    for _ in range(len(starts) + 1):
        before = list(starts)
        for i, j, lag in arcs:
            starts[j] = max(starts[j], starts[i] + durations[i] + lag)
        if starts == before:
            return max((s + d for s, d in zip(starts, durations, strict=True)), default=0.0)
    return math.inf
