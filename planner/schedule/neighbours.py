"""What moves could make the longest path shorter, and about how long it would be then.

Inside a run: a block to its front or end, and the first or the last one into it (N6: Balas and Vazacopoulos, "Guided local search
with shifting bottleneck for job shop scheduling", 1998; its smallest moves are N5 of Nowicki and Smutnicki, "A fast taboo search
algorithm for the job shop problem", 1996). Elsewhere: an operation of the path in another mode, on another unit or, where travel
counts, at another place of the same order (after Mastrolilli and Gambardella, "Effective neighbourhood functions for the flexible
job shop problem", 2000).

The estimate is the longest path through what is moved and what it passes, with everything before and behind as it was. Moves that
plainly make a cycle are left out; of the others who applies them hears from `evaluate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from planner.schedule.critical import Critical
from planner.schedule.graph import Graph, Move
from planner.schedule.insertion import best_places
from planner.schedule.run_shifts import shifts

PLACES = 3
"""How many places elsewhere are offered for one block in one mode."""


class Neighbour(NamedTuple):
    """`estimate` is of the longest path after the move."""

    estimate: float
    move: Move


def neighbours(graph: Graph, critical: Critical, operations: Iterable[int]) -> list[Neighbour]:
    """`operations` are those of the path that are looked at for a place elsewhere."""
    found = [_shifted(graph, run, at, to, estimate) for run in critical.runs for estimate, at, to in shifts(graph, run)]
    for i in operations:
        found += _to_other_places(graph, i)
        if len(graph.tables.durations[i]) > 1:
            found += _in_other_modes(graph, i)
    return found


def _shifted(graph: Graph, run: Sequence[int], at: int, to: int, estimate: float) -> Neighbour:
    behind = run[to] if at < to else graph.previous[run[to]]
    return Neighbour(estimate, Move(((run[at], graph.slot[run[at]], behind),)))


def _to_other_places(graph: Graph, i: int) -> Iterator[Neighbour]:
    """In the same mode: blocks that travel or that have several units to choose from."""
    blocks = graph.blocks
    for b in blocks.opens[i][graph.mode[i]]:
        if len(blocks.slots[b]) > 1 or len(blocks.way[b]) > 1:
            for estimate, slot, behind in best_places(graph, b, frozenset((b,)), graph.duration[i])[:PLACES]:
                if slot != graph.slot[b] or behind != graph.previous[b]:
                    yield Neighbour(estimate, Move(((b, slot, behind),)))


def _in_other_modes(graph: Graph, i: int) -> Iterator[Neighbour]:
    leader = graph.tables.leader[i]
    old = graph.mode[leader]
    for mode in range(len(graph.tables.durations[leader])):
        if mode != old:
            for estimate, places in _group_places(graph, leader, mode):
                yield Neighbour(estimate, Move(places, leader, mode))


def _group_places(graph: Graph, leader: int, mode: int) -> list[tuple[float, tuple[tuple[int, int, int], ...]]]:
    """For one block alone the best places one by one; for several, each at its best. Those that come later are put first, so that
    of two behind the same block the earlier one is in front."""
    blocks, group = graph.blocks, graph.tables.group[leader]
    taken = frozenset(b for i in group for b in blocks.opens[i][graph.mode[i]])
    found = [(b, best_places(graph, b, taken, graph.tables.durations[i][mode])) for i in group for b in blocks.opens[i][mode]]
    if not all(places for _, places in found):
        return []
    if len(found) == 1:
        b, places = found[0]
        return [(estimate, ((b, slot, behind),)) for estimate, slot, behind in places[:PLACES]]
    estimate = max((places[0][0] for _, places in found), default=0.0)
    found.sort(key=lambda x: graph.head[blocks.first[x[0]]], reverse=True)
    return [(estimate, tuple((b, *places[0][1:]) for b, places in found))]
