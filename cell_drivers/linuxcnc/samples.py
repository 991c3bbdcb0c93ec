"""Readings as states and recordings: radians, velocities by difference, and where on the path.

Law: a sample that should have come at the declared rate and did not has a number, so that a reader sees that it is missing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from cell.device import ReadbackBlock, RobotMode, RobotState
from cell.geometry import Array, frozen
from cell_drivers.linuxcnc.capabilities import RATE
from cell_drivers.linuxcnc.shell import Reading

MOST = 100_000
"""Samples that are kept for a reader who does not come; then the oldest go, and the gap shows in their numbers."""
WINDOW = 0.05
"""s over which a velocity is taken. Readings come more often than the controller looks at its joints: from one to the next these
stand still, or jump by several times their speed, while the robot moves as it should."""
FORGOTTEN = 1.0
"""s after which what was read before tells nothing of a velocity."""
LATE = 1.5
"""Periods of the declared rate from one sample to the next; beyond, one is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """`command` "" at rest."""

    seq: int
    time: int
    q: Array
    qd: Array
    setpoint: Array
    s: float
    scaling: float
    command: str
    motion: str


@dataclass(slots=True)
class Samples:
    """Of one robot. Numbered from 1 in the order of arrival, those counted that did not come."""

    device: str
    newest: Sample | None = None
    _before: deque[tuple[float, Array]] = field(default_factory=deque)
    _kept: list[Sample] = field(default_factory=list)

    def take(self, reading: Reading, time: int, command: str, motion: str, s: float) -> Sample:
        q = frozen(np.radians(reading.joints))
        qd = self._velocity(reading.time, q)
        time = max(time, self.newest.time + 1) if self.newest is not None else time
        seq = self.newest.seq + 1 + _missing(time - self.newest.time) if self.newest is not None else 1
        setpoint = frozen(np.radians(reading.commanded))
        self.newest = Sample(seq, time, q, frozen(qd), setpoint, s, min(reading.feed, 100) / 100.0, command, motion)
        if command:
            self._kept.append(self.newest)
            del self._kept[:-MOST]
        return self.newest

    def _velocity(self, time: float, q: Array) -> Array:
        """rad/s or m/s since the newest reading that is WINDOW old, or since the oldest that there is."""
        before = self._before
        if before and time <= before[-1][0]:  # another controller's time
            before.clear()
        before.append((time, q))
        while time - before[0][0] >= FORGOTTEN or (len(before) > 2 and time - before[1][0] >= WINDOW):
            before.popleft()
        since, stood = before[0]
        return (q - stood) / (time - since) if since < time else np.zeros_like(q)

    def blocks(self) -> tuple[ReadbackBlock, ...]:
        kept, self._kept = self._kept, []
        if not kept:
            return ()
        starts = [
            k for k, one in enumerate(kept) if k == 0 or one.command != kept[k - 1].command or one.seq != kept[k - 1].seq + 1
        ]
        return tuple(self._block(kept[a:b]) for a, b in zip(starts, [*starts[1:], len(kept)], strict=True))

    def _block(self, rows: list[Sample]) -> ReadbackBlock:
        return ReadbackBlock(
            self.device,
            rows[0].command,
            rows[0].motion,
            rows[0].seq,
            np.array([row.time for row in rows], dtype=np.int64),
            frozen([row.q for row in rows]),
            frozen([row.qd for row in rows]),
            frozen([row.setpoint for row in rows]),
            frozen([row.s for row in rows]),
            frozen([row.scaling for row in rows]),
        )


def _missing(gap: int) -> int:
    """How many samples the declared rate has within `gap` ns between two; none where it is kept."""
    periods = gap * RATE / 1e9
    return max(1, round(periods) - 1) if periods > LATE else 0


def state_of(device: str, sample: Sample, reading: Reading, is_stopping: bool, faults: tuple[str, ...]) -> RobotState:
    mode: RobotMode = "idle"
    if reading.is_estopped or not reading.is_on:
        mode = "off"
    elif sample.command:
        mode = "stopping" if is_stopping else "running"
    return RobotState(
        device=device,
        seq=sample.seq,
        device_time=round(reading.time * 1e9),
        received=sample.time,
        q=sample.q,
        qd=sample.qd,
        setpoint=sample.setpoint,
        effort=None,
        temperature=None,
        mode=mode,
        protective="emergency stop" if reading.is_estopped else "normal",
        speed_scaling=sample.scaling,
        command=sample.command or None,
        s=sample.s if sample.command else None,
        faults=faults,
    )
