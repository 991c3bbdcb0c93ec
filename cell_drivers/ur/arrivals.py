"""How well a controller's samples arrive: how much later than the quickest of the last seconds, and how many not at all. Pure.

Two clocks are compared, which run apart by some microseconds a second, so what counts as quick is never old.
"""

from __future__ import annotations

from collections import deque

from cell.device import LinkHeard
from cell_drivers.ur.readback import number
from cell_drivers.ur.sample import Sample

WINDOWS = 10
"""Times that somebody has asked: what was quickest before counts no more."""
MOST = 2_000
"""Samples that are kept for somebody who does not ask; the oldest go."""
NANOSECONDS = 1e9


class Arrivals:
    def __init__(self) -> None:
        self._behind: deque[int] = deque(maxlen=MOST)
        self._quickest: deque[int] = deque(maxlen=WINDOWS)
        self._lost = 0
        self._last: int | None = None

    def begin(self) -> None:
        """Another connection: what was not sent in between was not lost on the way."""
        self._last = None
        self._quickest.clear()
        self._behind.clear()

    def take(self, sample: Sample) -> None:
        if self._last is not None:
            self._lost += max(0, number(sample) - self._last - 1)
        self._last = number(sample)
        self._behind.append(sample.came - sample.time)

    def fetch(self, device: str) -> LinkHeard | None:
        """Since the last time; None where nothing has come, which is silence. What was lost before it is told with what comes."""
        if not self._behind:
            return None
        behind, lost = tuple(self._behind), self._lost
        self._behind.clear()
        self._lost = 0
        self._quickest.append(min(behind))
        quickest = min(self._quickest)
        return LinkHeard(device, tuple((one - quickest) / NANOSECONDS for one in behind), lost)
