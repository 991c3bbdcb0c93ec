"""The lower bound that a plan tells: made of the motions that stand in it, where `bounds.py` has what the search goes by.

The law: no schedule of this work is shorter in which no contact, no way between two hubs and no first way is quicker than the
quickest of its sort in the plan; by whom, with which hand, at which places of an equipment and in which order is free. Contacts
are of one sort at one equipment with one kind of part, where the same is done: going for it, lifting, putting, leaving.

It is the largest of the longest chain (each part's work with the ways that it is carried, and the iterations of loops that are in
order), of Jackson's preemptive schedule of each resource that serves one at a time (Jackson 1955; Carlier 1982), and of the
robots' work, spread over all that have a tool for it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence

from cell.model import CellModel
from cell.program import Loop
from cell.state import PlanningRequest
from cell.steps import Step
from cell.task_plan import Operation, PlannedPart
from planner.tasks.part_chains import Chain, Chains, Piece, longest_of, usable
from planner.tasks.supported import blocks

CHAIN = "longest chain"


def plan_bound(
    parts: Sequence[PlannedPart], operations: Sequence[Operation], steps: Sequence[Step], request: PlanningRequest
) -> tuple[float, str]:
    """Seconds, and what gives them."""
    chains = Chains(parts, operations, steps, request).all()
    robots = usable(request)
    bounds = {name: _one_at_a_time(chains, name) for name in _held(chains)}
    bounds |= {" and ".join(group): _shared(chains, group, request.cell) for group in _groups(chains, robots)}
    bounds[CHAIN] = max([_in_order(chains, request), *(chain.length() for chain in chains)], default=0.0)
    bottleneck = max(bounds, key=lambda name: bounds[name])
    return bounds[bottleneck], bottleneck


def _held(chains: Iterable[Chain]) -> list[str]:
    return sorted({name for c in chains for ways in c.legs for row in ways.values() for piece in row for name in piece.holds})


def _one_at_a_time(chains: Iterable[Chain], name: str) -> float:
    """Jackson's preemptive schedule of what needs it: of the work that is ready, that with most behind it goes first."""
    works = sorted(work for chain in chains for work in _works(chain, name))
    ready: list[tuple[float, float]] = []
    time, longest, k = 0.0, 0.0, 0
    while k < len(works) or ready:
        if not ready:
            time = max(time, works[k][0])
        while k < len(works) and works[k][0] <= time:
            heapq.heappush(ready, (-works[k][2], works[k][1]))
            k += 1
        minus_tail, left = heapq.heappop(ready)
        until = works[k][0] if k < len(works) else math.inf
        done = min(left, until - time)
        time += done
        if done < left:
            heapq.heappush(ready, (minus_tail, left - done))
        else:
            longest = max(longest, time - minus_tail)
    return longest


def _works(chain: Chain, name: str) -> Iterator[tuple[float, float, float]]:
    """(before, seconds, behind) of each stretch of work with it; of a choice the branch that needs it longest."""
    before, length = chain.start, chain.length()
    for ways in chain.legs:
        pieces = max(ways.values(), key=lambda row: sum(p.seconds for p in row if name in p.holds), default=[])
        behind = length - before - longest_of(ways)
        rest = sum(piece.length for piece in pieces)
        begun, load, time = 0.0, 0.0, before
        for piece in pieces:
            time, rest = time + piece.way, rest - piece.length
            if name in piece.holds and (load == 0.0 or piece.way == 0.0):
                begun, load = (time if load == 0.0 else begun), load + piece.seconds
            elif load:
                yield begun, load, rest + piece.length + behind
                begun, load = (time, piece.seconds) if name in piece.holds else (0.0, 0.0)
            time += piece.seconds
        if load:
            yield begun, load, behind
        before += longest_of(ways)


def _groups(chains: Iterable[Chain], robots: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Those that share some work, and everybody."""
    able = {piece.robots: None for c in chains for ways in c.legs for row in ways.values() for piece in row if piece.robots}
    return list(dict.fromkeys((*able, robots))) if robots else []


def _shared(chains: Iterable[Chain], group: tuple[str, ...], cell: CellModel) -> float:
    """All that only they can do, spread over them; one way may serve as many parts as there are hands."""
    hands = max((len(tool.hands) for robot in group for tool in cell.tools_of(robot)), default=1)

    def load(pieces: Iterable[Piece]) -> float:
        return sum(p.seconds + p.way / hands for p in pieces if p.robots and set(p.robots) <= set(group))

    return sum(max(map(load, ways.values()), default=0.0) for chain in chains for ways in chain.legs) / len(group)


def _in_order(chains: Iterable[Chain], request: PlanningRequest) -> float:
    """The longest of the loops that are in order: their iterations one after the other, each as long as its longest part."""
    ordered = {x.id for block in blocks(request.program.block) for x in block.lines if isinstance(x, Loop) and x.in_order}
    longest: dict[tuple[object, ...], dict[str, float]] = {}
    for chain in chains:
        lengths: dict[tuple[tuple[str, str], ...], float] = {}
        for ways in chain.legs:
            found: dict[tuple[tuple[str, str], ...], float] = {}
            for row in ways.values():
                own: dict[tuple[tuple[str, str], ...], float] = {}
                for piece in row:
                    for k, (loop, _) in enumerate(piece.serves, start=1):
                        if loop in ordered:
                            own[piece.serves[:k]] = own.get(piece.serves[:k], 0.0) + piece.length
                found |= {key: max(seconds, found.get(key, 0.0)) for key, seconds in own.items()}
            for key, seconds in found.items():
                lengths[key] = lengths.get(key, 0.0) + seconds
        for key, seconds in lengths.items():
            members = longest.setdefault((*key[:-1], key[-1][0]), {})
            members[key[-1][1]] = max(seconds, members.get(key[-1][1], 0.0))
    return max((sum(members.values()) for members in longest.values()), default=0.0)
