"""The command ids that one device has taken and what became of each: for drivers, whatever they speak to.

Law: a second call with the same id is a no-op, so twice is as good as once; the same id for something else is refused. A
refused command leaves no trace, so it is `not seen` and may be sent again.
"""

from __future__ import annotations

from cell.device import CommandStatus
from cell.driver_errors import Refusal, Refused
from cell.newest import Newest

NOT_SEEN = CommandStatus("not seen")


class CommandBook:
    def __init__(self, device: str, remembers: int | None = None) -> None:
        """`remembers`: how many commands, the newest ones; None: all."""
        self._device = device
        self._asked: Newest[str, tuple[object, ...]] = Newest(remembers)
        self._status: Newest[str, CommandStatus] = Newest(remembers)

    def is_new(self, command: str, asked: tuple[object, ...], now: int) -> bool:
        """Whether `command` has not been taken yet. Raises Refused when it was, for something else than `asked`."""
        known = self._asked.get(command)
        if known is not None and known != asked:
            raise Refused(Refusal.ID_REUSED, self._device, command, now, f"it was {known[0]}, not {asked[0]}")
        return known is None

    def take(self, command: str, asked: tuple[object, ...], status: CommandStatus) -> None:
        self._asked[command] = asked
        self._status[command] = status

    def change(self, command: str, status: CommandStatus) -> None:
        self._status[command] = status

    def status(self, command: str) -> CommandStatus:
        return self._status.get(command, NOT_SEEN)

    def snapshot(self) -> dict[str, CommandStatus]:
        return dict(self._status)
