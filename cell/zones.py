"""Safety bounds: regions of the cell with a rule. Supervisory only; no zone here protects a person."""

from __future__ import annotations

from typing import Literal

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.geometry import Array, frozen


@dataclass(frozen=True, slots=True)
class Zone:
    """An axis-aligned box in the world, `low` and `high` in m.

    `keep_out`: no link, tool or held part may ever be inside. `speed_limit`: m/s for every point of a robot inside, at all
    times. `when_occupied`: what robots do while a person is inside (`occupied` is the signal that tells); `slow_to` m/s.
    `capacity`: how many robots may be inside at once, None for no rule. `handover`: a person may reach in there; a part is handed
    over with its lower face at `handover_at`, None for the middle of the box. `distance`: in the
    place of `occupied`, the signal that measures how far (m) the nearest person is from the robots; whoever is nearer than the
    separation distance counts as inside.
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
    handover_at: tuple[float, float, float] | None = None
    distance: str | None = None

    @property
    def handover_point(self) -> Array:
        """(3,) of the world, m."""
        middle = tuple(0.5 * (low + high) for low, high in zip(self.low, self.high, strict=True))
        return frozen(np.array(middle if self.handover_at is None else self.handover_at))

    def is_limited(self, robots: int) -> bool:
        """Whether it takes fewer than so many robots at once."""
        return self.capacity is not None and self.capacity < robots

    def holds(self, point: Array) -> bool:
        """Whether `point` (3,) of the world lies in the box, its faces included."""
        return all(low <= x <= high for low, x, high in zip(self.low, point, self.high, strict=True))
