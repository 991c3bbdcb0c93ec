"""Priority rules: in which order clusters are generated, and in which modes."""

from __future__ import annotations

import math

from planner.schedule.generate import Wish
from planner.schedule.tables import Tables


def first_wish(tables: Tables) -> Wish:
    """As given, which for parts that are alike is one after another, with loads kept even; those due earliest first."""
    return Wish(_given(tables), balanced_modes(tables), tries=False)


def wishes(tables: Tables) -> list[Wish]:
    """Further rules, to be tried where there is time: those with the longest way to go first, those on the longest chain, those
    that can begin first; and all of them with a look at the modes one by one."""
    modes = balanced_modes(tables)
    longest = [-max(tables.tail[i] for i in members) for members in tables.clusters]
    chain = [-max(tables.head[i] + tables.tail[i] for i in members) for members in tables.clusters]
    soonest = [min(tables.head[i] for i in members) for members in tables.clusters]
    ranks = [longest, chain, soonest]
    return [Wish(r, modes, tries=False) for r in ranks] + [Wish(r, modes, tries=True) for r in (*ranks, _given(tables))]


def _given(tables: Tables) -> list[float]:
    """By the smallest number of an operation; behind all that have a due time, those that have none."""
    due = [op.due for op in tables.problem.operations]
    if all(time is None for time in due):
        return [float(min(members)) for members in tables.clusters]
    latest = [math.inf if time is None else time - tail for time, tail in zip(due, tables.tail, strict=True)]
    urgency = [min(latest[i] for i in members) for members in tables.clusters]
    by_urgency = sorted(range(len(urgency)), key=lambda k: (urgency[k], min(tables.clusters[k])))
    rank = [0.0] * len(urgency)
    for place, k in enumerate(by_urgency):
        rank[k] = float(place)
    return rank


def balanced_modes(tables: Tables) -> list[int]:
    """Modes that keep the most loaded resource from being loaded more than it must: operations without a choice first, then those
    with the longest uses, each in the mode whose resources end up least loaded."""
    load = [0.0] * len(tables.problem.resources)
    mode = [0] * len(tables.before)
    leaders = [i for i, first in enumerate(tables.leader) if first == i]
    choices = {i: [_loads(tables, i, m) for m in range(len(tables.durations[i]))] for i in leaders}
    leaders.sort(key=lambda i: (len(choices[i]) > 1, -min(sum(row.values()) for row in choices[i]), i))
    for i in leaders:
        best = min(range(len(choices[i])), key=lambda m: max([load[r] + time for r, time in choices[i][m].items()], default=0.0))
        for r, time in choices[i][best].items():
            load[r] += time
        for j in tables.group[i]:
            mode[j] = best
    return mode


def _loads(tables: Tables, leader: int, mode: int) -> dict[int, float]:
    """How long the group keeps each resource, as a share of its units."""
    found: dict[int, float] = {}
    for i in tables.group[leader]:
        for use in tables.uses[i][mode]:
            share = use.span * use.amount / tables.problem.resources[use.resource].capacity
            found[use.resource] = found.get(use.resource, 0.0) + share
    return found
