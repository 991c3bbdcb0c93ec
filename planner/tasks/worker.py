"""A robot that may do work in this plan: its hands, what they hold already, its motions, and where it stands at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cell.steps import AtPlace, Carried, Stance
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
    """`forces` in N by part kind; `load` is what the hands may hold together, kg. `held` is what its hands hold that no goal is
    about, by number. `grip_time` and `drive_time` (of a fastener) in s."""

    robot: str
    hands: tuple[Hand, ...]
    forces: Mapping[str, float]
    load: float
    grip_time: float
    motions: Motions
    stance: Stance
    held: Mapping[int, Carried]
    drive_time: float = 0.0

    @property
    def contact(self) -> AtPlace | None:
        """The contact that an earlier plan left the robot in."""
        return self.stance if isinstance(self.stance, AtPlace) else None

    def hand_number(self, name: str) -> int:
        return [hand.name for hand in self.hands].index(name)

    def carried(self, kind: str, hand: int, grasp: int) -> Carried:
        """What hand number `hand` holds."""
        return Carried(self.hands[hand].name, kind, grasp)

    def speed(self, clauses: Clauses) -> float | None:
        """The smallest limit that binds this robot, m/s."""
        return min((v for robot, v in clauses.speeds if robot in ("", self.robot)), default=None)
