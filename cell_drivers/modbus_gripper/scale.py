"""Between SI and the gripper's bytes: width and force, as the cell file and the address say how far they go.

Law: refused, never clamped; what is rounded is rounded to where it does what was asked: a force up, so that
what was to be held is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cell_drivers.modbus_gripper.registers import HIGHEST

WHOLE = 1e-9  # of a step: what arithmetic adds to a number that was whole


@dataclass(frozen=True, slots=True)
class Scale:
    """`stroke` m between open jaws, `weakest` and `strongest` N: force 0 and 255. Positions and forces are linear in between."""

    stroke: float
    weakest: float
    strongest: float

    def position(self, width: float | None) -> int:
        """0 open to 255 closed; None is closed, until something is met. Raises ValueError outside the stroke."""
        if width is None:
            return HIGHEST
        if not (math.isfinite(width) and 0.0 <= width <= self.stroke):
            raise ValueError(f"width {width:g} m is not in 0 to {self.stroke:g} m")
        return round(HIGHEST * (1.0 - width / self.stroke))

    def width(self, position: int) -> float:
        """m, within half a step of stroke / 255."""
        return self.stroke * (1.0 - position / HIGHEST)

    def force(self, force: float) -> int:
        """The weakest that is not weaker. Raises ValueError outside what the tool can do."""
        if not (math.isfinite(force) and self.weakest <= force <= self.strongest):
            raise ValueError(f"force {force:g} N is not in {self.weakest:g} to {self.strongest:g} N")
        if self.strongest == self.weakest:
            return HIGHEST
        return math.ceil(HIGHEST * (force - self.weakest) / (self.strongest - self.weakest) - WHOLE)
