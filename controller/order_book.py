"""How orders come to the loop of a run: it asks now and then what is new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from cell.orders import OrderChange


class OrderBook(Protocol):
    def take(self, now: int) -> Sequence[OrderChange]:
        """What has become of the orders by `now` (ns) and was not told yet."""

    def next_time(self) -> int | None:
        """When something will, if that is known beforehand."""


class Announced:
    """Orders that come by the clock: `changes` are (s since the run began, what happens)."""

    def __init__(self, changes: Iterable[tuple[float, OrderChange]] = ()) -> None:
        self._changes = sorted(((round(time * 1e9), change) for time, change in changes), key=lambda entry: entry[0])

    def take(self, now: int) -> Sequence[OrderChange]:
        due = [change for time, change in self._changes if time <= now]
        self._changes = self._changes[len(due) :]
        return due

    def next_time(self) -> int | None:
        return self._changes[0][0] if self._changes else None


class Together:
    """Several books as one."""

    def __init__(self, *books: OrderBook) -> None:
        self._books = books

    def take(self, now: int) -> Sequence[OrderChange]:
        return [change for book in self._books for change in book.take(now)]

    def next_time(self) -> int | None:
        times = [time for book in self._books if (time := book.next_time()) is not None]
        return min(times, default=None)
