"""What a machine may be in the middle of: a door or clamp that moves, a program or an inspection that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cell.device import DoorState
from cell_drivers.simulated.timeline import Due

Doing = Literal["program", "inspect", "treat"]


@dataclass(slots=True)
class Leaf:
    """A door or a clamp. `at` None while it moves, then `command` is what it moves for."""

    seconds: float
    at: DoorState | None
    command: str | None = None
    due: Due | None = None


@dataclass(slots=True)
class Work:
    """A program, an inspection or other work under way, on `part`, "" for none. `due` is when it ends, or breaks off."""

    command: str
    name: str
    part: str
    started: int
    length: int
    doing: Doing
    due: Due | None = None

    def fraction(self, now: int) -> float:
        return min(1.0, (now - self.started) / self.length) if self.length else 1.0
