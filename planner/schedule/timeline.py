"""When a resource is taken, and the first time at which it could be taken once more.

Occupations are put between others wherever they fit, not only behind them (serial generation with insertion: Kolisch, "Serial and
parallel resource-constrained project scheduling methods revisited", 1996).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.schedule.tables import Occupation

Own = tuple[float, float, Occupation]
"""Start, end and occupation of something of the cluster that is being placed; the end is infinite while it is held."""


@dataclass(slots=True)
class Line:
    """A resource of capacity 1: what is taken, with the locations at both ends. Neighbours between which nothing fits any more
    are one entry, so that the search for a place does not pass all that is full. `shortest` is the least span of what uses it;
    `least_in[a]`, `least_out[a]` the least travel to and from location a that any use has."""

    travel: Sequence[Sequence[float]]
    shortest: float
    least_in: Sequence[float]
    least_out: Sequence[float]
    start_location: int
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    enters: list[int] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._append(0, -math.inf, 0.0, self.start_location, self.start_location)

    def earliest(self, time: float, use: Occupation, own: Sequence[Own]) -> float:
        """At `time` or later, behind what the cluster took before."""
        starts, ends, travel = self.starts, self.ends, self.travel
        behind, enters = 0.0, use.enters
        for _, end, other in own:
            behind = max(behind, end + travel[other.leaves][enters])
        k = bisect_right(ends, time)
        while True:
            begin = max(time, behind, ends[k - 1] + travel[self.leaves[k - 1]][enters]) if k else max(time, behind)
            if k == len(starts) or begin + use.span + travel[use.leaves][self.enters[k]] <= starts[k]:
                return begin
            k += 1

    def blocked(self, start: float, end: float, use: Occupation, own: Sequence[Own]) -> float | None:
        """The end of what is in the way of an occupation that lasts longer than its span, or None."""
        k = bisect_right(self.ends, start)
        if k == len(self.starts) or end + self.travel[use.leaves][self.enters[k]] <= self.starts[k]:
            return None
        return self.ends[k]

    def take(self, start: float, end: float, use: Occupation) -> None:
        k = bisect_right(self.ends, start)
        self._append(k, start, end, use.enters, use.leaves)
        if k + 1 < len(self.starts) and self._is_full(k):
            self._join(k)
        if k > 0 and self._is_full(k - 1):
            self._join(k - 1)

    def _append(self, k: int, start: float, end: float, enters: int, leaves: int) -> None:
        self.starts.insert(k, start)
        self.ends.insert(k, end)
        self.enters.insert(k, enters)
        self.leaves.insert(k, leaves)

    def _is_full(self, k: int) -> bool:
        """Whether nothing fits between entry k and the next one."""
        room = self.starts[k + 1] - self.ends[k]
        return self.shortest > 0.0 and room < self.shortest + self.least_out[self.leaves[k]] + self.least_in[self.enters[k + 1]]

    def _join(self, k: int) -> None:
        self.ends[k], self.leaves[k] = self.ends[k + 1], self.leaves[k + 1]
        for column in (self.starts, self.ends, self.enters, self.leaves):
            del column[k + 1]


@dataclass(slots=True)
class Profile:
    """A resource of several units: how many are taken from each time on."""

    capacity: int
    times: list[float] = field(default_factory=lambda: [-math.inf, math.inf])
    taken: list[int] = field(default_factory=lambda: [0, 0])

    def earliest(self, time: float, use: Occupation, own: Sequence[Own]) -> float:
        while (later := self._obstacle(time, time + use.span, use.amount, own)) is not None:
            time = later
        return time

    def blocked(self, start: float, end: float, use: Occupation, own: Sequence[Own]) -> float | None:
        return self._obstacle(start, end, use.amount, [x for x in own if x[2] is not use])

    def take(self, start: float, end: float, use: Occupation) -> None:
        if start == end:
            return
        for k in range(self._cut(start), self._cut(end)):
            self.taken[k] += use.amount

    def _obstacle(self, start: float, end: float, amount: int, own: Sequence[Own]) -> float | None:
        """When the first thing ends that leaves too little room between `start` and `end`."""
        overlapping = [x for x in own if x[0] < end and start < x[1]]
        room = self.capacity - amount - sum(x[2].amount for x in overlapping)
        if room < 0:
            return min(x[1] for x in overlapping)
        for k in range(bisect_right(self.times, start) - 1, len(self.times) - 1):
            if self.times[k] >= end:
                return None
            if self.taken[k] > room:
                return self.times[k + 1]
        return None

    def _cut(self, time: float) -> int:
        """The index of the breakpoint at `time`, made if need be. What begins one after the other stays cheap: it cuts near the
        end."""
        k = bisect_left(self.times, time)
        if self.times[k] != time:
            self.times.insert(k, time)
            self.taken.insert(k, self.taken[k - 1])
        return k


Timeline = Line | Profile
