"""A driver beside a LinuxCNC, real or double, and what tests do with the two."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cell.device import CommandStatus, DeviceEvent, Trajectory
from cell.geometry import Array
from cell.robot import RobotModel
from cell_drivers.host_names import HostName
from cell_drivers.linuxcnc.link import Link, Socket
from cell_drivers.linuxcnc.robot import LinuxcncRobot
from tests.doubles.linuxcnc_shell import LinuxcncDouble

LOOKING = 0.01  # s between two polls


class Bench:
    """`wait` lets s pass; `events` is everything that was polled."""

    def __init__(
        self, model: RobotModel, folder: Path, dial: Callable[[], Link], clock: Callable[[], int], wait: Callable[[float], None]
    ) -> None:
        self.clock, self.wait, self.dial = clock, wait, dial
        self.robot = LinuxcncRobot("r1", model, folder, dial, clock, wait)
        self.events: list[DeviceEvent] = []
        self._number = 0

    def poll(self) -> tuple[DeviceEvent, ...]:
        self.wait(LOOKING)
        news = self.robot.poll()
        self.events.extend(news)
        return news

    def until(self, is_so: Callable[[], bool], seconds: float = 15.0) -> None:
        end = self.clock() + round(seconds * 1e9)
        while not is_so():
            assert self.clock() < end, f"never so; heard: {self.events[-6:]}, seen: {self.robot._session.reading}"
            self.poll()

    def ended(self, command: str) -> CommandStatus:
        self.until(lambda: self.robot.status(command).is_final)
        return self.robot.status(command)

    def activated(self) -> CommandStatus:
        self._number += 1
        command = f"activate {self._number}"
        self.robot.activate(command)
        return self.ended(command)

    def begun(self, command: str, trajectory: Trajectory, s: float = 0.0) -> None:
        """Running, and at least at `s`."""
        self.robot.start(self.robot.prepare(command, trajectory))
        self.until(lambda: self.robot.state().command == command and (self.robot.state().s or 0.0) >= s)

    def moved(self, command: str, trajectory: Trajectory) -> CommandStatus:
        self.robot.start(self.robot.prepare(command, trajectory))
        return self.ended(command)

    def q(self) -> Array:
        """Where it stands now, polled anew."""
        self.poll()
        return np.asarray(self.robot.state().q)


def beside(double: LinuxcncDouble, folder: Path) -> Bench:
    return Bench(double.model, folder, double.dial, double.time.now, double.time.wait)


def beside_real(model: RobotModel, folder: Path, port: int) -> Bench:
    """Waits in real time: LinuxCNC has no other."""
    return Bench(model, folder, lambda: Socket(HostName("127.0.0.1"), port), time.monotonic_ns, time.sleep)
