"""The simulated drivers in real time, for faults of which no virtual time tells: a stop beside a start, a call that waits."""

from __future__ import annotations

import threading
import time

from cell.device import DeviceEvent
from cell_drivers.simulated import SimulatedCell
from tests.conformance.around import Set


class InRealTime(Set):
    """Its world is as far as the clock is. `turn` is held by whoever speaks to it."""

    virtual = None

    def __init__(self, inner: SimulatedCell) -> None:
        super().__init__(inner)
        self.began, self.turn = time.monotonic_ns(), threading.RLock()

    def pass_time(self) -> None:
        with self.turn:
            self.inner.advance_to(max(self.inner.now(), time.monotonic_ns() - self.began))

    def poll(self) -> tuple[DeviceEvent, ...]:
        self.pass_time()
        with self.turn:
            return self.telling(self.inner.poll())
