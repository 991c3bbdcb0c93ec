"""Clusters: the smallest sets of operations that are tied together, in an order in which none waits for a later one.

Operations are tied by what is held from one to another, with everything that must happen in between, and by following each
other's mode. Once all of a cluster is done it holds nothing. So clusters can be put into a schedule one after another, and none
of them ever waits for one that is not there yet: this is why serial generation always ends in a valid schedule.

Clusters are the strongly connected components of the precedences with a way back along each hold and both ways along each
following (Tarjan, "Depth-first search and linear graph algorithms", 1972).
"""

from __future__ import annotations

from collections.abc import Sequence

from planner.schedule.problem import Problem


def find_clusters(problem: Problem, order: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Of operations in the topological `order`; each cluster keeps that order. A cluster comes after those that it waits for, and
    before others as far as its first operation does."""
    rank = {i: k for k, i in enumerate(order)}
    return tuple(tuple(sorted(found, key=rank.__getitem__)) for found in _components(_ties(problem), order))


def _ties(problem: Problem) -> list[list[int]]:
    """Arcs from each operation to those that it needs to be there before or together with it."""
    needs: list[list[int]] = [[] for _ in problem.operations]
    for p in problem.precedences:
        needs[p.after].append(p.before)
    for i, operation in enumerate(problem.operations):
        for until in {use.until: None for mode in operation.modes for use in mode.uses if use.until is not None}:
            needs[i].append(until)
            needs[until].append(i)
        if operation.follows is not None:
            needs[i].append(operation.follows)
            needs[operation.follows].append(i)
    return needs


def _components(needs: list[list[int]], order: Sequence[int]) -> list[list[int]]:
    """Tarjan's algorithm without recursion; what a component needs comes before it."""
    index, low = [-1] * len(needs), [0] * len(needs)
    is_open, path = [False] * len(needs), list[int]()
    found: list[list[int]] = []
    reached = 0
    for root in order:
        if index[root] >= 0:
            continue
        calls = [(root, 0)]
        while calls:
            i, k = calls.pop()
            if index[i] < 0:
                index[i] = low[i] = reached
                reached += 1
                path.append(i)
                is_open[i] = True
            for at in range(k, len(needs[i])):
                j = needs[i][at]
                if index[j] < 0:
                    calls += [(i, at), (j, 0)]
                    break
                if is_open[j]:
                    low[i] = min(low[i], low[j])
            else:
                if low[i] == index[i]:
                    found.append(_closed(path, is_open, i))
    return found


def _closed(path: list[int], is_open: list[bool], root: int) -> list[int]:
    component: list[int] = []
    while not component or component[-1] != root:
        component.append(path.pop())
        is_open[component[-1]] = False
    return component
