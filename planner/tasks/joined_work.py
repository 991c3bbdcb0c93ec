"""What joining takes at least: parts that become one are worked on in one place, by robots that carry one thing at a time.

A *net* is the work on all parts that become one: the chain of each, what the lines order, and what a joint needs of its base.
Some of it excludes other work: two transfers that only one robot with one hand can do, and two stretches that have the same thing
for themselves. As soon as something of the one has to come before something of the other, all of it has to (immediate selection:
Carlier and Pinson, "An algorithm for solving the job-shop problem", 1989); between two transfers lies the way from the one to the
other, with a change where no tool does both.

A place in which parts are joined is taken from when the base goes in until it is out. Between two bases lies what the robot has
to do that takes the one away and then brings the other, if no other can. So it is one machine with heads, tails and a setup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cell.model import CellModel
from cell.steps import Step
from planner.tasks.chain_times import Gates, Link
from planner.tasks.nets import Net, Run
from planner.tasks.tool_ways import Carrier, Hubs, ToolWays, kind_in, leaves, lets_go

MOST_PIECES = 500  # of one net: with more of them nothing is said

Work = tuple[float, float, float]
"""From when on it can be done, how long it takes, how much comes behind it, s."""


@dataclass(frozen=True, slots=True)
class Joined:
    """`lengths`: from the start to the end of all, s, through each net. `works`: all work of the places where bases stay."""

    lengths: tuple[float, ...]
    works: Mapping[str, tuple[Work, ...]]


@dataclass(frozen=True, slots=True)
class _Stay:
    """A base in the place. Who takes it away, and how long that goes on; who brings it, and how long since: None where that is
    not certain."""

    work: Work
    leaving: tuple[Carrier, float] | None
    coming: tuple[Carrier, float] | None


def joined_work(
    rows: Sequence[Sequence[Link]], steps: Sequence[Step], cell: CellModel, gates: Gates, ways: Mapping[Hubs, float]
) -> Joined:
    """`rows` are the links of each chain, with their times. Nothing is said of what hangs on a choice."""
    tools, lengths, stays, told = ToolWays(cell, steps, ways), list[float](), dict[str, list[_Stay]](), set[int]()
    for family in _families(rows, steps):
        own = [rows[k] for k in family]
        if sum(map(len, own)) > MOST_PIECES or any(link.is_choice for row in own for link in row):
            continue
        net = Net(own, steps, gates)
        carriers = dict(_transfers(net, steps, tools))
        if net.settle(
            [*_alone(net, steps), *((f"hand of {who.robot}", run) for run, who in carriers.items())], _lag(carriers, tools)
        ):
            lengths.append(net.length)
            told |= set(family)
            for place in _places(net, steps, cell):
                stays.setdefault(place, []).extend(_stays(net, place, steps, carriers))
    others = [link for k, row in enumerate(rows) if k not in told for link in row]
    return Joined(tuple(lengths), {p: _with_setup(s, tools) for p, s in stays.items() if not any(_holds(x, p) for x in others)})


def _lag(carriers: Mapping[Run, Carrier], tools: ToolWays) -> Callable[[Run, Run], float]:
    return lambda a, b: tools.between(carriers[a], carriers[b]) if a in carriers and b in carriers else 0.0


def _holds(link: Link, place: str) -> bool:
    return any(place in piece.holds for pieces in link.ways.values() for piece in pieces)


def _families(rows: Sequence[Sequence[Link]], steps: Sequence[Step]) -> list[list[int]]:
    """The chains of parts that become one, where there are several."""
    chain_of = {steps[row[0].number].part: k for k, row in enumerate(rows) if row}
    leader = list(range(len(rows)))

    def first(k: int) -> int:
        while leader[k] != k:
            k = leader[k]
        return k

    for part, base in (f.args for row in rows for link in row for f in steps[link.number].adds if f.name == "joined"):
        if part in chain_of and base in chain_of:
            a, b = sorted((first(chain_of[part]), first(chain_of[base])))
            leader[b] = a
    families: dict[int, list[int]] = {}
    for k in range(len(rows)):
        families.setdefault(first(k), []).append(k)
    return [family for family in families.values() if len(family) > 1]


# --- what excludes other work ------------------------------------------------------------------------------------------


def _alone(net: Net, steps: Sequence[Step]) -> Iterator[tuple[str, Run]]:
    """What has something for itself without a break, by what that is: within a contact from in to out, or work by itself."""
    for row in net.rows:
        for name in sorted({name for k in row for name in net.links[k].pieces[0].holds}):
            first: int | None = None
            for k in row:
                if first is not None and name not in net.links[k].pieces[0].holds:
                    yield name, Run(first, k - 1)
                    first = None
                elif name in net.links[k].pieces[0].holds:
                    first = k if first is None else first
                if first is not None and (not net.links[k].robots or leaves(steps[net.links[k].number])):
                    yield name, Run(first, k)
                    first = None


def _transfers(net: Net, steps: Sequence[Step], tools: ToolWays) -> Iterator[tuple[Run, Carrier]]:
    """From where the robot goes for a part to where it is out of the place again; where no other robot and no other hand can."""
    for row in net.rows:
        first: int | None = None
        for k in row:
            first = k if first is None and net.links[k].robots else first
            if first is not None and lets_go(steps[net.links[k].number]):
                who = _carrier([net.links[i] for i in range(first, k + 1)], steps, tools)
                if who is not None:
                    yield Run(first, k), who
                first = None


def _carrier(links: Sequence[Link], steps: Sequence[Step], tools: ToolWays) -> Carrier | None:
    robots = {robot for link in links for robot in link.robots}
    kinds = frozenset(kind for link in links if (kind := kind_in(steps[link.number])) is not None)
    return tools.carrier(robots.pop(), kinds, links[0].hub, links[-1].hub) if len(robots) == 1 else None


# --- the place ---------------------------------------------------------------------------------------------------------


def _places(net: Net, steps: Sequence[Step], cell: CellModel) -> list[str]:
    """Those for one base in which something is joined."""
    joints = (link for link in net.links if any(f.name == "joined" for f in steps[link.number].adds))
    return [hub for hub in dict.fromkeys(link.hub for link in joints) if len(cell.equipment[hub].places) == 1]


def _stays(net: Net, place: str, steps: Sequence[Step], carriers: Mapping[Run, Carrier]) -> Iterator[_Stay]:
    """Of whatever is put into the place itself, or out of it: not into a seat there."""
    for row in net.rows:
        into: int | None = None
        for k in (k for k in row if net.links[k].hub == place and net.links[k].pieces[0].moves):
            step, moves = steps[net.links[k].number], net.links[k].pieces[0].moves
            if moves == "take" and any(fact.name == "free" for fact in step.adds):
                yield _stay(net, into, k, carriers)
                into = None
            elif moves == "put" and any(fact.name == "free" for fact in step.deletes):
                into = k
        if into is not None:
            yield _stay(net, into, None, carriers)


def _stay(net: Net, into: int | None, out: int | None, carriers: Mapping[Run, Carrier]) -> _Stay:
    begin = 0.0 if into is None else net.begin[into]
    until = 0.0 if out is None else net.begin[out] + net.links[out].seconds
    work = begin, until if into is None else net.span(into, out), 0.0 if out is None else net.tail[out]
    leaving = next(((who, net.rest(out, run.last)) for run, who in carriers.items() if out is not None and out in run), None)
    coming = next(((who, net.since(run.first, into)) for run, who in carriers.items() if into is not None and into in run), None)
    return _Stay(work, leaving, coming)


def _with_setup(stays: Sequence[_Stay], tools: ToolWays) -> tuple[Work, ...]:
    """Each with the least that lies between it and whichever comes next, which comes out of what is behind it."""
    leaving, coming = [s.leaving for s in stays if s.leaving], [s.coming for s in stays if s.coming]
    setup = 0.0
    if len(leaving) == len(coming) == len(stays):
        lag = min(tools.between(a, b) for a in {who for who, _ in leaving} for b in {who for who, _ in coming})
        setup = min(seconds for _, seconds in leaving) + lag + min(seconds for _, seconds in coming)
        if len({who.robot for who, _ in (*leaving, *coming)}) > 1:
            setup = 0.0
    return tuple((begin, length + setup, tail - setup) for begin, length, tail in (stay.work for stay in stays))
