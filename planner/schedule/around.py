"""What stands before and behind a block in the graph, with and without its slot: the parts that estimates are made of."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator

from planner.schedule.graph import NONE, Graph


def head_without(graph: Graph, b: int, taken: Container[int] = ()) -> float:
    """The longest path to the start of block b that comes through no slot of b nor of the blocks `taken`."""
    blocks, tables, duration, head = graph.blocks, graph.tables, graph.duration, graph.head
    i = blocks.first[b]
    time = tables.problem.operations[i].release
    for j, lag in tables.before[i]:
        path = head[j] + duration[j] + lag
        if path > time:
            time = path
    for other in blocks.opens[i][graph.mode[i]]:
        if other != b and other not in taken:
            end, way = before_slot(graph, other)
            time = max(time, end + way[blocks.enters[other]])
    return time


def tail_without(graph: Graph, b: int, taken: Container[int] = ()) -> float:
    """The longest path from the end of block b that goes through no slot of b nor of the blocks `taken`."""
    blocks, rest = graph.blocks, graph.rest
    i = blocks.last[b]
    tail = graph.due_tails[i]
    for j, lag in graph.tables.behind[i]:
        path = lag + rest[j]
        if path > tail:
            tail = path
    for other in graph.closes[i]:
        if other != b and other not in taken:
            path, enter = after_slot(graph, other)
            tail = max(tail, path + blocks.way[other][enter])
    return tail


def before_slot(graph: Graph, b: int) -> tuple[float, tuple[float, ...]]:
    """When what comes before b on its slot ends, and the travel from there."""
    before = graph.previous[b]
    return (0.0, graph.blocks.start_way[graph.slot[b]]) if before == NONE else departure(graph, before)


def departure(graph: Graph, b: int) -> tuple[float, tuple[float, ...]]:
    i = graph.blocks.last[b]
    return graph.head[i] + graph.duration[i], graph.blocks.way[b]


def after_slot(graph: Graph, b: int) -> tuple[float, int]:
    """The longest path from the start of what comes behind b on its slot, and where that enters."""
    after = graph.following[b]
    return (-math.inf, 0) if after == NONE else arrival(graph, after)


def arrival(graph: Graph, b: int) -> tuple[float, int]:
    return graph.rest[graph.blocks.first[b]], graph.blocks.enters[b]


def may_be_behind(graph: Graph, b: int, before: int, taken: Container[int]) -> bool:
    """Whether block b could stand behind block `before`: whether no path leads from b's first operation to the last of `before`
    but through b's own slot. A path takes at least as long as what it begins with, so times rule most of them out; where they do
    not, this says no, also where it is wrong."""
    head, duration, last = graph.head, graph.duration, graph.blocks.last[before]
    start = head[last]
    return not any(start >= head[j] + duration[j] or j == last for j in _behind(graph, graph.blocks.first[b], b, taken))


def may_be_before(graph: Graph, b: int, after: int, taken: Container[int]) -> bool:
    """The same for b before block `after`: no path from the first operation of `after` to b's last one."""
    head, first = graph.head, graph.blocks.first[after]
    end = head[first] + graph.duration[first]
    return not any(head[j] >= end or j == first for j in _before(graph, graph.blocks.last[b], b, taken))


def _behind(graph: Graph, i: int, b: int, taken: Container[int]) -> Iterator[int]:
    """Where the paths from operation i go on, without block b and the taken ones."""
    for j, _ in graph.tables.behind[i]:
        yield j
    for other in graph.closes[i]:
        after = graph.following[other]
        if after != NONE and other != b and other not in taken:
            yield graph.blocks.first[after]


def _before(graph: Graph, i: int, b: int, taken: Container[int]) -> Iterator[int]:
    for j, _ in graph.tables.before[i]:
        yield j
    for other in graph.blocks.opens[i][graph.mode[i]]:
        before = graph.previous[other]
        if before != NONE and other != b and other not in taken:
            yield graph.blocks.last[before]
