"""What one robot has to tell at the next poll: what became of commands, faults, the link, its speed."""

from __future__ import annotations

from collections.abc import Callable

from cell.device import CommandChanged, CommandStatus, DeviceEvent, FaultCleared, FaultRaised, LinkChanged, SpeedScaled
from cell_drivers.linuxcnc.commands import Commands


class News:
    """Nothing is told twice. `faults` are those that stand, with what is said of them."""

    def __init__(self, device: str, commands: Commands, clock: Callable[[], int]) -> None:
        self._device, self._commands, self._clock = device, commands, clock
        self._events: list[DeviceEvent] = []
        self.faults: dict[str, str] = {}

    def take(self) -> tuple[DeviceEvent, ...]:
        events, self._events = tuple(self._events), []
        return events

    def command(self, command: str, status: CommandStatus) -> None:
        if self._commands.tell(command, status):
            self._events.append(CommandChanged(self._device, self._clock(), command, status))

    def fault(self, fault: str, text: str) -> None:
        if self.faults.get(fault) != text:
            self.faults[fault] = text
            self._events.append(FaultRaised(self._device, self._clock(), fault, text))

    def no_fault(self, fault: str) -> None:
        if self.faults.pop(fault, None) is not None:
            self._events.append(FaultCleared(self._device, self._clock(), fault))

    def link(self, is_up: bool, why: str = "") -> None:
        self._events.append(LinkChanged(self._device, self._clock(), is_up, why))

    def speed(self, scaling: float) -> None:
        self._events.append(SpeedScaled(self._device, self._clock(), scaling))
