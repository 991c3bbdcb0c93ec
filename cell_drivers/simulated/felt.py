"""What a simulated robot feels at its TCP: it presses where contact is meant, and is pushed against where a scenario says so.

The world has no dynamics: a force changes nothing of where the robot is. It is there for whoever watches.
"""

from __future__ import annotations

import numpy as np

from cell.device import Process
from cell.geometry import Array, frozen
from cell_drivers.simulated.arm import Arm
from cell_drivers.simulated.timeline import nanoseconds
from cell_drivers.simulated.world import World

ACCURACY = 0.5
"""N."""
PRESSED = 0.5
"""Of what its contact allows, where a part is set down, or taken up."""
_NOTHING: Array = frozen(np.zeros(3))


class Felt:
    def __init__(self, world: World, arm: Arm) -> None:
        self._world, self._arm = world, arm
        self._bumps = world.luck.bumps(arm.unit.name)
        for bump in self._bumps:
            for moment in (bump.at, bump.at + bump.duration):
                world.timeline.after(moment, lambda: None)  # so that somebody looks

    def force(self, contact: tuple[float, float, float] | None, process: Process | None) -> Array:
        """(3,) in N, in the robot's base, against its way."""
        met = self._pressed(contact, process) + self._bumped()
        return frozen(-met * self._way()) if met > 0.0 else _NOTHING

    def _bumped(self) -> float:
        now = self._world.now
        spells = ((bump.force, nanoseconds(bump.at), nanoseconds(bump.at + bump.duration)) for bump in self._bumps)
        return sum(force for force, start, end in spells if start <= now < end)

    def _pressed(self, contact: tuple[float, float, float] | None, process: Process | None) -> float:
        run = self._arm.run
        if run is None or contact is None:
            return 0.0
        first, last, most = contact
        if not first <= float(run.samples.s[run.row(self._world.now)]) <= last:
            return 0.0
        return PRESSED * most if process is None else dict(process.settings).get("force", 0.0)

    def _way(self) -> Array:
        """(3,) unit, which way the flange goes; upwards at rest, so that it is leant on from above."""
        run, chain = self._arm.run, self._arm.model.chain
        if run is not None:
            row = run.row(self._world.now)
            q, qd = run.samples.q[row], run.samples.qd[row]
            moved: Array = chain.flange_pose(q + 1e-3 * qd)[:3, 3] - chain.flange_pose(q)[:3, 3]
            length = float(np.linalg.norm(moved))
            if length > 1e-9:
                return moved / length
        return np.array([0.0, 0.0, 1.0])
