"""What is asked of a robot in manual mode, and the ways found for it, as events of a run."""

from __future__ import annotations

from cell.commands import Subject
from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic
from cell.jog import Jog


@dataclass(frozen=True, slots=True)
class JogAsked:
    """`who`, at the terminal of that number, holds a key for it (`is_held`), or wants to see where it would go."""

    at: int
    of: Subject
    jog: Jog
    who: str
    terminal: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class JogLeft:
    """The key is held no more, or nobody knows that it is."""

    at: int
    of: Subject
    terminal: int
    why: str


@dataclass(frozen=True, slots=True)
class WayFound:
    """The way that `request` asked for is proved: the plan `of.plan`, its one motion `of.motion`. It leads from `start` to `end`
    (rad or m) in `duration` s, `reach` m or rad along the axis, and ends `room` m from the nearest body (None: there is none).
    `zones`: all that it comes into; `ends_in`: those that it ends in; `ends_because`: why it goes no further, "" where it only
    ends."""

    at: int
    of: Subject
    request: str
    jog: Jog
    start: tuple[float, ...]
    end: tuple[float, ...]
    reach: float
    duration: float
    room: float | None
    zones: tuple[str, ...]
    ends_in: tuple[str, ...]
    ends_because: str


@dataclass(frozen=True, slots=True)
class NoWay:
    """There is no way for what `request` asked for, and why."""

    at: int
    of: Subject
    request: str
    jog: Jog
    diagnostics: tuple[Diagnostic, ...]
