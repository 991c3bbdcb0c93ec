"""The lower bound of a plan, derived again from its steps: what the same work takes at least, whoever does it in whatever order.

The largest of the longest chain, of the schedule that may interrupt on each device, person and zone for one, and of what each set
of robots has to do and to travel. A choice counts with its longest way, but for what serves one at a time with the way that needs
that longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from math import inf

from cell.model import CellModel
from cell.motion_plan import Motion
from cell.state import PlanningRequest
from cell.steps import Step
from cell.task_plan import TaskPlan
from planner.proof.joined_parts import webs
from planner.proof.line_times import Piece, Waiting, pieces_of, taken
from planner.proof.nests import Stay, in_turn, stays
from planner.proof.part_lines import Reader
from planner.proof.travelling import least_travel
from planner.proof.unplanned_ways import Ways, least_ways

Visit = tuple[float, float, float]
"""From when, how long, how much comes behind it, s."""


def bounds_of(tasks: TaskPlan, request: PlanningRequest, waiting: Waiting, motions: Mapping[str, Motion]) -> dict[str, float]:
    """Seconds by what gives them: names of equipment, people and zones, of robots joined by "and", and "longest chain"."""
    reader = Reader(tasks, request)
    lines = pieces_of([reader.line(part.id) for part in tasks.parts], waiting)
    pieces = [piece for line in lines for piece in line]
    ways = least_ways(reader.ways, tasks.steps, motions, request)
    found = {"longest chain": max((piece.since + piece.seconds + piece.behind for piece in pieces), default=0.0)}
    for name in {name for piece in pieces for way in piece.ways for item in way for name in item.alone}:
        found[name] = _one_by_one([visit for line in lines for visit in _visits(line, name)])
    for robots in {piece.by for piece in pieces if piece.by} | {frozenset(reader.robots)} - {frozenset()}:
        found[" and ".join(r for r in request.cell.robots if r in robots)] = _of_robots(pieces, robots, request.cell, ways)
    for name, seconds in _of_joining(lines, tasks.steps, request, ways):
        found[name] = max(found.get(name, 0.0), seconds)
    return found


def _of_joining(
    lines: Sequence[Sequence[Piece]], steps: Sequence[Step], request: PlanningRequest, ways: Ways
) -> Iterator[tuple[str, float]]:
    there = dict[str, list[Stay]]()
    told = set[int]()
    for web in webs(lines, steps, request, ways):
        since = web.since()
        if since is None:
            continue
        told |= {piece.at for piece in web.pieces}
        ends = zip(since, web.pieces, web.behind(), strict=True)
        yield "longest chain", max(begun + piece.seconds + owed for begun, piece, owed in ends)
        for name, stay in stays(web, since, steps, request.cell):
            there.setdefault(name, []).append(stay)
    others = [item for line in lines for p in line if p.at not in told for way in p.ways for item in way]
    for name, found in there.items():
        if not any(name in item.alone for item in others):
            yield name, _one_by_one(in_turn(found, steps, request.cell, ways))


def _visits(line: Sequence[Piece], name: str) -> Iterator[Visit]:
    """Each time that the part has `name` for itself, from item to item with nothing carried in between."""
    open_visit: Visit | None = None
    for piece in line:
        items = max(piece.ways, key=lambda way: sum(item.seconds for item in way if name in item.alone))
        clock = piece.since - (items[0].way if items else 0.0)
        for k, item in enumerate(items):
            since, behind = clock + item.way, taken(items[k + 1 :]) + piece.behind
            clock = since + item.seconds
            if open_visit is not None and (name not in item.alone or item.way > 0.0):
                yield open_visit
                open_visit = None
            if name in item.alone:
                since, needed, _ = open_visit or (since, 0.0, 0.0)
                open_visit = since, needed + item.seconds, behind
    if open_visit is not None:
        yield open_visit


def _one_by_one(visits: Iterable[Visit]) -> float:
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


def _of_robots(pieces: Sequence[Piece], robots: frozenset[str], cell: CellModel, ways: Ways) -> float:
    """What only these robots can do: done by one that is as quick as all of them together; and with all its ways, between what
    comes before the first of it and what comes behind the last."""
    own = [piece for piece in pieces if piece.by and piece.by <= robots]
    if not own:
        return 0.0
    hands = max((len(tool.hands) for robot in robots for tool in cell.tools_of(robot)), default=1)
    if hands == 1:  # who carries it does nothing else
        visits = [(piece.free, (piece.way + piece.seconds) / len(robots), piece.behind) for piece in own]
        shared = 0.0
    else:
        visits = [(piece.since, piece.seconds / len(robots), piece.behind) for piece in own]
        shared = sum(piece.way for piece in own) / hands
    travelled = max(shared, least_travel(pieces, own, hands, len(robots), ways)) / len(robots)
    around = min(piece.free for piece in own) + min(piece.behind for piece in own)
    return max(_one_by_one(visits), around + sum(needed for _, needed, _ in visits) + travelled)
