"""Power and brakes, over the dashboard: from wherever the robot is to *running*, one request after another, and back.

Pure: looks at samples and answers, says what to ask next.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.device import CommandStatus
from cell_drivers.ur.dashboard import Answer, Request
from cell_drivers.ur.sample import RobotMode, Sample

SECOND = 1_000_000_000
LONGEST = 60 * SECOND
"""ns. A robot takes 10 s to 20 s."""

POWERED = (RobotMode.RUNNING, RobotMode.IDLE, RobotMode.POWER_ON, RobotMode.BACKDRIVE)
_NEXT = {RobotMode.POWER_OFF: Request.POWER_ON, RobotMode.IDLE: Request.BRAKE_RELEASE}


@dataclass(slots=True)
class PowerDown:
    """Done when the robot says that it has no power, and not when it was asked."""

    command: str
    since: int
    refused: str = ""

    def look(self, sample: Sample) -> tuple[Request | None, CommandStatus]:
        if self.refused:
            return None, CommandStatus("aborted", None, self.refused)
        if sample.mode not in POWERED:
            return None, CommandStatus("done")
        if sample.received - self.since > LONGEST:
            return None, CommandStatus("aborted", None, f"it stays {sample.mode.name.lower()}")
        return None, CommandStatus("running")

    def hear(self, answer: Answer) -> None:
        if answer.request is Request.POWER_OFF and answer.value is None:
            self.refused = answer.line


@dataclass(slots=True)
class PowerUp:
    command: str
    since: int
    asked: RobotMode | None = None
    refused: str = ""

    def look(self, sample: Sample) -> tuple[Request | None, CommandStatus]:
        """What to ask now, once in each mode, and what became of the command."""
        if self.refused:
            return None, CommandStatus("aborted", None, self.refused)
        if not sample.safety.lets_move:
            return None, CommandStatus("aborted", None, sample.safety.name.lower().replace("_", " "))
        if sample.mode is RobotMode.RUNNING:
            return None, CommandStatus("done")
        if sample.received - self.since > LONGEST:
            return None, CommandStatus("aborted", None, f"it stays {sample.mode.name.lower().replace('_', ' ')}")
        request = _NEXT.get(sample.mode) if sample.mode is not self.asked else None
        if request is not None:
            self.asked = sample.mode
        return request, CommandStatus("running")

    def hear(self, answer: Answer) -> None:
        if answer.request in (Request.POWER_ON, Request.BRAKE_RELEASE) and answer.value is None:
            self.refused = answer.line
