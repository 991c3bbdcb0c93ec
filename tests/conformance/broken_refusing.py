"""Faults of who looks at one side of a bound only."""

from __future__ import annotations

import numpy as np

from cell.device import Prepared, Trajectory
from cell.driver_errors import Refusal
from cell_drivers.conformance.laws import refusing
from tests.conformance.around import Around, Fault, deaf, robots


class LooksUpOnly(Around):
    """It takes a motion that ends below a joint's range."""

    def prepare(self, command: str, trajectory: Trajectory) -> object:
        low = np.array([joint.low for joint in self.inner.capabilities().joints])
        is_below = bool(np.any(trajectory.segments[-1].control[-1] < low)) if trajectory.segments else False
        instead = Prepared(self.inner.name, command, trajectory.motion, 1.0)
        to = (Refusal.POSITION_LIMIT,) if is_below else ()
        return deaf(*to)(lambda: self.inner.prepare(command, trajectory), instead)


FAULTS = (
    Fault("takes what leaves a joint's range at its lower end", refusing.prepare_refuses_beyond_a_range, robots(LooksUpOnly)),
)  # fmt: skip
