"""Motions and a plan that has them. A motion is a path in joint space and a time law along it, never samples.

Path: Bézier segments in joint space, each over its own length of the path parameter s. The control points bound the
segment and the differences of control points bound its derivatives (hodograph), so limits can be proved, not sampled.
Time law: s(t) by phases of constant jerk, from rest to rest (s, s', s'' are zero at the start; s is the path's length and
s', s'' are zero at the end).
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.dataclass import dataclass
from cell.later_array import LaterArray, made_later
from cell.steps import Along, Docking, MotionNeed, Touch
from cell.task_plan import TaskPlan


@made_later("control")
@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """`control` (d+1, n): Bézier control points in rad or m, degree d from 1 to 5. `length` > 0: the stretch of s that it
    covers. With u in [0, 1] on the segment, dq/ds = (dq/du) / length. Neighbours agree in q, dq/ds and d²q/ds²."""

    control: LaterArray
    length: float


@dataclass(frozen=True, slots=True)
class Phase:
    """`duration` s at constant `jerk` of the path parameter, in 1/s³."""

    duration: float
    jerk: float


@dataclass(frozen=True, slots=True)
class ContactAllowance:
    """Contact that is meant: between the pair of `touch`, for path parameters in [`first`, `last`], at most `speed` m/s of
    the TCP there and `force` N. `between`: the path parameters between which a tool follows a path, None for other contact."""

    touch: Touch | Docking | Along
    first: float
    last: float
    speed: float
    force: float
    between: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ZoneVisit:
    """The robot, its tool or its load may be inside `zone` for path parameters in [`first`, `last`]; not outside that."""

    zone: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Motion:
    """`duration` is the sum of the phases, in s. `visits` lists every zone that the motion touches at all."""

    need: MotionNeed
    segments: tuple[Segment, ...]
    phases: tuple[Phase, ...]
    contacts: tuple[ContactAllowance, ...]
    visits: tuple[ZoneVisit, ...]
    duration: float


@dataclass(frozen=True, slots=True)
class MotionPlan:
    """A task plan whose every Move has a motion, stored once by content hash. Unreleased: nothing may run it.

    `plan_id` is the hash of the canonical content, which names sources, cell, facts read, seed and versions."""

    plan_id: str
    tasks: TaskPlan
    motions: Mapping[str, Motion]
    sources: tuple[tuple[str, str], ...]
    params: tuple[tuple[str, str], ...]
    cell_revision: str
    robot_digests: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
