"""Pieces of work with what has to lie between them: when each can begin at the earliest, and what is behind it at least."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cell.steps import Step
from planner.tasks.chain_times import Gates, Link


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces `first` to `last` of one chain, which exclude those of other runs of the same name."""

    first: int
    last: int

    def __contains__(self, k: int) -> bool:
        return self.first <= k <= self.last


class Net:
    """Mutable. Pieces are numbered through; `rows` has those of each chain. `after[i][j]`: from the end of i to the begin of j at
    least so many s."""

    def __init__(self, rows: Sequence[Sequence[Link]], steps: Sequence[Step], gates: Gates) -> None:
        self.links = [link for row in rows for link in row]
        numbers = iter(range(len(self.links)))
        self.rows = [[next(numbers) for _ in row] for row in rows]
        self.after: list[dict[int, float]] = [{} for _ in self.links]
        self.begin = [link.begin for link in self.links]
        self.tail = [link.tail for link in self.links]
        for row in self.rows:
            for i, j in pairwise(row):
                self._bind(i, j, self.links[j].way)
        for i, j in (*self._needed(steps), *self._gated(gates)):
            self._bind(i, j, 0.0)

    @property
    def length(self) -> float:
        return max(b + link.seconds + t for b, link, t in zip(self.begin, self.links, self.tail, strict=True))

    def settle(self, runs: Sequence[tuple[str, Run]], lag: Callable[[Run, Run], float]) -> bool:
        """Bring everything that excludes other work into the order that it must have, as far as that is certain, and the times
        up to date. False where there is no such order."""
        groups = [[run for name, run in runs if name == group] for group in dict.fromkeys(name for name, _ in runs)]
        while (order := self._order()) is not None:
            reached = self._reached(order)
            if not sum(self._selected(group, reached, lag) for group in groups):
                self._time(order)
                return True
        return False

    def span(self, first: int, last: int | None) -> float:
        """From the begin of `first` to the end of `last` at least; None: of all that it is before."""
        found = {first: 0.0}
        for i in self._order() or []:
            for j, lag in self.after[i].items() if i in found else ():
                found[j] = max(found.get(j, 0.0), found[i] + self.links[i].seconds + lag)
        ends = {k: begin + self.links[k].seconds for k, begin in found.items()}
        return max(ends.values()) if last is None else ends.get(last, 0.0)

    def rest(self, first: int, last: int) -> float:
        """From the end of `first` to the end of `last`, later in the same chain."""
        return sum(self.links[k].way + self.links[k].seconds for k in range(first + 1, last + 1))

    def since(self, first: int, last: int) -> float:
        """From the begin of `first` to the begin of `last`, later in the same chain."""
        return sum(self.links[k].seconds + self.links[k + 1].way for k in range(first, last))

    def _bind(self, i: int, j: int, lag: float) -> bool:
        is_new = j not in self.after[i]
        self.after[i][j] = max(lag, self.after[i].get(j, 0.0))
        return is_new

    def _needed(self, steps: Sequence[Step]) -> Iterator[tuple[int, int]]:
        """What a piece needs of another part than its own: where it lies and what it is by then."""
        adds: dict[object, int] = {}
        for i, link in enumerate(self.links):
            adds |= {fact: i for fact in steps[link.number].adds if fact.name in ("at", "is")}
        for j, link in enumerate(self.links):
            yield from ((adds[fact], j) for fact in steps[link.number].needs if adds.get(fact, j) != j)

    def _gated(self, gates: Gates) -> Iterator[tuple[int, int]]:
        """What lines wait for: the last pieces of those before. What is fetched for a joint waits from when it is put in."""
        opened: dict[int, list[int]] = {}
        for row in self.rows:
            last = {self.links[k].pieces[0].operation: k for k in row}
            for name, k in last.items():
                for barrier in gates.opens.get(name, ()):
                    opened.setdefault(barrier, []).append(k)
        for row in self.rows:
            due = dict[str, int]()
            for k in row:
                piece = self.links[k].pieces[0]
                if piece.operation not in gates.joins or piece.moves == "put" or piece.operation in due:
                    due.setdefault(piece.operation, k)
            for name, k in due.items():
                yield from ((i, k) for barrier in gates.waits.get(name, ()) for i in opened.get(barrier, ()))

    def _order(self) -> list[int] | None:
        left = [0] * len(self.links)
        for row in self.after:
            for j in row:
                left[j] += 1
        order = [k for k, count in enumerate(left) if not count]
        for i in order:
            for j in self.after[i]:
                left[j] -= 1
                if not left[j]:
                    order.append(j)
        return order if len(order) == len(self.links) else None

    def _reached(self, order: Sequence[int]) -> list[int]:
        """For each piece those that come after it, as bits."""
        reached = [0] * len(self.links)
        for i in reversed(order):
            for j in self.after[i]:
                reached[i] |= 1 << j | reached[j]
        return reached

    def _selected(self, runs: Sequence[Run], reached: Sequence[int], lag: Callable[[Run, Run], float]) -> int:
        """How many pairs have got an order that they had not."""
        pairs = ((a, b) for a in runs for b in runs if a is not b and reached[a.first] >> b.last & 1)
        return sum(self._bind(a.last, b.first, lag(a, b)) for a, b in pairs)

    def _time(self, order: Sequence[int]) -> None:
        for i in order:
            for j, lag in self.after[i].items():
                self.begin[j] = max(self.begin[j], self.begin[i] + self.links[i].seconds + lag)
        for i in reversed(order):
            for j, lag in self.after[i].items():
                self.tail[i] = max(self.tail[i], lag + self.links[j].seconds + self.tail[j])
