"""A longest path, and the runs on it: blocks that follow each other on one slot without a pause.

Only a move that breaks up every longest path makes a schedule shorter, and where set-up times do not matter the order inside a
run does not either (Grabowski, Nowicki, Zdrzałka, "A block approach for single-machine scheduling with release dates and due
dates", 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.schedule.graph import NONE, Graph


@dataclass(frozen=True, slots=True)
class Critical:
    """`operations` from the last to the first; each run is two or more blocks in their order."""

    operations: tuple[int, ...]
    runs: tuple[tuple[int, ...], ...]


def find_critical(graph: Graph) -> Critical:
    """Of a graph that has been evaluated."""
    cause, following, last = graph.cause, graph.following, graph.blocks.last
    i = _last_of_longest(graph)
    operations, runs = [i], list[list[int]]()
    while cause[i] != NONE:
        b = cause[i]
        if b < NONE:
            i = NONE - 1 - b
        else:
            i = last[b]
            if runs and runs[-1][-1] == following[b]:
                runs[-1].append(b)
            else:
                runs.append([following[b], b])
        operations.append(i)
    return Critical(tuple(operations), tuple(tuple(reversed(run)) for run in runs))


def _last_of_longest(graph: Graph) -> int:
    """The operation with nothing behind it but its due time, if that, whose path is the longest."""
    paths = [time + length + tail for time, length, tail in zip(graph.head, graph.duration, graph.due_tails, strict=True)]
    return paths.index(max(paths))
