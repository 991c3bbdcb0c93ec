"""The newest samples of the robots on their way to terminals: beside the recording that gathers them, and never instead of it.

Law: this stands in the run's loop. It reads nothing from a device, waits for nobody, and what nobody watches is not even made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from cell.dataclass import dataclass
from cell.device import ReadbackBlock
from cell.driver import DriverSet
from controller.attached.messages import RobotSeen
from controller.run_state import RunState

Samples = Mapping[str, ReadbackBlock]
"""The newest block of each robot that has given one."""


class Recording(Protocol):
    """As controller/journal/recording.py has it."""

    @property
    def newest(self) -> Samples: ...

    def take(self, drivers: DriverSet, state: RunState) -> None: ...

    def write(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A `Recorder` whose newest samples are told as well."""

    recording: Recording
    see: Callable[[Samples], None]

    def take(self, drivers: DriverSet, state: RunState) -> None:
        self.recording.take(drivers, state)
        self.see(self.recording.newest)

    def write(self) -> None:
        self.recording.write()


def robots_seen(samples: Samples) -> tuple[RobotSeen, ...]:
    return tuple(_seen(samples[robot]) for robot in sorted(samples))


def _seen(block: ReadbackBlock) -> RobotSeen:
    q = tuple(round(float(x), 6) for x in block.q[-1])
    return RobotSeen(block.device, int(block.time[-1]), q, float(block.s[-1]), float(block.speed_scaling[-1]), block.motion)
