"""Blocks of one run of the longest path in another order, and about how long the longest path is then."""

from __future__ import annotations

from collections.abc import Sequence

from planner.schedule.around import after_slot, before_slot, departure, head_without, may_be_before, may_be_behind, tail_without
from planner.schedule.graph import Graph


def shifts(graph: Graph, run: Sequence[int]) -> list[tuple[float, int, int]]:
    """(estimate, from, to) by position in the run."""
    pairs = _pairs(len(run) - 1, every=len(graph.blocks.way[run[0]]) > 1)
    left = [(at, to) for at, to in pairs if _is_free(graph, run, at, to)]
    return _estimates(graph, run, left) if left else []


def _is_free(graph: Graph, run: Sequence[int], at: int, to: int) -> bool:
    """Whether no path leads around from what is moved to the furthest that it passes. What is held is pulled forward, not pushed
    back, where that is the same."""
    if at < to and (to > at + 1 or graph.blocks.first[run[at]] == graph.blocks.last[run[at]]):
        return may_be_behind(graph, run[at], run[to], ())
    return may_be_before(graph, run[max(at, to)], run[min(at, to)], ())


def _pairs(end: int, every: bool) -> list[tuple[int, int]]:
    """`every`: also neighbours in the middle. A step of one is the same in both directions and counts once."""
    found = [(k, end) for k in range(end)] + [(k, 0) for k in range(2, end + 1)]
    found += [(0, k) for k in range(1, end)] + [(end, k) for k in range(1, end - 1)]
    if every:
        found += [(k, k + 1) for k in range(1, end - 1)]
    return found


def _estimates(graph: Graph, run: Sequence[int], pairs: Sequence[tuple[int, int]]) -> list[tuple[float, int, int]]:
    blocks = graph.blocks
    enters, ways, span = [blocks.enters[b] for b in run], [blocks.way[b] for b in run], [blocks.span[b] for b in run]
    heads, tails = [head_without(graph, b) for b in run], [tail_without(graph, b) for b in run]
    leaving = [before_slot(graph, run[0]), *(departure(graph, b) for b in run)]
    rests = [graph.rest[blocks.first[b]] for b in run]
    coming = [*zip(rests[1:], enters[1:], strict=True), after_slot(graph, run[-1])]
    found = []
    for at, to in pairs:
        row = [*range(at + 1, to + 1), at] if at < to else [at, *range(to, at)]
        time, way = leaving[min(at, to)]
        begins = []
        for k in row:
            time = max(heads[k], time + way[enters[k]])
            begins.append(time)
            time += span[k]
            way = ways[k]
        rest, enter = coming[max(at, to)]
        longest = 0.0
        for k, begin in zip(reversed(row), reversed(begins), strict=True):
            rest = max(tails[k], ways[k][enter] + rest) + span[k]
            enter = enters[k]
            if begin + rest > longest:
                longest = begin + rest
        found.append((longest, at, to))
    return found
