"""When each piece of the work can begin at the earliest, and how much comes behind it: along the part's own chain, and through
what waits for it by the order of the lines.

What is joined to another part may be fetched before its line is due: only from when it is put in does it wait for lines before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cell.task_plan import Operation
from planner.tasks.part_chains import Chain, Piece, Ways, length_of, longest_of
from planner.tasks.route import Routes, Stage, stages_of

_Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""Part, goal and iterations: what an operation is about."""


@dataclass(slots=True)
class Link:
    """One piece of a chain, or a whole choice, which its robot does without a break; `pieces` are those of its longest way. In
    s, `ready`: when what is before it in its chain has ended; `begin`: when it can begin after its way; `tail`: what follows."""

    number: int
    pieces: list[Piece]
    ways: Ways
    is_choice: bool
    ready: float = 0.0
    begin: float = 0.0
    tail: float = 0.0

    @property
    def way(self) -> float:
        return 0.0 if self.is_choice or not self.pieces else self.pieces[0].way

    @property
    def seconds(self) -> float:
        return length_of(self.pieces) - self.way

    @property
    def robots(self) -> tuple[str, ...]:
        return next((piece.robots for piece in self.pieces if piece.robots), ())

    @property
    def hub(self) -> str:
        """Where its robot begins, "" where there is none."""
        return next((piece.hub for piece in self.pieces if piece.hub), "")

    @property
    def last_hub(self) -> str:
        """Where its robot ends."""
        return next((piece.hub for piece in reversed(self.pieces) if piece.hub), "")


@dataclass(slots=True)
class Gates:
    """By operation the barriers that it helps to open, those that it waits for, and whether its part is joined to another."""

    opens: dict[str, tuple[int, ...]] = field(default_factory=dict)
    waits: dict[str, tuple[int, ...]] = field(default_factory=dict)
    joins: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, routes: Routes, operations: Sequence[Operation]) -> Gates:
        opened_by: dict[tuple[int, int], list[int]] = {}
        for k, barrier in enumerate(routes.barriers):
            for member in barrier.members:
                opened_by.setdefault(member, []).append(k)
        opens, waits, joins = dict[_Key, tuple[int, ...]](), dict[_Key, tuple[int, ...]](), set[_Key]()
        for j, job in enumerate(routes.jobs):
            for k, leg in enumerate(job.legs):
                for stage in _with_giving(stages_of(leg)):
                    key = (job.part, stage.goal.id, stage.clauses.serves)
                    opens[key] = (*opens.get(key, ()), *opened_by.get((j, k), ()))
                    waits[key] = (*waits.get(key, ()), *leg.clauses.after, *stage.clauses.after)
                    joins |= {key} if stage.into is not None else set()
        keys = {o.id: (o.part, o.goal, o.serves) for o in operations}
        return cls(
            {name: opens[key] for name, key in keys.items() if opens.get(key)},
            {name: waits[key] for name, key in keys.items() if waits.get(key)},
            {name for name, key in keys.items() if key in joins},
        )  # fmt: skip


def _with_giving(stages: Sequence[Stage]) -> Iterator[Stage]:
    for stage in stages:
        if stage.received is not None:
            yield stage.received
        yield stage


def timed(chains: Sequence[Chain], gates: Gates) -> list[list[Link]]:
    """The links of each chain. What waits for others stands behind them in the plan, so one pass each way is enough."""
    rows = [list(_links(chain)) for chain in chains]
    waits = [list(_waits(row, gates)) for row in rows]
    turns = sorted((link.number, c, k) for c, row in enumerate(rows) for k, link in enumerate(row))
    opened: dict[int, float] = {}
    for _, c, k in turns:
        link, row = rows[c][k], rows[c]
        link.ready = chains[c].start if k == 0 else row[k - 1].begin + row[k - 1].seconds
        link.begin = max([link.ready + link.way, *(opened.get(b, 0.0) for b in waits[c][k])])
        for b in _opens(link, gates):
            opened[b] = max(opened.get(b, 0.0), link.begin + link.seconds)
    behind: dict[int, float] = {}
    for _, c, k in reversed(turns):
        link, row = rows[c][k], rows[c]
        after = row[k + 1].way + row[k + 1].seconds + row[k + 1].tail if k + 1 < len(row) else 0.0
        link.tail = max([after, *(behind.get(b, 0.0) for b in _opens(link, gates))])
        for b in waits[c][k]:
            behind[b] = max(behind.get(b, 0.0), link.seconds + link.tail)
    return rows


def _links(chain: Chain) -> Iterator[Link]:
    for leg in chain.legs:
        if leg.is_choice and leg.ways:
            number = min(piece.number for pieces in leg.ways.values() for piece in pieces)
            yield Link(number, longest_of(leg.ways), leg.ways, True)
        elif not leg.is_choice:
            yield from (Link(piece.number, [piece], {0: [piece]}, False) for piece in leg.ways.get(0, ()))


def _operations(link: Link) -> set[str]:
    return {piece.operation for pieces in link.ways.values() for piece in pieces}


def _opens(link: Link, gates: Gates) -> set[int]:
    return {b for name in _operations(link) for b in gates.opens.get(name, ())}


def _waits(row: Sequence[Link], gates: Gates) -> Iterator[set[int]]:
    fetching = set(gates.joins)
    for link in row:
        fetching -= {piece.operation for piece in link.pieces if piece.moves == "put"}
        yield {b for name in _operations(link) - fetching for b in gates.waits.get(name, ())}
