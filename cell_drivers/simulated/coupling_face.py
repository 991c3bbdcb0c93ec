"""The driver of a simulated tool coupling at a robot's flange: it takes the tool that stands under it, or leaves its own there.

Law: whether a tool is taken or stands is decided by where the flange truly is when the coupling moves, never by what was asked.
"""

from __future__ import annotations

from cell.device import CommandStatus, CouplingChanged, CouplingState
from cell.driver import coupling_name
from cell.driver_errors import Refusal
from cell.durations import action_duration
from cell.steps import Couple, Uncouple
from cell_drivers.simulated.face import DONE, LOST, StatedFace
from cell_drivers.simulated.timeline import Due
from cell_drivers.simulated.world import World


class CouplingFace(StatedFace[CouplingState]):
    def __init__(self, world: World, robot: str) -> None:
        super().__init__(world, coupling_name(robot))
        self._robot = robot
        self._due: Due | None = None
        self._command: str | None = None
        self._count = 0

    # --- calls ---

    def couple(self, command: str, tool: str) -> None:
        if not self._begins(command, "couple", tool, is_there=self.world.mounts.get(tool) == self._robot):
            return
        seconds = action_duration(self.world.cell, Couple(self._robot, tool)).longest
        self._due = self.world.timeline.after(seconds * self._stretch(command), lambda: self._coupled(command, tool))

    def uncouple(self, command: str, tool: str) -> None:
        if not self._begins(command, "uncouple", tool, is_there=self.world.mounts.get(tool, self._robot) != self._robot):
            return
        seconds = action_duration(self.world.cell, Uncouple(self._robot, tool)).longest
        self._due = self.world.timeline.after(seconds * self._stretch(command), lambda: self._uncoupled(command, tool))

    def _stretch(self, command: str) -> float:
        return self.world.luck.stretch(self.name, command)

    def stop(self) -> None:
        self.link.reach()
        if self._due is not None and self._command is not None:
            self._due.cancel()
            self._ends(self._command, CommandStatus("aborted", None, "stop"))

    # --- what then happens ---

    def _coupled(self, command: str, tool: str) -> None:
        if self._is_lost(command):
            return
        self._judge_standstill(command)
        if self._fails():
            self._ends(command, CommandStatus("aborted", None, "not locked"))
            return
        if self.world.tool_at(self._robot) is not None or self.world.docked_under(self._robot) != tool:
            self.world.violation(self.name, command, f"{self._robot} couples to {tool}, which is not under its flange")
            self._ends(command, CommandStatus("aborted", None, "nothing there"))
            return
        self.world.mounts[tool] = self._robot
        self.world.hands[tool].connected()
        self.world.effect(self.name, command, "coupled", detail=tool)
        self._ends(command, DONE)

    def _uncoupled(self, command: str, tool: str) -> None:
        if self._is_lost(command):
            return
        self._judge_standstill(command)
        if self._fails():
            self._ends(command, CommandStatus("aborted", None, "not released"))
            return
        pocket = self.world.pocket_under(self._robot)
        for _, hand, part in tuple(self.world.held(self._robot)):
            self.world.violation(self.name, command, f"{tool} is put down with {part.id} in hand {hand}")
        if pocket is None or pocket.tool != tool:
            self.world.violation(self.name, command, f"{tool} is dropped: its pocket is not under it")
            self.world.mounts[tool] = ""
        else:
            self.world.mounts[tool] = pocket.changer
        self.world.hands[tool].connected()
        self.world.effect(self.name, command, "uncoupled", detail=tool)
        self._ends(command, DONE)

    # --- small print ---

    def _begins(self, command: str, what: str, tool: str, is_there: bool) -> bool:
        if tool not in self.world.mounts:
            raise self.refused(Refusal.UNKNOWN_NAME, command, f"no tool {tool!r}")
        if not self.takes(command, what, tool):
            return False
        if self._command is not None:
            raise self.refused(Refusal.BUSY, command, self._command)
        if is_there:
            self.already(command, what, tool)
            return False
        self.refuse_lost(self._robot, command)
        self.begin(command, what, tool)
        self._command = command
        return True

    def _fails(self) -> bool:
        self._count += 1
        return self.world.luck.coupling_fails(self._robot, self._count)

    def _is_lost(self, command: str) -> bool:
        """Then the command ends, and the tool stays where it is."""
        if self.world.is_lost(self._robot):
            self._ends(command, CommandStatus("aborted", None, LOST))
            return True
        return False

    def _judge_standstill(self, command: str) -> None:
        if self.world.arms[self._robot].is_moving:
            self.world.violation(self.name, command, f"the coupling of {self._robot} moves while the robot does")

    def _ends(self, command: str, status: CommandStatus) -> None:
        self._command, self._due = None, None
        self.tell(CouplingChanged(self.name, self.world.now, self._state_now()))
        self.change(command, status)

    def _state_now(self) -> CouplingState:
        return CouplingState(self.name, self._robot, self.world.now, self.world.tool_at(self._robot))
