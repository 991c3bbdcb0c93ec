"""How robots are seen to go otherwise than they should, as events of a run. Supervisory only."""

from __future__ import annotations

from cell.commands import Subject
from cell.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class TrackingErrorSeen:
    """A joint of `robot` is `error` rad or m from its setpoint; `limit` is what was allowed."""

    at: int
    of: Subject
    robot: str
    error: float
    limit: float


@dataclass(frozen=True, slots=True)
class NoProgressSeen:
    """`robot` says that it runs, and has stood at path parameter `s` for `seconds`."""

    at: int
    of: Subject
    robot: str
    s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class JointSpeedSeen:
    """`joint` of `robot` goes at `speed` rad/s or m/s; `limit` is what its driver declares as the most."""

    at: int
    of: Subject
    robot: str
    joint: str
    speed: float
    limit: float


@dataclass(frozen=True, slots=True)
class ForceSeen:
    """`robot` meets `force` N at its TCP, `limit` at most is allowed where it is, at path parameter `s` (None: not known)."""

    at: int
    of: Subject
    robot: str
    force: float
    limit: float
    s: float | None


@dataclass(frozen=True, slots=True)
class TooFastSeen:
    """`robot` was asked for the share `asked` of its planned speed, and goes at `share` of it."""

    at: int
    of: Subject
    robot: str
    share: float
    asked: float


@dataclass(frozen=True, slots=True)
class StillMoves:
    """`robot`, which no step moves, is seen to move or to carry out a command while the run waits to see it stand."""

    at: int
    of: Subject
    robot: str
