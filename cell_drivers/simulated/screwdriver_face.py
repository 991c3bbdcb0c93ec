"""The driver of a simulated tool that drives fasteners: a gripper for them, that also runs in what it holds at a seat.

Law: whether a fastener is seated is decided by where it is and by the scenario, when the drive ends; one that is not stays in the
hand.
"""

from __future__ import annotations

import math

from cell.device import CommandStatus, Measured
from cell.driver_errors import Refusal
from cell.durations import action_duration
from cell.model import Tool
from cell.steps import Drive
from cell_drivers.simulated.chance import fraction
from cell_drivers.simulated.gripper_face import GripperFace, Jaws
from cell_drivers.simulated.world import World

LEAST_TURNS, MOST_TURNS = 1.5, 1.9
"""Turns of a good joint, drawn for each fastener."""
TOO_MANY_TURNS = 2.5


class ScrewdriverFace(GripperFace):
    def __init__(self, world: World, tool: Tool) -> None:
        super().__init__(world, tool)
        self._drive_time = action_duration(world.cell, Drive(tool.name, "", "", "", 0.0)).longest
        self._driven = 0

    def drive(self, command: str, hand: str, torque: float) -> None:
        asked = ("drive", hand, torque)
        if not self.takes(command, *asked):
            return
        jaws = self._jaws_for(command, hand)
        self._refuse_torque(command, torque)
        if self.world.parts.held_by(self._full(jaws)) is None:
            raise self.refused(Refusal.NO_PART, command)
        self._refuse_lost(command)
        self.begin(command, *asked)
        self._moves(jaws, command)
        seconds = self._drive_time * self.world.luck.stretch(self.name, command)
        jaws.due = self.world.timeline.after(seconds, lambda: self._ends(jaws, command, torque))

    def _ends(self, jaws: Jaws, command: str, torque: float) -> None:
        part = self.world.parts.held_by(self._full(jaws))
        assert part is not None, "nothing else opens a hand that drives"
        if self.world.is_lost(self.mount):
            self._lose_sight(jaws, command, "held")
            return
        self._driven += 1
        spoiled = self.world.luck.drive(self.name, self._driven)
        if spoiled in ("jam", "cross_threaded"):
            self._settle(jaws, "held", True)
            self.world.effect(self.name, command, "not driven", part.id, spoiled)
            jaws.command, jaws.due = None, None
            self.change(command, CommandStatus("aborted", None, spoiled))
            return
        share = fraction(self.world.luck.seed, "turns", part.id)
        turns = TOO_MANY_TURNS if spoiled == "over_turned" else LEAST_TURNS + share * (MOST_TURNS - LEAST_TURNS)
        for quantity, value in (("torque", torque), ("angle", turns * math.tau)):
            self.tell(Measured(self.name, self.world.now, command, quantity, value))
        self._opened(jaws, command)

    def _refuse_torque(self, command: str, torque: float) -> None:
        given = self.tool.attributes.get("torque", math.inf)
        low, high = given if isinstance(given, tuple) else (0.0 if given == math.inf else given, given)
        if not (isinstance(low, float) and isinstance(high, float) and math.isfinite(torque) and low <= torque <= high):
            raise self.refused(Refusal.OUT_OF_RANGE, command, f"torque {torque} Nm is not in {low} to {high} Nm")
