"""How well a driver's process and its devices are heard: how long answers take, how late states come, what does not come at all,
and what the driver itself has measured of the way to its devices.

Law: it measures what passes anyway, and asks for nothing more. What is older than its maximum age is silence, which is watched as
that, and no late answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock

from cell.dataclass import dataclass
from cell.device import LinkHeard
from cell_drivers.hosted.wire import Described, Seen

MOST = 2_000
"""Answers of one device that nobody has fetched; the oldest go."""
SECOND = 1e9


@dataclass(frozen=True, slots=True)
class Due:
    """A new state comes each `period` s; one that is older than `max_age` s is stale."""

    period: float
    max_age: float


def due_of(devices: Iterable[Described]) -> Mapping[str, Due]:
    """Of the devices that say how often they tell their state."""
    told = ((d.name, d.capabilities) for d in devices)
    return {name: Due(1.0 / said.rate, said.max_age) for name, said in told if said.rate > 0.0}


class Meter:
    """Several threads tell it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._took: dict[str, deque[float]] = {}
        self._lost: dict[str, int] = {}

    def answered(self, device: str, seconds: float) -> None:
        with self._lock:
            self._took.setdefault(device, deque(maxlen=MOST)).append(seconds)

    def lost(self, device: str) -> None:
        with self._lock:
            self._lost[device] = self._lost.get(device, 0) + 1

    def told(self, heard: LinkHeard) -> None:
        """By the driver, of the way from it to its device."""
        for seconds in heard.took:
            self.answered(heard.device, seconds)
        for _ in range(min(heard.lost, MOST)):
            self.lost(heard.device)

    def looked(self, seen: Seen, due: Mapping[str, Due], now: int) -> None:
        """A look has come. What a device says in several states (the hands of a tool) is as late as the oldest of them."""
        oldest: dict[str, int] = {}
        for device, at in _times(seen):
            oldest[device] = min(at, oldest.get(device, at))
        for heard in seen.heard:
            self.told(heard)
        for device, at in oldest.items():
            age = (now - at) / SECOND
            if device in due and age <= due[device].max_age:
                self.answered(device, max(0.0, age - due[device].period))

    def fetch(self) -> tuple[LinkHeard, ...]:
        """All since the last time."""
        with self._lock:
            took, self._took = self._took, {}
            lost, self._lost = self._lost, {}
        return tuple(
            LinkHeard(device, tuple(took.get(device, ())), lost.get(device, 0)) for device in sorted(took.keys() | lost.keys())
        )


def _times(seen: Seen) -> Iterator[tuple[str, int]]:
    for robot in seen.robots:
        yield robot.device, robot.received
    for told in (seen.hands, seen.couplings, seen.machines):
        yield from ((state.device, state.time) for state in told)
