"""Simulated time: a queue of what is due, in whole nanoseconds. Nothing here reads a clock or waits.

Law: things happen in order of time; at the same time in the order in which they were planned.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

SECOND = 1_000_000_000


def nanoseconds(seconds: float) -> int:
    return round(seconds * SECOND)


class Due:
    """Something planned; `cancel` takes it back."""

    __slots__ = ("is_cancelled", "time")

    def __init__(self, time: int) -> None:
        self.time = time
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Timeline:
    def __init__(self) -> None:
        self.now = 0
        self._queue: list[tuple[int, int, Due, Callable[[], None]]] = []
        self._number = count()

    def at(self, time: int, happen: Callable[[], None]) -> Due:
        """Plans `happen` for `time`; a time that is over means now, before anything later."""
        due = Due(max(time, self.now))
        heapq.heappush(self._queue, (due.time, next(self._number), due, happen))
        return due

    def after(self, seconds: float, happen: Callable[[], None]) -> Due:
        return self.at(self.now + nanoseconds(seconds), happen)

    def next_time(self) -> int | None:
        while self._queue and self._queue[0][2].is_cancelled:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def advance_to(self, time: int) -> None:
        """Raises ValueError for a time before now."""
        if time < self.now:
            raise ValueError(f"time does not go back: now {self.now} ns, asked for {time} ns")
        while (due := self.next_time()) is not None and due <= time:
            _, _, _, happen = heapq.heappop(self._queue)
            self.now = due
            happen()
        self.now = time
