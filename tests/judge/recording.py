"""What the judge reads: samples of the robots and what the world says became of the parts and machines. Nothing of a plan.

The judge has a form of its own, so that a recording can be written by hand, with a fault planted in it. Times are integer
nanoseconds of one clock. Between two samples a robot is where its joints, interpolated linearly, put it (`Track.curvature`
bounds the difference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cell.geometry import Array


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One motion as it was started: `command` id, `motion` content hash, from sample `first` up to, not including, `last`."""

    command: str
    motion: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One robot. `at` (N,) int64 ns, strictly increasing; `setpoint` and `readback` (N, n) in rad or m; `progress` (N,) the
    path parameter that the *readback* has reached in the motion under way."""

    robot: str
    at: np.ndarray
    setpoint: Array
    readback: Array
    progress: Array
    runs: tuple[Run, ...] = ()

    def __post_init__(self) -> None:
        if not np.all(np.diff(self.at) > 0):
            raise ValueError(f"times of {self.robot} do not increase")
        if not (len(self.at) == len(self.setpoint) == len(self.readback) == len(self.progress)):
            raise ValueError(f"samples of {self.robot} differ in number")
        if not (np.all(np.isfinite(self.setpoint)) and np.all(np.isfinite(self.readback))):
            raise ValueError(f"samples of {self.robot} are not all finite")


@dataclass(frozen=True, slots=True)
class AtPlace:
    place: str


@dataclass(frozen=True, slots=True)
class Brought:
    """It came to the place by itself, from outside: a conveyor has brought it."""

    place: str


@dataclass(frozen=True, slots=True)
class InHand:
    tool: str
    hand: str


@dataclass(frozen=True, slots=True)
class Joined:
    """It is part of `base` from now on, in that seat of it."""

    base: str
    seat: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Not in the way of anything any more, or nobody knows where."""

    why: str


Whereabouts = AtPlace | Brought | InHand | Joined | Gone


@dataclass(frozen=True, slots=True)
class PartChange:
    """From `at` on, `part` of `kind` is at `where`."""

    at: int
    part: str
    kind: str
    where: Whereabouts


@dataclass(frozen=True, slots=True)
class ToolChange:
    """At `at` the flange of `robot` has coupled to `tool`, or has let go of it."""

    at: int
    tool: str
    robot: str
    is_coupled: bool


@dataclass(frozen=True, slots=True)
class Interval:
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Recording:
    """`changes` in order of time; those at or before the first sample say where the parts were at the start. `running` gives
    for each machine when its spindle turned, `occupied` for each zone when a person was inside, `deaf` when what tells of
    people was frozen, `cuts` for each robot when it had no link.
    `tools` are the changes of tools, in order of time; at the start each is where the cell declares it."""

    tracks: Mapping[str, Track]
    changes: tuple[PartChange, ...]
    running: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    occupied: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)
    tools: tuple[ToolChange, ...] = ()
    deaf: tuple[Interval, ...] = ()
    cuts: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(a.at > b.at for a, b in zip(self.changes, self.changes[1:], strict=False)):
            raise ValueError("changes of parts are not in order of time")
