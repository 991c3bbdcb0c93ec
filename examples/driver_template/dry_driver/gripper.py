"""A gripper by the contract, with a sensor that is none: `between` says what stands between the jaws. Put yours in its place."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from cell.device import Capabilities, CommandStatus, GripChanged, GripKind, GripperState
from cell.driver_errors import Refusal
from cell.model import Tool
from dry_driver.numbered import Numbered

GRIP_TIME = 0.5  # s


class Timeline(Protocol):
    """Its time, and what is to be done in it."""

    def now(self) -> int: ...

    def after(self, seconds: float, act: Callable[[], None]) -> None: ...


class Gripper(Numbered):
    def __init__(self, tool: Tool, timeline: Timeline) -> None:
        super().__init__(tool.name, timeline.now)
        self.tool, self.timeline = tool, timeline
        self.between = {hand.name: True for hand in tool.hands}  # believes that a part is wherever it closes; yours asks
        self.grips: dict[str, GripKind | None] = {hand.name: "open" for hand in tool.hands}
        self.moving: dict[str, str] = {}

    def capabilities(self) -> Capabilities:
        return Capabilities(
            device=self.name, joints=(), feeding="none", rate=125.0, look_ahead=None, standstill={}, start_tolerance=0.0,
            max_age=0.1, on_link_loss="unknown", command_status=True, speed_scaling=False, device_clock=False, io_points=(),
            verified_against=("nothing: it moves no jaws",),
        )  # fmt: skip

    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        if self.takes(command, "grip", hand, width, force):  # the same id again is a no-op
            low, high = self.tool.force or (0.0, math.inf)
            if not (math.isfinite(force) and low <= force <= high):
                raise self.refused(Refusal.OUT_OF_RANGE, command, f"{force} N")
            self._begin(command, hand, "held" if self.between.get(hand) else "empty")

    def release(self, command: str, hand: str) -> None:
        if self.takes(command, "release", hand):
            self._begin(command, hand, "open")

    def drive(self, command: str, hand: str, torque: float) -> None:
        raise self.refused(Refusal.NOT_OFFERED, command, "it drives nothing")

    def stop(self) -> None:
        """Jaws that stop on their way are neither open nor closed; a hand that does not move stays as it is."""
        for command in self.moving.values():
            self.tell(command, CommandStatus("aborted", None, "stop"))
        self.moving = {}

    def state(self, hand: str) -> GripperState:
        """A sample as of now: a state that is older than `max_age` counts as silence, and the run is held."""
        if hand not in self.grips:
            raise self.refused(Refusal.UNKNOWN_NAME, "", hand)
        grip = self.grips[hand]
        return GripperState(self.name, hand, self.now(), grip, None if grip in (None, "open") else grip == "held", None)

    def last_state(self) -> GripperState:
        return self.state(next(iter(self.grips)))

    def _begin(self, command: str, hand: str, grip: GripKind) -> None:
        if hand not in self.grips:
            raise self.refused(Refusal.UNKNOWN_NAME, command, hand)
        if hand in self.moving:
            raise self.refused(Refusal.BUSY, command, self.moving[hand])
        self.moving[hand], self.grips[hand] = command, None
        self.tell(command, CommandStatus("running"))
        self.timeline.after(GRIP_TIME, lambda: self._moved(command, hand, grip))

    def _moved(self, command: str, hand: str, grip: GripKind) -> None:
        if self.moving.get(hand) != command:
            return  # it was stopped
        del self.moving[hand]
        self.grips[hand] = grip
        self.news.append(GripChanged(self.name, self.now(), self.state(hand)))  # the fact first
        self.tell(command, CommandStatus("done"))  # then the command
