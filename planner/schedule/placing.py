"""One cluster put into a schedule, at the earliest times that what is already there leaves free.

The times are a least fixed point. An operation is put as early as those before it allow; where something that it holds turns out
to last into what is already there, the hold begins behind that, and the cluster is put once more. Times only rise, and behind
everything there is room: so this ends, and with the cluster's operations in this order no times are earlier.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.schedule.tables import Occupation, Tables
from planner.schedule.timeline import Own, Timeline


@dataclass(frozen=True, slots=True)
class Placed:
    """Modes and times of one cluster's operations, and what they take; `end` is when the last of them ends."""

    mode: Mapping[int, int]
    starts: Mapping[int, float]
    taken: Sequence[Own]
    end: float


def place(
    tables: Tables, order: Sequence[int], mode: Mapping[int, int], lines: Sequence[Timeline], ends: Sequence[float]
) -> Placed:
    """`order` is one in which the operations can begin; `ends` holds the ends of all operations of earlier clusters."""
    not_before = {i: tables.problem.operations[i].release for i in order}
    while (placed := _attempt(tables, order, mode, lines, ends, not_before)) is None:
        pass
    return placed


def _attempt(
    tables: Tables, order: Sequence[int], mode: Mapping[int, int], lines: Sequence[Timeline], ends: Sequence[float],
    not_before: dict[int, float],
) -> Placed | None:  # fmt: skip
    """None where something that is held does not fit; when it may begin is then raised in `not_before`."""
    starts: dict[int, float] = {}
    own_ends: dict[int, float] = {}
    own: dict[int, list[Own]] = {}
    held: dict[int, list[Occupation]] = {}
    for i in order:
        time = not_before[i]
        for j, lag in tables.before[i]:
            time = max(time, own_ends.get(j, ends[j]) + lag)
        uses = tables.uses[i][mode[i]]
        time = _settled(time, uses, lines, own)
        starts[i] = not_before[i] = time
        end = own_ends[i] = time + tables.durations[i][mode[i]]
        for use in uses:
            own.setdefault(use.resource, []).append((time, end if use.last == i else math.inf, use))
            if use.last != i:
                held.setdefault(use.last, []).append(use)
        for use in held.get(i, ()):
            blocked = lines[use.resource].blocked(starts[use.first], end, use, own[use.resource])
            if blocked is not None:
                not_before[use.first] = blocked
                return None
            own[use.resource] = [(s, end if x is use else e, x) for s, e, x in own[use.resource]]
    return Placed(dict(mode), starts, [x for row in own.values() for x in row], max(own_ends.values()))


def _settled(time: float, uses: Sequence[Occupation], lines: Sequence[Timeline], own: Mapping[int, list[Own]]) -> float:
    """The first time at which all uses fit at once."""
    if len(uses) == 1:
        return lines[uses[0].resource].earliest(time, uses[0], own.get(uses[0].resource, ()))
    settled = -1.0
    while settled != time:
        settled = time
        for use in uses:
            time = lines[use.resource].earliest(time, use, own.get(use.resource, ()))
    return time
