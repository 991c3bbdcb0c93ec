"""How time passes for a run: by jumps in simulated time, paced to real time, or as it does.

Law: the fold never reads a clock; whatever it knows of time stands in its events. Virtual time exists inside one process only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from cell.driver import VirtualTime

SECOND = 1_000_000_000
LONGEST_SLEEP = 0.05  # s of real time between two looks at the drivers

Wait = Callable[[float], bool]
"""Waits at most that many seconds for a message; True when one has come."""


class Clock(Protocol):
    @property
    def kind(self) -> Literal["virtual", "real"]: ...

    @property
    def is_free(self) -> bool:
        """Time stands still while nobody lets it pass, so whoever waits for a planner must not."""

    def now(self) -> int:
        """Monotonic nanoseconds."""

    def utc(self) -> str: ...

    def boot(self) -> str: ...

    def step(self, until: int | None, wait: Wait) -> None:
        """Lets time pass until something may have happened: at most to `until`, less when a message comes."""


class EndlessRun(RuntimeError):
    """A rehearsal goes on and on."""


class VirtualClock:
    """Simulated time, as fast as it can: jumps to whatever happens next. UTC starts where the caller says and runs along, but for
    the `jumps` (ns, s) that somebody makes it take. After `longest` s `step` raises EndlessRun."""

    kind: Literal["virtual", "real"] = "virtual"
    is_free = True

    def __init__(
        self,
        virtual: VirtualTime,
        utc_at_zero: datetime = datetime(2000, 1, 1, tzinfo=UTC),
        jumps: Sequence[tuple[int, float]] = (),
        longest: float | None = None,
    ) -> None:
        self._virtual = virtual
        self._end = None if longest is None else virtual.now() + round(longest * SECOND)
        self._jumps = tuple(jumps)
        self._zero = utc_at_zero.timestamp()

    def now(self) -> int:
        return self._virtual.now()

    def utc(self) -> str:
        now = self.now()
        return _iso(self._zero + now / SECOND + sum(by for at, by in self._jumps if at <= now))

    def boot(self) -> str:
        return ""

    def step(self, until: int | None, wait: Wait) -> None:
        wait(0.0)
        target = _earlier(self._virtual.next_event_time(), until)
        if target is None:
            raise RuntimeError("nothing will ever happen again: no event is due and no timer runs")
        if self._end is not None and self.now() >= self._end:
            raise EndlessRun(f"it neither ends nor holds by {self._end / SECOND:.0f} s")
        self._virtual.advance_to(max(target, self.now()))


class PacedClock:
    """Simulated time that never runs ahead of real time times `speed`."""

    kind: Literal["virtual", "real"] = "virtual"
    is_free = False

    def __init__(self, virtual: VirtualTime, speed: float) -> None:
        if speed <= 0.0:
            raise ValueError(f"the speed must be positive, got {speed}")
        self._virtual = virtual
        self._speed = speed
        self._real, self._start = time.monotonic_ns(), virtual.now()
        self._zero = time.time() - virtual.now() / SECOND

    def now(self) -> int:
        return self._virtual.now()

    def utc(self) -> str:
        return _iso(self._zero + self.now() / SECOND)

    def boot(self) -> str:
        return _boot_id()

    def step(self, until: int | None, wait: Wait) -> None:
        target = _earlier(self._virtual.next_event_time(), until)
        due = self._allowed()
        if target is None or target > due:
            ahead = LONGEST_SLEEP if target is None else (target - due) / SECOND / self._speed
            wait(min(ahead, LONGEST_SLEEP))
            due = self._allowed()
        self._virtual.advance_to(max(self.now(), due if target is None else min(target, due)))

    def _allowed(self) -> int:
        return self._start + int((time.monotonic_ns() - self._real) * self._speed)


class RealClock:
    """The machine's own monotonic clock, for drivers of real devices; `speed` times as fast from `origin` ns on where all that
    they drive is simulated, in processes of its own."""

    kind: Literal["virtual", "real"] = "real"
    is_free = False

    def __init__(self, period: float = 0.01, origin: int = 0, speed: float = 1.0) -> None:
        self._period, self._origin, self._speed = period, origin, speed

    def now(self) -> int:
        real = time.monotonic_ns()
        return real if self._speed == 1.0 else self._origin + int((real - self._origin) * self._speed)

    def utc(self) -> str:
        return _iso(time.time())

    def boot(self) -> str:
        return _boot_id()

    def step(self, until: int | None, wait: Wait) -> None:
        left = self._period if until is None else max(0.0, (until - self.now()) / SECOND / self._speed)
        wait(min(left, self._period))


def _earlier(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else min(a, b)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _boot_id() -> str:
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text(encoding="ascii").strip() if source.is_file() else ""
