"""Works that are none: a door, a clamp and programs that take their time and work on nothing. Put yours in their place."""

from __future__ import annotations

from cell.device import DoorState
from cell.equipment import Equipment
from dry_driver.dry_arm import Timeline
from dry_driver.machine import Became, Leaf, Reading

LEAF_TIME = 1.0  # s


class DryWorks:
    rate, max_age = 125.0, 0.1
    verified_against = ("nothing: it works on no part",)

    def __init__(self, timeline: Timeline, equipment: Equipment) -> None:
        self.timeline, self.now = timeline, timeline.now
        self.durations = {program.name: program.duration.longest for program in equipment.programs}
        self.leaves: dict[Leaf, DoorState | None] = {"door": "closed", "clamp": "open"}
        self.goals: dict[Leaf, DoorState] = {}
        self.became_of: dict[str, Became] = {}
        self.command = self.program = self.alarm = ""
        self.part: bool | None = None  # no switch tells; yours may
        self.is_cut = False
        self._last: Reading | None = None

    def connect(self) -> None:
        """There is nothing to connect to."""

    def disconnect(self) -> None:
        """Nor to leave."""

    def reading(self) -> Reading | None:
        if not self.is_cut:
            door, clamp = self.leaves["door"], self.leaves["clamp"]
            self._last = Reading(self.now(), door, clamp, self.program, None, self.part, self.alarm)
        return self._last

    def became(self, command: str) -> Became | None:
        return None if self.is_cut else self.became_of.get(command, "not seen")

    def move(self, leaf: Leaf, goal: DoorState) -> None:
        self.leaves[leaf], self.goals[leaf] = None, goal
        self.timeline.after(LEAF_TIME, lambda: self._there(leaf, goal))

    def begin(self, command: str, program: str) -> None:
        self.command, self.program, self.became_of[command] = command, program, "running"
        self.timeline.after(self.durations[program], lambda: self._ends(command, "done"))

    def halt(self) -> None:
        self._ends(self.command, "aborted")

    def clear(self) -> None:
        self.alarm = ""

    def _there(self, leaf: Leaf, goal: DoorState) -> None:
        if self.goals[leaf] == goal:
            self.leaves[leaf] = goal

    def _ends(self, command: str, became: Became) -> None:
        if self.became_of.get(command) == "running":
            self.became_of[command], self.program = became, ""
