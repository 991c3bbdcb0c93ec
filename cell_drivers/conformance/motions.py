"""Motions to try a robot with: straight in joint space, from rest to rest, between two ends that never move.

Four phases of constant jerk j, each h s long: the way is 2 j h³, the highest speed j h² and the highest acceleration j h, of the
path parameter; a joint has its share of each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cell.device import Capabilities, JointLimits, Prepared, RobotState, Trajectory
from cell.driver import MotionDriver
from cell.geometry import Array, frozen
from cell.motion_plan import Phase, Segment
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.seen import Broken

SHORTEST = 0.6
"""s: a motion that is over sooner cannot be stopped half-way."""


@dataclass(slots=True)
class Rig:
    """A robot, ready to move, and the two ends between which it does."""

    bed: Bed
    name: str
    robot: MotionDriver
    declared: Capabilities
    ends: tuple[Array, Array]

    @property
    def period(self) -> float:
        """s between two looks, so that every fresh sample is seen."""
        return max(0.5 / self.declared.rate, 0.001)

    @property
    def still(self) -> float:
        """rad or m: what a standing robot's joints may seem to move."""
        return 0.2 * self.declared.start_tolerance

    def q(self) -> Array:
        return np.asarray(self.robot.state().q, dtype=np.float64)

    def way(self, motion: str = "there", speed: float | None = None) -> Trajectory:
        """From where it stands to the farther end."""
        here = self.q()
        there = max(self.ends, key=lambda end: float(np.max(np.abs(end - here))))
        return straight(self.declared.joints, here, there, self.bed.bench.speed if speed is None else speed, motion)

    def prepared(self, trajectory: Trajectory | None = None, command: str | None = None) -> Prepared:
        return self.robot.prepare(command or self.bed.id(), trajectory or self.way())

    def started(self, trajectory: Trajectory | None = None, command: str | None = None) -> Prepared:
        prepared = self.prepared(trajectory, command)
        self.robot.start(prepared)
        return prepared

    def halfway(self, share: float = 0.4) -> tuple[Prepared, Trajectory]:
        """In the middle of a motion."""
        trajectory = self.way()
        prepared = self.started(trajectory)
        self.watch(share * prepared.duration)
        return prepared, trajectory

    def watch(self, seconds: float) -> list[RobotState]:
        """Every fresh sample of that time."""
        found: list[RobotState] = []

        def look() -> None:
            state = self.robot.state()
            if not found or state.seq != found[-1].seq:
                found.append(state)

        self.bed.wait(seconds, self.period, look)
        return found

    def watch_to_the_end(self, command: str, longest: float) -> list[RobotState]:
        """Every fresh sample until the command is final, and a little longer. Raises Broken when it does not end."""
        found: list[RobotState] = []

        def is_over() -> bool:
            state = self.robot.state()
            if not found or state.seq != found[-1].seq:
                found.append(state)
            return self.bed.status(self.name, command).is_final

        if not self.bed.until(is_over, longest, self.period):
            raise Broken(f"{command} is still {self.bed.status(self.name, command).state} after {longest:g} s")
        return [*found, *self.watch(2.0 / self.declared.rate)]

    def stands(self, seconds: float = 0.3) -> bool:
        """Whether it does not move for so long."""
        here = self.q()
        return all(self.distance(state.q, here) <= self.still for state in self.watch(seconds))

    @staticmethod
    def distance(one: Array, other: Array) -> float:
        return float(np.max(np.abs(np.asarray(one) - np.asarray(other))))


def rig(bed: Bed, name: str, is_active: bool = True) -> Rig:
    """Raises Broken when it cannot be activated."""
    robot = bed.drivers.motion[name]
    declared = robot.capabilities()
    found = Rig(bed, name, robot, declared, (np.zeros(0), np.zeros(0)))
    origin = bed.bench.origins.setdefault(name, frozen(found.q()))
    found.ends = (origin, _far_end(declared.joints, origin, bed.bench.travel))
    if is_active:
        activated(found)
    return found


def activated(rig: Rig) -> None:
    """Raises Broken when it is not, 30 s later."""
    command = rig.bed.id()
    rig.robot.activate(command)
    rig.bed.done(rig.name, command, 30.0)
    if not rig.bed.until(lambda: rig.robot.state().mode == "idle", 5.0):
        raise Broken(f"it is activated, and its mode {rig.robot.state().mode}")


def straight(joints: Sequence[JointLimits], start: Array, end: Array, speed: float, motion: str) -> Trajectory:
    """As fast as `speed` (0..1) of the limits permits, no shorter than SHORTEST. Raises ValueError where nothing would move."""
    change = np.abs(np.asarray(end) - np.asarray(start))
    length = float(change.max())
    if length == 0.0:
        raise ValueError("nothing to move")
    slowest = SHORTEST / 4.0
    for joint, part in zip(joints, change / length, strict=True):
        way = part * length / (2.0 * speed)
        slowest = max(slowest, way / joint.velocity, math.sqrt(way / joint.acceleration), (way / joint.jerk) ** (1.0 / 3.0))
    jerk = length / (2.0 * slowest**3)
    phases = tuple(Phase(slowest, sign * jerk) for sign in (1.0, -1.0, -1.0, 1.0))
    return Trajectory(motion, tuple(j.name for j in joints), (Segment(frozen([start, end]), length),), phases)


def bent(trajectory: Trajectory, **changes: object) -> Trajectory:
    return replace(trajectory, **changes)  # type: ignore[arg-type]


def _far_end(joints: Sequence[JointLimits], origin: Array, travel: float) -> Array:
    """Towards the middle of each joint's range; no two joints by the same amount, so that columns that are swapped are seen."""
    low, high = (np.array([getattr(j, side) for j in joints]) for side in ("low", "high"))
    towards = np.where(origin <= 0.5 * (low + high), 1.0, -1.0)
    room = 0.5 * np.maximum(high - origin, origin - low)
    shares = 1.0 - 0.5 * np.arange(len(joints)) / max(1, len(joints))
    return frozen(origin + towards * np.minimum(travel, room) * shares)
