"""Safety bounds: regions of the cell with a rule. Supervisory only; no zone here protects a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cell.diagnostic import Span
from cell.geometry import Array


@dataclass(frozen=True, slots=True)
class Zone:
    """An axis-aligned box in the world, `low` and `high` in m.

    `keep_out`: no link, tool or held part may ever be inside. `speed_limit`: m/s for every point of a robot inside, at all
    times. `when_occupied`: what robots do while a person is inside (`occupied` is the signal that tells); `slow_to` m/s.
    `capacity`: how many robots may be inside at once, None for no rule. `handover`: a person may reach in there.
    """

    name: str
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    keep_out: bool
    speed_limit: float | None
    humans_allowed: bool
    occupied: str | None
    when_occupied: Literal["stop", "slow"] | None
    slow_to: float | None
    capacity: int | None
    handover: bool
    span: Span

    def holds(self, point: Array) -> bool:
        """Whether `point` (3,) of the world lies in the box, its faces included."""
        return all(low <= x <= high for low, x, high in zip(self.low, point, self.high, strict=True))
