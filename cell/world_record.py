"""The simulated world's own record: what truly happened, whatever anybody planned, believed or journaled. The judge of a run.

Laws: every part that was ever there is in `parts`, in exactly one location. Every effect carries the id of the command that
caused it, or "" where nobody commanded it. `executions` counts how often a device truly began to carry out a command, so
twice is visible. What no plan may ever do (a part dropped, a door closed on a robot) is a `violation`; the world goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cell.codec import canonical
from cell.geometry import Array, Integers
from cell.scenario import Scenario


@dataclass(frozen=True, slots=True)
class RestsIn:
    place: str


@dataclass(frozen=True, slots=True)
class HeldBy:
    """`hand` is tool.hand."""

    hand: str


@dataclass(frozen=True, slots=True)
class JoinedTo:
    """A part of the part `base`, in its seat `seat`: it goes where that goes."""

    base: str
    seat: str


@dataclass(frozen=True, slots=True)
class Fallen:
    """`xyz` in the world (m), where it left the hand."""

    why: str
    xyz: tuple[float, float, float]


Whereabouts = RestsIn | HeldBy | JoinedTo | Fallen


@dataclass(frozen=True, slots=True)
class PartRecord:
    """`programs` and `outcomes` are what was truly done to it and found of it, in order; of work along a path the tool, and
    verb and path."""

    id: str
    kind: str
    where: Whereabouts
    programs: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str], ...]


What = Literal[
    "activated",
    "deactivated",
    "gripped",
    "slipped",
    "closed on nothing",
    "released",
    "joined",
    "not driven",
    "opened empty",
    "fell",
    "coupled",
    "uncoupled",
    "door",
    "clamp",
    "program started",
    "program ended",
    "program aborted",
    "inspection started",
    "inspection aborted",
    "told",
    "alarm",
    "alarm cleared",
    "person",
    "asked",
    "refused",
    "work started",
    "work ended",
    "work aborted",
    "takes hold",
    "gives",
    "carried",
    "arrived",
    "presented",
    "taken away",
    "motion started",
    "motion ended",
    "motion aborted",
    "jammed",
    "applied",
    "applied in part",
    "scaled",
    "acknowledged",
    "io",
]


@dataclass(frozen=True, slots=True)
class Effect:
    """`time` ns. `detail` is the place, the state reached, the program or the value, as the word `what` asks."""

    time: int
    device: str
    command: str
    what: What
    part: str
    detail: str


@dataclass(frozen=True, slots=True)
class Violation:
    time: int
    device: str
    command: str
    text: str


@dataclass(frozen=True, slots=True)
class Execution:
    """A device has truly begun to carry out `command`."""

    time: int
    command: str


@dataclass(frozen=True, slots=True, eq=False)
class MotionRecord:
    """What the robot truly did under `command`, 125 Hz. `time` (N,) ns, `q` and `qd` (N, n) measured in rad or m and s,
    `setpoint` (N, n) and `s` (N,), the measured path parameter. `held` lists (tool.hand, part id) during the motion."""

    robot: str
    command: str
    motion: str
    outcome: Literal["running", "done", "aborted"]
    held: tuple[tuple[str, str], ...]
    time: Integers
    q: Array
    qd: Array
    setpoint: Array
    s: Array
    speed_scaling: Array


@dataclass(frozen=True, slots=True)
class Occupation:
    """A person in `zone` from `start` ns; `end` None: still there."""

    zone: str
    start: int
    end: int | None


Happening = Effect | Violation | Execution


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a world that remembers the newest only has counted besides: effects by what they were, executions, and parts that
    lie in a heap, or were taken away from one, as (kind, place, count). `repeated`: commands that a device began more than once,
    of all that there were."""

    effects: tuple[tuple[str, int], ...] = ()
    executions: int = 0
    repeated: int = 0
    parts: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class WorldRecord:
    """`time` ns is when it was taken. `mounts` has the robot or the changer that each tool is at, "" for one that was dropped."""

    time: int
    scenario: Scenario
    parts: tuple[PartRecord, ...]
    effects: tuple[Effect, ...]
    violations: tuple[Violation, ...]
    motions: tuple[MotionRecord, ...]
    executions: Mapping[str, int]
    occupations: tuple[Occupation, ...]
    mounts: Mapping[str, str]
    forgotten: Forgotten = Forgotten()

    def of(self, what: What) -> tuple[Effect, ...]:
        return tuple(effect for effect in self.effects if effect.what == what)

    def parts_in(self, equipment: str) -> tuple[str, ...]:
        """Ids of the parts that rest in a place of `equipment`."""
        return tuple(
            part.id
            for part in self.parts
            if isinstance(part.where, RestsIn) and part.where.place.split("[")[0].split(".")[0] == equipment
        )

    def fingerprint(self) -> str:
        """sha256 over everything: equal for equal runs, sample for sample."""
        told = (
            self.time,
            self.scenario,
            self.parts,
            self.effects,
            self.violations,
            self.executions,
            self.occupations,
            self.mounts,
        )
        found = hashlib.sha256(canonical(told).encode())
        for motion in self.motions:
            found.update(canonical((motion.robot, motion.command, motion.motion, motion.outcome, motion.held)).encode())
            for array in (motion.time, motion.q, motion.qd, motion.setpoint, motion.s, motion.speed_scaling):
                found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()
