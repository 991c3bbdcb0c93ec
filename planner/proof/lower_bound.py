"""The lower bound of a plan, derived again from its steps: what the same work takes at least, whoever does it in whatever order.

The largest of the longest chain, of the schedule that may interrupt on each device, person and zone for one, and of the work that
each set of robots has to share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from math import inf

from cell.model import CellModel
from cell.program import Loop
from cell.state import PlanningRequest
from cell.task_plan import TaskPlan
from planner.proof.part_lines import Item, Line, Reader, Served, Stretch


def bounds_of(tasks: TaskPlan, request: PlanningRequest, loops: Mapping[str, Loop]) -> dict[str, float]:
    """Seconds by what gives them: names of equipment, people and zones, of robots joined by "and", and "longest chain"."""
    reader = Reader(tasks, request)
    lines = [reader.line(part.id) for part in tasks.parts]
    items = [item for line in lines for item in line.items()]
    ordered = frozenset(name for name, loop in loops.items() if loop.in_order)
    found = {"longest chain": max([0.0, _in_turn(lines, ordered), *(line.ready + _length(line.stretches) for line in lines)])}
    for name in {name for item in items for name in item.alone}:
        found[name] = _one_by_one([visit for line in lines for visit in _visits(line, name)])
    for robots in {item.by for item in items if item.by} | {frozenset(reader.robots)} - {frozenset()}:
        found[" and ".join(robot for robot in request.cell.robots if robot in robots)] = _spread(lines, robots, request.cell)
    return found


def _taken(items: Iterable[Item]) -> float:
    return sum(item.way + item.seconds for item in items)


def _length(stretches: Iterable[Stretch]) -> float:
    """Of a choice its longest way counts, as it does in the schedule."""
    return sum(max(map(_taken, stretch), default=0.0) for stretch in stretches)


def _visits(line: Line, name: str) -> Iterator[tuple[float, float, float]]:
    """(from when, how long, how much comes behind) of each time that the part has `name` for itself; of a choice in the way that
    needs it longest."""
    for k, stretch in enumerate(line.stretches):
        if not stretch:
            continue
        before = line.ready + _length(line.stretches[:k])
        behind = _length(line.stretches[k + 1 :])
        items = max(stretch, key=lambda way: sum(item.seconds for item in way if name in item.alone))
        for first, last in _unbroken(items, name):
            since = before + _taken(items[:first]) + items[first].way
            yield since, sum(item.seconds for item in items[first:last]), _taken(items[last:]) + behind


def _unbroken(items: Sequence[Item], name: str) -> Iterator[tuple[int, int]]:
    """Where it is kept from item to item, with nothing carried in between."""
    first = None
    for k, item in enumerate(items):
        if first is not None and (name not in item.alone or item.way > 0.0):
            yield first, k
            first = None
        if first is None and name in item.alone:
            first = k
    if first is not None:
        yield first, len(items)


def _one_by_one(visits: Sequence[tuple[float, float, float]]) -> float:
    """The end of the schedule that may interrupt, in which what has most behind it goes first: no other is shorter (Jackson
    1955). Nothing else is decided between two arrivals."""
    waiting: list[tuple[float, float]] = []
    times = sorted(visits)
    clock = end = 0.0
    for k, (since, needed, behind) in enumerate(times):
        clock = max(clock, since)
        heappush(waiting, (-behind, needed))
        until = times[k + 1][0] if k + 1 < len(times) else inf
        while waiting and clock < until:
            rank, needed = heappop(waiting)
            if clock + needed > until:
                heappush(waiting, (rank, needed - (until - clock)))
                clock = until
            else:
                clock += needed
                end = max(end, clock - rank)
    return end


def _spread(lines: Sequence[Line], robots: frozenset[str], cell: CellModel) -> float:
    """What only these robots can do, shared evenly. With several hands one way may carry as many parts."""
    hands = max((len(tool.hands) for robot in robots for tool in cell.tools_of(robot)), default=1)

    def load(way: Sequence[Item]) -> float:
        return sum(item.seconds + item.way / hands for item in way if item.by and item.by <= robots)

    return sum(max(map(load, stretch), default=0.0) for line in lines for stretch in line.stretches) / max(1, len(robots))


def _in_turn(lines: Sequence[Line], ordered: frozenset[str]) -> float:
    """Iterations of a loop that is in order, one after another, each as long as its longest part."""
    members: dict[Served, float] = {}
    for line in lines:
        for served in {
            item.serves[: k + 1] for item in line.items() for k, (loop, _) in enumerate(item.serves) if loop in ordered
        }:
            own = (
                tuple(tuple(item for item in way if item.serves[: len(served)] == served) for way in stretch)
                for stretch in line.stretches
            )
            members[served] = max(members.get(served, 0.0), _length(own))
    loops: dict[tuple[Served, str], float] = {}
    for served, seconds in members.items():
        key = (served[:-1], served[-1][0])
        loops[key] = loops.get(key, 0.0) + seconds
    return max(loops.values(), default=0.0)
