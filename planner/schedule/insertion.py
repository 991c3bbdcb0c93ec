"""Where else a block could stand: places in the order of a slot, the shortest longest path first."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from planner.schedule.around import arrival, departure, head_without, may_be_before, may_be_behind, tail_without
from planner.schedule.graph import NONE, Graph

BEFORE, BEHIND = 5, 8
"""How many places are looked at, to both sides of where the block could start if its slot were free."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind block `behind` on `slot`, NONE for its front. `estimate` is the longest path through the block there."""

    estimate: float
    slot: int
    behind: int


def best_places(graph: Graph, b: int, taken: frozenset[int], duration: float) -> list[Place]:
    """For block b of a graph from which the blocks `taken`, maybe b among them, are gone; its first operation takes
    `duration`."""
    blocks = graph.blocks
    first, last = blocks.first[b], blocks.last[b]
    head, tail = head_without(graph, b, taken), tail_without(graph, b, taken)
    span = duration if first == last else blocks.span[b]
    found = []
    for slot in blocks.slots[b]:
        for before, after in _gaps(graph, slot, taken, head):
            if before != NONE and not may_be_behind(graph, b, before, taken):
                continue
            if after != NONE and not may_be_before(graph, b, after, taken):
                continue
            end, way = (0.0, blocks.start_way[slot]) if before == NONE else departure(graph, before)
            rest, enter = (-math.inf, 0) if after == NONE else arrival(graph, after)
            start = max(head, end + way[blocks.enters[b]])
            found.append(Place(start + span + max(tail, blocks.way[b][enter] + rest), slot, before))
    found.sort(key=lambda place: place.estimate)
    return found


def _gaps(graph: Graph, slot: int, taken: frozenset[int], head: float) -> Iterable[tuple[int, int]]:
    """Neighbours on the slot once the taken ones are gone, around the time `head`."""
    heads, first, row = graph.head, graph.blocks.first, graph.sequence[slot]
    k = bisect_left(row, head, key=lambda x: heads[first[x]])
    low, high = max(0, k - BEFORE), min(len(row), k + BEHIND)
    near = [x for x in row[low:high] if x not in taken]
    front = next((x for x in reversed(row[:low]) if x not in taken), NONE) if low else NONE
    back = next((x for x in row[high:] if x not in taken), NONE)
    return zip([front, *near], [*near, back], strict=True)
