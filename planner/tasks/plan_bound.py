"""The lower bound that a plan tells: made of the motions that stand in it, where `bounds.py` has what the search goes by.

The law: no schedule of this work is shorter in which no contact, no way between two hubs and no first way is quicker than the
quickest of its sort in the plan; by whom, with which hand, at which places of an equipment and in which order is free, but for
what the lines say. Contacts are of one sort at one equipment with one kind of part, where the same is done: going for it,
lifting, putting, leaving. A way that the plan has not is no quicker than what joints and TCP allow.

It is the largest of the longest chain (each part's work with the ways that it is carried, and what waits for it), of Jackson's
preemptive schedule of each resource that serves one at a time (Jackson 1955; Carlier 1982), and of the same for each set of
robots that share some work, who also travel what cannot be done without (robot_ways.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cell.model import CellModel
from cell.state import PlanningRequest
from cell.steps import MotionNeed, Step
from cell.task_plan import Operation, PlannedPart
from planner.schedule.bounds import preemptive
from planner.tasks.chain_times import Gates, Link, timed
from planner.tasks.joined_work import joined_work
from planner.tasks.part_chains import Chains, Piece, length_of, usable
from planner.tasks.robot_ways import Hubs, Visits, least_travel, ways_between

CHAIN = "longest chain"
Work = tuple[float, float, float]
"""From when on it can be done, how long it takes, how much comes behind it, s."""


def plan_bound(
    parts: Sequence[PlannedPart],
    operations: Sequence[Operation],
    steps: Sequence[Step],
    request: PlanningRequest,
    gates: Gates,
    least: Callable[[MotionNeed], float] | None = None,
) -> tuple[float, str]:
    """Seconds, and what gives them. `least`: s that no motion can be quicker than."""
    chains = Chains(parts, operations, steps, request)
    rows = timed(chains.all(), gates)
    links = [link for row in rows for link in row]
    ways, robots = ways_between(chains.quickest, steps, least), usable(request)
    bounds = {name: preemptive(work for row in rows for work in _works(row, name)) for name in _held(links)}
    bounds |= {" and ".join(group): _shared(rows, group, request.cell, ways) for group in _groups(links, robots)}
    joined = joined_work(rows, steps, request.cell, gates, ways)
    bounds |= {name: max(bounds.get(name, 0.0), preemptive(works)) for name, works in joined.works.items()}
    bounds[CHAIN] = max((*joined.lengths, *(link.begin + link.seconds + link.tail for link in links)), default=0.0)
    bottleneck = max(bounds, key=lambda name: round(bounds[name], 6))  # of those that give it alike, who or what it is
    return max(bounds.values()), bottleneck


def _held(links: Iterable[Link]) -> list[str]:
    return sorted({name for link in links for row in link.ways.values() for piece in row for name in piece.holds})


def _works(row: Sequence[Link], name: str) -> Iterator[Work]:
    """Each stretch of work with it; of a choice the branch that needs it longest."""
    pieces = [piece for link in row for piece in _needing(link, name)]
    begin, behind = _at_pieces(row, name)
    first: int | None = None
    for k, piece in enumerate([*pieces, None]):
        goes_on = piece is not None and name in piece.holds and (first is None or piece.way == 0.0)
        if first is not None and not goes_on:
            yield begin[first], sum(p.seconds for p in pieces[first:k]), behind[k - 1]
            first = None
        if first is None and piece is not None and name in piece.holds:
            first = k


def _needing(link: Link, name: str) -> list[Piece]:
    return max(link.ways.values(), key=lambda way: sum(p.seconds for p in way if name in p.holds), default=[])


def _at_pieces(row: Sequence[Link], name: str) -> tuple[list[float], list[float]]:
    """When each of these pieces can begin, and how much comes behind it."""
    begin, behind = list[float](), list[float]()
    for link in row:
        pieces = _needing(link, name)
        time, rest = link.begin - (pieces[0].way if pieces else 0.0), length_of(pieces) + link.tail
        for piece in pieces:
            begin.append(time + piece.way)
            time, rest = time + piece.length, rest - piece.length
            behind.append(rest)
    return begin, behind


# --- robots ----------------------------------------------------------------------------------------------------------


def _groups(links: Iterable[Link], robots: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Those that share some work, and everybody."""
    able = dict.fromkeys(link.robots for link in links if link.robots)
    return list(dict.fromkeys((*able, robots))) if robots else []


def _shared(rows: Sequence[Sequence[Link]], group: tuple[str, ...], cell: CellModel, ways: Mapping[Hubs, float]) -> float:
    """All that only they can do, as if they were one that is as quick as all of them; and all of it with its ways, from when the
    first can begin until only what comes behind the last is left."""
    hands = max((len(tool.hands) for robot in group for tool in cell.tools_of(robot)), default=1)
    links = [link for row in rows for link in row if link.robots and set(link.robots) <= set(group)]
    if not links:
        return 0.0
    carrying = [(link.way if hands == 1 else 0.0) + link.seconds for link in links]
    works = ((x.ready if hands == 1 else x.begin, s / len(group), x.tail) for x, s in zip(links, carrying, strict=True))
    travel = _travel(rows, links, hands, len(group), ways)
    if hands > 1:
        travel = max(travel, sum(link.way for link in links) / hands)
    whole = min(x.ready for x in links) + (sum(carrying) + travel) / len(group) + min(x.tail for x in links)
    return max(whole, preemptive(works))


def _travel(rows: Sequence[Sequence[Link]], links: Sequence[Link], hands: int, robots: int, ways: Mapping[Hubs, float]) -> float:
    """What they travel besides: with one hand what is carried is known, and else only how often they have to come."""
    own = {link.number for link in links}
    takes, puts, choices = _moved(rows, own, "take"), _moved(rows, own, "put"), _choices(rows)
    begun = {link.hub for link in links}
    visits = dict[str, Visits]()
    for hub in {*begun, *takes, *puts, *choices}:
        (taken, all_taken), (given, all_put) = takes[hub], puts[hub]
        least = max(hub in begun, -(-(taken - all_put) // hands), -(-(given - all_taken) // hands))
        visits[hub] = Visits(least, all_taken + all_put + choices[hub])
    brought = Counter(way for row in rows for way in _brought(row, own, hands) if way[0] != way[1])
    return least_travel(visits, brought, ways, robots)


def _choices(rows: Sequence[Sequence[Link]]) -> Counter[str]:
    """How many begin or end at each hub."""
    return Counter(hub for row in rows for link in row if link.is_choice and link.hub for hub in (link.hub, link.last_hub))


def _moved(rows: Sequence[Sequence[Link]], own: set[int], moves: str) -> dict[str, tuple[int, int]]:
    """How often that is done at each hub outside of choices: by these robots alone, and by whomever."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for link in (link for row in rows for link in row if not link.is_choice and link.pieces[0].moves == moves):
        mine, everybody = found[link.hub]
        found[link.hub] = mine + (link.number in own), everybody + 1
    return found


def _brought(row: Sequence[Link], own: set[int], hands: int) -> Iterator[Hubs]:
    """From where to where a robot surely goes with the part, and does nothing else on the way."""
    taken: Link | None = None
    for link in row:
        if link.is_choice:
            taken = None
            if link.number in own:
                yield link.hub, link.last_hub
        elif hands == 1 and link.pieces[0].moves == "put":
            if taken is not None and link.number in own:
                yield taken.hub, link.hub
            taken = None
        elif link.pieces[0].moves == "take":
            taken = link
