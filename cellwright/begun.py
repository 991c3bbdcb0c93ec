"""How a run can be reached again: what another controller has to know to go on with it, beside how it was asked for (start.json).

What the plan was made from stands in the plan.
"""

from __future__ import annotations

import json
from pathlib import Path

from cell.codec import CodecError, canonical, from_plain
from cell.dataclass import dataclass

FILE = "begun.json"


@dataclass(frozen=True, slots=True)
class Begun:
    """`world` is the file that says where the simulated world can be reached, None where there is none that outlives its
    controller; `record` is that world's own. `is_simulated`: no device of it is real. `drives`: its cell file and its devices, as
    they are locked (cell_lock.py); of a run of before nothing. `speed` times real time, None where there is none."""

    world: str | None
    record: str | None
    is_simulated: bool
    drives: tuple[str, ...] = ()
    speed: float | None = None

    @property
    def is_left_behind(self) -> bool:
        """Whether its cell is there without its controller: a real one, or a simulated world that outlives it."""
        return self.world is not None or not self.is_simulated


def write_begun(run: Path, begun: Begun) -> None:
    """Raises OSError."""
    (run / FILE).write_text(canonical(begun), encoding="utf-8")


def read_begun(run: Path) -> Begun | None:
    """None where nothing that can be read says so."""
    try:
        said = json.loads((run / FILE).read_text(encoding="utf-8"))
        return from_plain(Begun, {"drives": [], "speed": None, **said} if isinstance(said, dict) else said)
    except (OSError, ValueError, CodecError):
        return None
