"""Uses as the disjunctive graph has them: on one slot each, and all of them numbered.

A resource of n units is n **slots**; a use of several units is a **block** on each of as many slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from planner.schedule.tables import Occupation, Tables


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """`opens[i][m]` are the blocks that begin with operation i in mode m. Block b lasts from the start of `first[b]` to the end
    of `last[b]`, at least `span[b]`, on one of `slots[b]`, and `way[b][c]` is the travel from where it leaves to location c. From
    where the resource of a slot stands at time 0 it is `start_way[slot][c]`."""

    opens: tuple[tuple[tuple[int, ...], ...], ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    span: tuple[float, ...]
    enters: tuple[int, ...]
    way: tuple[tuple[float, ...], ...]
    slots: tuple[range, ...]
    start_way: tuple[tuple[float, ...], ...]


def number_blocks(tables: Tables) -> Blocks:
    units = _units(tables)
    ends = list(accumulate(units))
    ranges = [range(end - count, end) for end, count in zip(ends, units, strict=True)]
    start_way = [tables.travel[r][resource.start] for r, resource in enumerate(tables.problem.resources) for _ in ranges[r]]
    uses: list[Occupation] = []
    opens = []
    for rows in tables.uses:
        numbers = []
        for row in rows:
            copies = [use for use in row if ranges[use.resource] for _ in range(use.amount)]
            numbers.append(tuple(range(len(uses), len(uses) + len(copies))))
            uses += copies
        opens.append(tuple(numbers))
    return Blocks(
        tuple(opens),
        tuple(use.first for use in uses), tuple(use.last for use in uses), tuple(use.span for use in uses),
        tuple(use.enters for use in uses), tuple(tables.travel[use.resource][use.leaves] for use in uses),
        tuple(ranges[use.resource] for use in uses), tuple(start_way),
    )  # fmt: skip


def _units(tables: Tables) -> list[int]:
    """Of each resource, none where there is enough for everything at once."""
    wanted = [0] * len(tables.problem.resources)
    for rows in tables.uses:
        most: dict[int, int] = {}
        for use in (use for row in rows for use in row):
            most[use.resource] = max(most.get(use.resource, 0), use.amount)
        for r, amount in most.items():
            wanted[r] += amount
    return [r.capacity if r.capacity < wanted[k] or r.travel is not None else 0 for k, r in enumerate(tables.problem.resources)]
