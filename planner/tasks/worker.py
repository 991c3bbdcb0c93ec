"""A robot with one of its tools, or with none: its hands, what they hold already, its motions, where it stands at the start.

A robot that can change its tool is several workers, of which one at a time is what stands there (planner/tasks/floor.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cell.steps import AtPlace, AtPocket, Carried, Stance
from planner.tasks.motions import Motions
from planner.tasks.route import Clauses


@dataclass(frozen=True, slots=True)
class Hand:
    """`name` is tool.hand."""

    name: str
    tool: str
    hand: str


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """`tool` is None for a bare flange, `pocket` where the tool is put down; `is_mounted`: so the robot is at the start. `forces`
    in N by part kind; `load` is what the hands may hold together, kg. `held` is what its hands hold that no goal is
    about, by number. `grip_time` and `drive_time` (of a fastener) in s, `least_torque` in Nm."""

    robot: str
    tool: str | None
    pocket: str | None
    is_mounted: bool
    hands: tuple[Hand, ...]
    forces: Mapping[str, float]
    load: float
    grip_time: float
    motions: Motions
    stance: Stance
    held: Mapping[int, Carried]
    drive_time: float = 0.0
    least_torque: float = 0.0

    @property
    def contact(self) -> AtPlace | AtPocket | None:
        """The contact that an earlier plan left the robot in."""
        return self.stance if self.is_mounted and isinstance(self.stance, AtPlace | AtPocket) else None

    @property
    def contact_at(self) -> str:
        """The place or the pocket of that contact, "" for none."""
        return place_of(self.contact) if self.contact is not None else ""

    def hand_number(self, name: str) -> int:
        return [hand.name for hand in self.hands].index(name)

    def carried(self, kind: str, hand: int, grasp: int) -> Carried:
        """What hand number `hand` holds."""
        return Carried(self.hands[hand].name, kind, grasp)

    def torque_for(self, asked: float | None) -> float:
        """Nm to drive a fastener with: what the line asks for, else the least that the tool has."""
        return self.least_torque if asked is None else asked

    def speed(self, clauses: Clauses) -> float | None:
        """The smallest limit that binds this robot, m/s."""
        if not clauses.speeds:
            return None
        return min((v for robot, v in clauses.speeds if robot in ("", self.robot)), default=None)


def place_of(stance: AtPlace | AtPocket) -> str:
    """The place or the pocket."""
    return stance.place if isinstance(stance, AtPlace) else stance.pocket
