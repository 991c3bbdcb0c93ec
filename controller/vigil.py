"""Whether the loop of a run was away: its process stopped, swapped out or starved, or the machine asleep.

Law: who was away hears first what was asked meanwhile. Nothing is folded before, and nothing goes out that was decided before.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from cell.dataclass import dataclass

AWAY = 1.0  # s without a look
UNWATCHED = 3.0  # s without one, after which somebody has to look first; a driver's process that is silent as long is cut off
SETTLING = 500_000_000  # ns in which those who were heard by nobody may be heard, before anything counts as too late


def since_boot() -> float:
    """s, also those in which the machine sleeps, where it tells them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(slots=True)
class Vigil:
    """`catch_up` waits, for a moment at most, until what terminals have sent by now is in the inbox."""

    catch_up: Callable[[], None]
    clock: Callable[[], float] = since_boot
    _looked: float | None = None
    _is_kept_back: bool = False

    def looks(self) -> float:
        """A look begins. How many s the loop was away before it, 0 where it was not."""
        now, before = self.clock(), self._looked
        away = 0.0 if before is None or now - before <= AWAY else now - before
        if away:
            self.catch_up()
            now = self.clock()
        self._looked = now
        return away

    def is_to_look_first(self) -> bool:
        """So much time has passed since the look began that nothing may go out before another one. Never twice in a row: where
        looks take that long something goes out all the same."""
        is_late = self._looked is not None and self.clock() - self._looked > AWAY
        self._is_kept_back = is_late and not self._is_kept_back
        return self._is_kept_back
