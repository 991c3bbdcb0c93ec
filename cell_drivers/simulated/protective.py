"""The robot's own controller, which may stop it for a reason of its own: until an operator acknowledges that, it obeys nobody.
While the circuit of its emergency stop is open it has no power, and no word of anybody gives it any.

Law: nothing resumes by itself. A simulated state; nothing here protects anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from cell.device import FaultCleared, FaultRaised, ProtectiveState
from cell.driver_errors import SafetyStop
from cell_drivers.simulated.world import World

FAULT, OPEN = "protective_stop", "emergency_stop"
TEXT, OPEN_TEXT = "its own controller has stopped it", "the circuit of its emergency stop is open"


class OwnController:
    """`stop` and `tell` are the robot face's."""

    def __init__(
        self,
        world: World,
        robot: str,
        stop: Callable[[Literal["quick", "power"]], None],
        tell: Callable[[FaultRaised | FaultCleared], None],
    ) -> None:
        self._world, self._robot, self._stop, self._tell = world, robot, stop, tell
        self._opened = 0
        self.state: ProtectiveState = "normal"
        for due in world.luck.protective_stops(robot):
            world.timeline.after(due.at, self._intervene)
        for spell in world.luck.emergency_stops(robot):
            world.timeline.after(spell.start, self._open)
            world.timeline.after(spell.end, self._close)

    @property
    def faults(self) -> tuple[str, ...]:
        return () if self.state == "normal" else (OPEN if self.is_open else FAULT,)

    @property
    def is_open(self) -> bool:
        return self._opened > 0

    def acknowledge(self, fault: str, operator: str) -> None:
        if fault == FAULT and fault in self.faults:
            self.state = "normal"
            self._world.effect(self._robot, "", "acknowledged", detail=f"{fault} by {operator}")
            self._tell(FaultCleared(self._robot, self._world.now, fault))

    def refuse_while_stopped(self, command: str) -> None:
        """Raises SafetyStop."""
        if self.is_open:
            raise SafetyStop(self._robot, command, self._world.now, OPEN_TEXT)
        if self.state != "normal":
            raise SafetyStop(self._robot, command, self._world.now, f"{TEXT}, and nobody has acknowledged it")

    def _intervene(self) -> None:
        if self.is_open:
            return
        self.state = "protective stop"
        self._raise(FAULT, TEXT)
        self._stop("quick")

    def _open(self) -> None:
        """Whatever it was stopped for before is over: it has one state."""
        self._opened += 1
        if self._opened > 1:
            return
        if self.state != "normal":
            self._tell(FaultCleared(self._robot, self._world.now, FAULT))
        self.state = "emergency stop"
        self._raise(OPEN, OPEN_TEXT)
        self._stop("power")

    def _close(self) -> None:
        self._opened -= 1
        if not self.is_open:
            self.state = "normal"
            self._world.effect(self._robot, "", "alarm cleared", detail=OPEN)
            self._tell(FaultCleared(self._robot, self._world.now, OPEN))

    def _raise(self, fault: str, text: str) -> None:
        self._world.effect(self._robot, "", "alarm", detail=fault)
        self._tell(FaultRaised(self._robot, self._world.now, fault, text))
