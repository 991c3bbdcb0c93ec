"""How a robot comes from one tool to another: put the one down in its pocket, fetch the other from its own.

Each half begins and ends at the hub of a changer, with empty hands: straight in, the coupling, straight out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cell.durations import action_duration
from cell.model import CellModel
from cell.steps import Couple, Uncouple
from planner.tasks.motions import Timed
from planner.tasks.right_of_way import Spots
from planner.tasks.worker import Worker


@dataclass(frozen=True, slots=True)
class Half:
    """`seconds` is the coupling's; `equipped` is the robot as it leaves."""

    pocket: str
    changer: str
    into: Timed
    action: Couple | Uncouple
    seconds: float
    out: Timed
    equipped: Worker

    @property
    def length(self) -> float:
        """From the hub and back to it, in s."""
        return self.into.seconds + self.seconds + self.out.seconds

    @property
    def way(self) -> Spots:
        return (*self.into.way, *self.into.rest, *self.out.way)


def halves(cell: CellModel, now: Worker, bare: Worker, wanted: Worker, speed: float | None) -> Iterator[Half]:
    """From the tool of `now` to that of `wanted`, both the same robot; `bare` is that robot without any."""
    if now.tool is not None and now.pocket is not None:
        into = now.motions.docking(now.pocket, "tool and pocket", "end", speed)
        out = bare.motions.docking(now.pocket, "flange and tool", "start", speed)
        yield _half(cell, now.pocket, into, Uncouple(now.robot, now.tool), out, bare)
    if wanted.tool is not None and wanted.pocket is not None:
        into = bare.motions.docking(wanted.pocket, "flange and tool", "end", speed)
        out = wanted.motions.docking(wanted.pocket, "tool and pocket", "start", speed)
        yield _half(cell, wanted.pocket, into, Couple(wanted.robot, wanted.tool), out, wanted)


def _half(cell: CellModel, pocket: str, into: Timed, action: Couple | Uncouple, out: Timed, equipped: Worker) -> Half:
    return Half(pocket, cell.pockets[pocket].changer, into, action, action_duration(cell, action).longest, out, equipped)
