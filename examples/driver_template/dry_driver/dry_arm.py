"""An arm that is no arm: virtual time, joints that are where the last trajectory put them. Put yours in its place."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from itertools import count
from types import MappingProxyType

import numpy as np

from cell.device import StopKind
from cell.geometry import Array
from dry_driver.robot import Fate, Sample

PERIOD = 8_000_000  # ns


class Timeline:
    """Virtual time. A driver of real devices has none: its `virtual` is None, and its devices take their own time."""

    def __init__(self) -> None:
        self.time = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = count()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + round(1e9 * seconds), next(self._number), act))

    def now(self) -> int:
        return self.time

    def next_event_time(self) -> int | None:
        return self._due[0][0] if self._due else None

    def advance_to(self, time: int) -> None:
        while self._due and self._due[0][0] <= time:
            self.time, _, act = heapq.heappop(self._due)
            act()
        self.time = time


class DryArm:
    """It stops where it is told to, with no deceleration, and finishes what it has when nobody is there."""

    rate, max_age = 1e9 / PERIOD, 0.1
    standstill: Mapping[StopKind, float] = MappingProxyType({"hold": 0.0, "quick": 0.0, "power": 0.0})
    standstill_on_link_loss = None
    can_scale = True
    verified_against = ("nothing: it moves no robot",)

    def __init__(self, timeline: Timeline, home: Array) -> None:
        self.timeline, self.now = timeline, timeline.now
        self.q, self.is_on, self.scaling = home, False, 1.0
        self.is_cut, self.stray = False, 0.0
        self.fault = ""
        self.fates: dict[str, Fate] = {}
        self.command = ""
        self._times, self._points = np.zeros(1), home[None, :]
        self._unread: list[Sample] = []
        self._seq = -1

    def connect(self) -> None:
        """There is nothing to connect to."""

    def disconnect(self) -> None:
        """Nor to leave."""

    def samples(self) -> list[Sample]:
        self._live()
        unread, self._unread = self._unread, []
        return unread

    def fate(self, command: str) -> Fate | None:
        return None if self.is_cut else self.fates.get(command, ("not seen", 0.0))

    def power(self, is_on: bool) -> None:
        self._live()
        self.timeline.after(0.1, lambda: setattr(self, "is_on", is_on))

    def run(self, command: str, times: Array, points: Array) -> None:
        self._live()
        self.command, self._times, self._points = command, times, points
        self.fates[command] = ("running", 0.0)
        self._wake()

    def stop(self, kind: StopKind) -> None:
        self._live()
        what, seconds = self.fates.get(self.command, ("done", 0.0))
        if what == "running":
            self.fates[self.command] = ("aborted", seconds)
        self.is_on = self.is_on and kind != "power"

    def scale(self, scaling: float) -> None:
        self._live()
        self.scaling = scaling
        self._wake()

    def acknowledge(self, fault: str) -> None:
        self.fault = ""

    def _wake(self) -> None:
        """Somebody looks when the motion will be over."""
        what, seconds = self.fates.get(self.command, ("done", 0.0))
        if what == "running" and self.scaling > 0.0:
            self.timeline.after((self._times[-1] - seconds) / self.scaling + 2e-9 * PERIOD, lambda: None)

    def _live(self) -> None:
        """A sample for each period that has passed."""
        while (self._seq + 1) * PERIOD <= self.now():
            self._seq += 1
            qd = self._step() if self.fates.get(self.command, ("done", 0.0))[0] == "running" else np.zeros_like(self.q)
            at = self._seq * PERIOD
            if not self.is_cut:
                fate = self.fates.get(self.command, ("not seen", 0.0))
                faults = (self.fault,) if self.fault else ()
                q = self.q + self.stray
                self._unread.append(Sample(self._seq, at, at, q, qd, self.is_on, self.scaling, self.command, fate, faults))

    def _step(self) -> Array:
        """One period along the points. The velocity."""
        seconds = min(self.fates[self.command][1] + 1e-9 * PERIOD * self.scaling, float(self._times[-1]))
        is_over = seconds >= self._times[-1]
        before, self.q = self.q, np.array([np.interp(seconds, self._times, column) for column in self._points.T])
        self.fates[self.command] = ("done" if is_over else "running", seconds)
        return np.zeros_like(self.q) if is_over else (self.q - before) / (1e-9 * PERIOD)
