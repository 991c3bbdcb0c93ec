"""What stands before and behind a block in the graph, with and without its slot: the parts that estimates are made of."""

from __future__ import annotations

import math
from collections.abc import Container

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
    last = graph.blocks.last[before]
    soonest, behind = soonest_behind(graph, b, taken)
    return graph.head[last] < soonest and last not in behind


def may_be_before(graph: Graph, b: int, after: int, taken: Container[int]) -> bool:
    """The same for b before block `after`: no path from the first operation of `after` to b's last one."""
    first = graph.blocks.first[after]
    latest, ahead = latest_before(graph, b, taken)
    return graph.head[first] + graph.duration[first] > latest and first not in ahead


def soonest_behind(graph: Graph, b: int, taken: Container[int]) -> tuple[float, list[int]]:
    """Where the paths from b's first operation go on, without block b and the taken ones, and when the first of these ends."""
    head, duration, following, first = graph.head, graph.duration, graph.following, graph.blocks.first
    i = first[b]
    found = [j for j, _ in graph.tables.behind[i]]
    for other in graph.closes[i]:
        after = following[other]
        if after >= 0 and other != b and other not in taken:
            found.append(first[after])
    soonest = math.inf
    for j in found:
        end = head[j] + duration[j]
        if end < soonest:
            soonest = end
    return soonest, found


def latest_before(graph: Graph, b: int, taken: Container[int]) -> tuple[float, list[int]]:
    """Where the paths to b's last operation come from, and when the last of these starts."""
    head, previous, last = graph.head, graph.previous, graph.blocks.last
    i = last[b]
    found = [j for j, _ in graph.tables.before[i]]
    for other in graph.blocks.opens[i][graph.mode[i]]:
        before = previous[other]
        if before >= 0 and other != b and other not in taken:
            found.append(last[before])
    latest = -math.inf
    for j in found:
        if head[j] > latest:
            latest = head[j]
    return latest, found
