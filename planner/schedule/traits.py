"""What a move brings about and does away with, so that a search can forbid to bring it back."""

from __future__ import annotations

from planner.schedule.graph import NONE, Graph, Move

Trait = tuple[int, int]
"""Block before block; or -1 - block with its slot; or -1 - leader with -1 - mode."""


def made(graph: Graph, move: Move) -> list[Trait]:
    """By a move that is not made yet."""
    if move.leader != NONE:
        return [(NONE - move.leader, NONE - move.mode)]
    b, slot, behind = move.places[0]
    if slot != graph.slot[b]:
        return [(NONE - b, slot)]
    passed, is_later = _passed(graph, b, behind)
    return [(x, b) for x in passed] if is_later else [(b, x) for x in passed]


def ended(graph: Graph, move: Move) -> list[Trait]:
    """By a move that is not made yet."""
    if move.leader != NONE:
        return [(NONE - move.leader, NONE - graph.mode[move.leader])]
    b, slot, behind = move.places[0]
    if slot != graph.slot[b]:
        return [(NONE - b, graph.slot[b])]
    passed, is_later = _passed(graph, b, behind)
    return [(b, x) for x in passed] if is_later else [(x, b) for x in passed]


def _passed(graph: Graph, b: int, behind: int) -> tuple[list[int], bool]:
    """The blocks that b passes on its slot, and whether it comes later than before."""
    row = graph.sequence[graph.slot[b]]
    at, to = row.index(b), row.index(behind) + 1 if behind != NONE else 0
    return (row[at + 1 : to], True) if at < to else (row[to:at], False)
