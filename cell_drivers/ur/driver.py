"""The motion driver that a cell gets: a robot behind its lock, with its link's thread beside it.

Only `open` waits, until the controller has answered everything or has not: a first look at a robot that nobody has heard would
have to be guessed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from cell.device import (
    Capabilities,
    CommandStatus,
    DeviceEvent,
    LinkHeard,
    Prepared,
    ReadbackBlock,
    RobotState,
    SignalValue,
    StopKind,
    Trajectory,
)
from cell.driver_errors import LinkLost, ProtocolViolation
from cell.robot import RobotModel
from cell_drivers.ur.address import Address
from cell_drivers.ur.draft import made
from cell_drivers.ur.link import Link
from cell_drivers.ur.robot import UrRobot

PATIENCE = 6.0
"""s until a controller that is there has answered: two tries."""

T = TypeVar("T")


class UrDriver:
    """A `MotionDriver`."""

    def __init__(self, name: str, model: RobotModel, address: Address) -> None:
        self._robot = UrRobot(name, model, time.monotonic_ns)
        self._link = Link(self._robot, address)
        self.patience = PATIENCE

    @property
    def name(self) -> str:
        return self._robot.name

    def open(self) -> None:
        """Raises LinkLost where nobody answers, ProtocolViolation where it is not the robot of the cell."""
        with self._link.lock:
            self._robot.open()
        self._link.start()
        with self._link.changed:
            stage = self._link.changed.wait_for(self._is_decided, self.patience)
            why, now = self._robot.connection.why, self._robot.clock()
            is_refused = self._robot.connection.stage == "refused"
        if not stage or is_refused:
            self.close()
            raise (ProtocolViolation if is_refused else LinkLost)(self.name, None, now, why)

    def close(self) -> None:
        with self._link.lock:
            self._robot.close()
        self._link.stop()

    def _is_decided(self) -> bool:
        return self._robot.connection.stage in ("up", "refused")

    def _with(self, call: Callable[[], T]) -> T:
        with self._link.lock:
            try:
                return call()
            finally:
                self._link.wake()

    # --- the contract, each call under the lock, but for a program that is made ---

    def capabilities(self) -> Capabilities:
        return self._robot.capabilities()

    def heartbeat(self) -> None:
        self._with(self._robot.heartbeat)

    def heard(self) -> LinkHeard | None:
        return self._with(self._robot.heard)

    def status(self, command: str) -> CommandStatus:
        return self._with(lambda: self._robot.status(command))

    def acknowledge(self, fault: str, operator: str) -> None:
        self._with(lambda: self._robot.acknowledge(fault, operator))

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self._with(self._robot.poll)

    def activate(self, command: str) -> None:
        self._with(lambda: self._robot.activate(command))

    def deactivate(self, command: str) -> None:
        self._with(lambda: self._robot.deactivate(command))

    def state(self) -> RobotState:
        return self._with(self._robot.state)

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return self._with(self._robot.readback)

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        """The program is made without the lock: that of a long motion takes a tenth of a second, and a stop waits for nothing."""
        draft = self._with(lambda: self._robot.begin_preparing(command, trajectory))
        if isinstance(draft, Prepared):
            return draft
        found = made(draft, self._robot.model)
        return self._with(lambda: self._robot.end_preparing(draft, found))

    def start(self, prepared: Prepared) -> None:
        self._with(lambda: self._robot.start(prepared))

    def stop(self, kind: StopKind) -> None:
        self._with(lambda: self._robot.stop(kind))

    def scale_speed(self, command: str, scaling: float) -> None:
        self._with(lambda: self._robot.scale_speed(command, scaling))

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        self._with(lambda: self._robot.set_io(command, point, value))
