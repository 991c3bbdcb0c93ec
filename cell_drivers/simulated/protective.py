"""The robot's own controller, which may stop it for a reason of its own: until an operator acknowledges that, it obeys nobody.

Law: nothing resumes by itself. A simulated state; nothing here protects anybody.
"""

from __future__ import annotations

from collections.abc import Callable

from cell.device import FaultCleared, FaultRaised, ProtectiveState
from cell.driver_errors import SafetyStop
from cell_drivers.simulated.world import World

FAULT = "protective_stop"
TEXT = "its own controller has stopped it"


class OwnController:
    """`stop` and `tell` are the robot face's."""

    def __init__(
        self, world: World, robot: str, stop: Callable[[], None], tell: Callable[[FaultRaised | FaultCleared], None]
    ) -> None:
        self._world, self._robot, self._stop, self._tell = world, robot, stop, tell
        self.state: ProtectiveState = "normal"
        for due in world.luck.protective_stops(robot):
            world.timeline.after(due.at, self._intervene)

    @property
    def faults(self) -> tuple[str, ...]:
        return (FAULT,) if self.state != "normal" else ()

    def acknowledge(self, fault: str, operator: str) -> None:
        if fault in self.faults:
            self.state = "normal"
            self._world.effect(self._robot, "", "acknowledged", detail=f"{fault} by {operator}")
            self._tell(FaultCleared(self._robot, self._world.now, fault))

    def refuse_while_stopped(self, command: str) -> None:
        """Raises SafetyStop."""
        if self.state != "normal":
            raise SafetyStop(self._robot, command, self._world.now, f"{TEXT}, and nobody has acknowledged it")

    def _intervene(self) -> None:
        self.state = "protective stop"
        self._world.effect(self._robot, "", "alarm", detail=FAULT)
        self._tell(FaultRaised(self._robot, self._world.now, FAULT, TEXT))
        self._stop()
