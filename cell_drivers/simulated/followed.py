"""One robot in the world that another driver moves: it stands where that driver was last heard to have it.

Laws: it is where it was measured, and nowhere by inference. A sighting that is older than MAX_AGE is none: then nobody knows
where the robot is, and nothing that depends on it is decided. What is not finite, has another number of joints, comes from ahead
of this world's time or is no newer than what was seen before is no sighting.
"""

from __future__ import annotations

import numpy as np

from cell.device import RobotState
from cell.geometry import Array, Pose, frozen
from cell.model import RobotUnit
from cell.robot import RobotModel
from cell.world_record import MotionRecord
from cell_drivers.simulated.timeline import nanoseconds
from cell_drivers.simulated.world import World

MAX_AGE = nanoseconds(0.5)
"""As old as the controller lets the state of a simulated tool be."""
STANDSTILL = 1e-2
"""rad/s or m/s: what the measured joints of a robot at rest may seem to move."""
FALLS_AFTER = 0.3
"""s after it set off that a robot loses what it is to lose on the way: how long its motion takes is its own driver's to know."""


class Followed:
    def __init__(self, world: World, unit: RobotUnit, model: RobotModel) -> None:
        self.world = world
        self.unit = unit
        self.model = model
        self._newest: RobotState | None = None
        self._flange: tuple[Array, Pose] | None = None  # for the joints that were asked about last
        self._under_way: str | None = None  # the command that it moves for, "" for none

    def follow(self, state: RobotState) -> None:
        """Counts from the moment at which it was received, in this world's time; at once where that is over."""
        if not _is_whole(state, self.model.degrees_of_freedom) or state.received > self.world.now + MAX_AGE:
            return
        if state.received <= self.world.now:
            self._sighted(state)
        else:
            self.world.timeline.at(state.received, lambda: self._sighted(state))

    def _sighted(self, state: RobotState) -> None:
        if self._newest is None or state.received > self._newest.received:
            self._newest = state
            self._tell_of_motion(state)

    # --- where it is ---

    @property
    def sighting(self) -> RobotState | None:
        """None: nobody knows where it is."""
        newest = self._newest
        return newest if newest is not None and self.world.now - newest.received <= MAX_AGE else None

    @property
    def is_moving(self) -> bool:
        """As far as it is known."""
        sighting = self.sighting
        return sighting is not None and _speed(sighting) > STANDSTILL

    def T_world_flange(self) -> Pose | None:
        sighting = self.sighting
        if sighting is None:
            return None
        if self._flange is None or self._flange[0] is not sighting.q:
            self._flange = (sighting.q, self.T_world_flange_at(sighting.q))
        return self._flange[1]

    def T_world_flange_at(self, q: Array) -> Pose:
        return self.unit.base @ Pose.from_matrix(self.model.chain.flange_pose(frozen(q)))

    def motions(self) -> tuple[MotionRecord, ...]:
        """None of them: what is heard of it are looks, fifty a second at best. Its own driver has the samples (`readback`)."""
        return ()

    # --- what its motions do in this world ---

    def _tell_of_motion(self, state: RobotState) -> None:
        name, before, now = self.unit.name, self._under_way, self._moves_for(state)
        if now == before:
            return
        self._under_way = now
        if before == "" and now is not None:
            return  # it had set off before its driver could tell for which command
        if before is not None:
            self.world.effect(name, before, "motion ended")
            self.world.judge_end(name, before)
        if now is not None:
            self.world.effect(name, now, "motion started")
            self.world.judge_start(name, now)
            self.world.departs(name, 2.0 * FALLS_AFTER)

    def _moves_for(self, state: RobotState) -> str | None:
        """Also what a person moves by hand, or the robot by itself, is a motion: for no command. Joints that come to rest after a
        command is done still move for it."""
        if state.command is not None:
            return state.command
        return (self._under_way or "") if _speed(state) > STANDSTILL else None


def _speed(state: RobotState) -> float:
    return float(np.max(np.abs(state.qd), initial=0.0))


def _is_whole(state: RobotState, joints: int) -> bool:
    return all(np.shape(row) == (joints,) and bool(np.all(np.isfinite(row))) for row in (state.q, state.qd))
