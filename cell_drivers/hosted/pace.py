"""Simulated time in step with the machine's clock, in its own process, and what was said in it told in the controller's time.

Law: `now` is the same in every process of one machine that has the same Pace, for CLOCK_MONOTONIC is one clock.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TypeVar

from cell.dataclass import dataclass
from cell.device import (
    CouplingChanged,
    GripChanged,
    MachineChanged,
    ReadbackBlock,
    RobotState,
    SignalChanged,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """From `origin` ns of the monotonic clock on time passes `speed` times as fast. Speed 1 is the clock itself."""

    origin: int
    speed: float = 1.0

    def now(self) -> int:
        real = time.monotonic_ns()
        return real if self.speed == 1.0 else self.origin + int((real - self.origin) * self.speed)


def shifted(value: T, by: int) -> T:
    """A state, a sample or an event with every time in it `by` ns later."""
    if by == 0:
        return value
    match value:
        case RobotState():
            return replace(value, device_time=value.device_time + by, received=value.received + by)
        case GripChanged() | CouplingChanged() | MachineChanged():
            moved = replace(value.state, time=value.state.time + by)
            return replace(value, time=value.time + by, state=moved)  # type: ignore[arg-type]
        case SignalChanged():
            return replace(value, time=value.time + by, sample=shifted(value.sample, by))
        case ReadbackBlock():
            return replace(value, time=value.time + by)
    return replace(value, time=value.time + by)  # type: ignore[type-var, attr-defined]
