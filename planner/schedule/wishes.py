"""Priority rules: in which order clusters are generated, and in which modes."""

from __future__ import annotations

from planner.schedule.generate import Wish
from planner.schedule.tables import Tables


def wishes(tables: Tables) -> list[Wish]:
    """The first one is the quickest."""
    given = list(range(len(tables.clusters)))
    urgent = [-max(tables.tail[i] for i in members) for members in tables.clusters]
    long = [-max(tables.head[i] + tables.tail[i] for i in members) for members in tables.clusters]
    heads = [min(tables.head[i] for i in members) for members in tables.clusters]
    modes = balanced_modes(tables)
    ranks = [urgent, given, long, heads]
    return [Wish(rank, modes, tries) for tries in (False, True) for rank in ranks]


def balanced_modes(tables: Tables) -> list[int]:
    """Modes that keep the load of the most loaded resource small: those without a choice first, then the leaders with the longest
    uses, each to where the load stays least."""
    load = [0.0] * len(tables.problem.resources)
    mode = [0] * len(tables.before)
    leaders = [i for i, first in enumerate(tables.leader) if first == i]
    least = {i: min(sum(_loads(tables, i, m).values()) for m in range(len(tables.durations[i]))) for i in leaders}
    leaders.sort(key=lambda i: (len(tables.durations[i]) > 1, -least[i], i))
    for i in leaders:
        choices = [_loads(tables, i, m) for m in range(len(tables.durations[i]))]
        m = min(range(len(choices)), key=lambda m: (max([load[r] + t for r, t in choices[m].items()], default=0.0), m))
        for r, time in choices[m].items():
            load[r] += time
        for j in tables.group[i]:
            mode[j] = m
    return mode


def _loads(tables: Tables, leader: int, mode: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for i in tables.group[leader]:
        for use in tables.uses[i][mode]:
            share = use.span * use.amount / tables.problem.resources[use.resource].capacity
            found[use.resource] = found.get(use.resource, 0.0) + share
    return found
