"""Where else a block could stand: places in the order of a slot, the shortest longest path first."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from planner.schedule.around import head_without, latest_before, soonest_behind, tail_without
from planner.schedule.graph import NONE, Graph

BEFORE, BEHIND = 5, 8
"""How many places are looked at, to both sides of where the block could start if its slot were free."""


Place = tuple[float, int, int]
"""(estimate, slot, behind): on `slot` behind block `behind`, NONE for its front; `estimate` is the longest path through the block
there. Made by the dozen at each step, so a bare tuple."""


def best_places(graph: Graph, b: int, taken: frozenset[int], duration: float) -> list[Place]:
    """For block b of a graph from which the blocks `taken`, maybe b among them, are gone; its first operation takes
    `duration`."""
    blocks, heads, durations, rests = graph.blocks, graph.head, graph.duration, graph.rest
    enters, way = blocks.enters, blocks.way[b]
    head, tail = head_without(graph, b, taken), tail_without(graph, b, taken)
    soonest, behind = soonest_behind(graph, b, taken)
    latest, ahead = latest_before(graph, b, taken)
    span = duration if blocks.first[b] == blocks.last[b] else blocks.span[b]
    found: list[Place] = []
    for slot in blocks.slots[b]:
        for before, after in _gaps(graph, slot, taken, head):
            start, path = head, tail
            if before == NONE:
                time = blocks.start_way[slot][enters[b]]
            else:
                i = blocks.last[before]
                if heads[i] >= soonest or i in behind:
                    continue
                time = heads[i] + durations[i] + blocks.way[before][enters[b]]
            if time > start:
                start = time
            if after != NONE:
                j = blocks.first[after]
                if heads[j] + durations[j] <= latest or j in ahead:
                    continue
                rest = way[enters[after]] + rests[j]
                if rest > path:
                    path = rest
            found.append((start + span + path, slot, before))
    found.sort(key=_estimate)
    return found


_estimate = itemgetter(0)


def _gaps(graph: Graph, slot: int, taken: frozenset[int], head: float) -> Iterable[tuple[int, int]]:
    """Neighbours on the slot once the taken ones are gone, around the time `head`."""
    heads, first, row = graph.head, graph.blocks.first, graph.sequence[slot]
    k, end = 0, len(row)
    while k < end:
        middle = (k + end) // 2
        if heads[first[row[middle]]] < head:
            k = middle + 1
        else:
            end = middle
    low, high = max(0, k - BEFORE), min(len(row), k + BEHIND)
    near = [x for x in row[low:high] if x not in taken]
    front = next((x for x in reversed(row[:low]) if x not in taken), NONE) if low else NONE
    back = next((x for x in row[high:] if x not in taken), NONE)
    return zip([front, *near], [*near, back], strict=True)
