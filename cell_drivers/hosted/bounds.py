"""How long a driver's process may take for anything, and how much it may take of the machine."""

from __future__ import annotations

from cell.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """s, unless said otherwise. `answer`: no call of a proxy takes longer, but `open` (`start`). `period`: between two looks
    that the child takes at its devices. `silence`: without a word for so long the child hangs, but in `open` (`start`). `stop`:
    until a stop counts as not taken, and the child is killed. `events`: that nobody has fetched. `lingers`: that a process stays
    after `close`, for a reconnect. `memory` bytes and `files` that the child's process may hold."""

    start: float = 20.0
    answer: float = 0.5
    period: float = 0.02
    silence: float = 3.0
    stop: float = 0.1
    events: int = 5_000
    lingers: float = 2.0
    memory: int = 2_000_000_000
    files: int = 512
