"""What time it is by now in a run that goes on: its clock goes on while a machine works for half a minute, or the run holds, and
no event comes that would tell.

Law: nothing here changes what has happened; it says only how long ago that was. The clock of a run is that of its machine, which
is this one too, or one of simulated time, which goes `speed` times as fast (controller/clock.py, RealClock).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

TOLD_EVERY: Final = 1_000_000_000
"""ns of the run by which a view may be behind its clock while nothing happens."""


class Passing:
    """`clock` in ns, monotonic."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._told: tuple[int, int] | None = None

    def told(self, at: int) -> None:
        """What happened at `at` ns of the run's clock is told now."""
        self._told = at, self._clock()

    def by_now(self, kind: str, speed: float | None) -> int | None:
        """ns of the run's clock, which is of that kind. None where it is not known: virtual time stands still as long as nobody
        lets it pass, and one that goes at another speed is known from the first thing that it tells on."""
        if kind != "real":
            return None
        if speed is None or speed == 1.0:
            return self._clock()
        if self._told is None:
            return None
        at, told = self._told
        return at + int((self._clock() - told) * speed)
