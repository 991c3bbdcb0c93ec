"""In which order the operations of one cluster can begin, so that none waits for what the cluster itself holds.

A depth-first search that remembers the sets of begun operations from which there is no way on. A line of operations, which is
what a part's way through a cell is, has one order and is found without a step back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from planner.schedule.tables import Occupation, Tables

ATTEMPTS = 20_000

Locked = Literal["deadlock", "gave up"]


def order_within(tables: Tables, members: Sequence[int], mode: Mapping[int, int]) -> tuple[int, ...] | Locked:
    """`mode` is of each member. Of several operations that can begin, the one whose head is least goes first."""
    if len(members) == 1:
        return tuple(members)
    inside = set(members)
    needs = {i: {j for j, _ in tables.before[i] if j in inside} for i in members}
    begun: list[int] = []
    dead: set[frozenset[int]] = set()
    choices = [_can_begin(tables, members, mode, needs, begun)]
    for _ in range(ATTEMPTS + len(members)):
        if not choices[-1]:
            dead.add(frozenset(begun))
            choices.pop()
            if not choices:
                return "deadlock"
            begun.pop()
            continue
        begun.append(choices[-1].pop())
        if len(begun) == len(members):
            return tuple(begun)
        found = _can_begin(tables, members, mode, needs, begun)
        choices.append([] if len(dead) and frozenset(begun) in dead else found)
    return "gave up"


def _can_begin(
    tables: Tables, members: Sequence[int], mode: Mapping[int, int], needs: Mapping[int, set[int]], begun: Sequence[int]
) -> list[int]:
    """Best last."""
    done = set(begun)
    taken: dict[int, int] = {}
    for i in begun:
        for use in tables.uses[i][mode[i]]:
            if use.last not in done:
                taken[use.resource] = taken.get(use.resource, 0) + use.amount
    able = [i for i in members if i not in done and needs[i] <= done and _fits(tables, tables.uses[i][mode[i]], taken)]
    return sorted(able, key=lambda i: tables.head[i], reverse=True)


def _fits(tables: Tables, uses: Sequence[Occupation], taken: Mapping[int, int]) -> bool:
    return all(taken.get(u.resource, 0) + u.amount <= tables.problem.resources[u.resource].capacity for u in uses)
