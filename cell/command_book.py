"""The command ids that one device has taken and what became of each: for drivers, whatever they speak to.

Law: a second call with the same id is a no-op, so twice is as good as once; the same id for something else is refused. A
refused command leaves no trace, so it is `not seen` and may be sent again. What is under way is never forgotten; of what is over
the newest are known, for nobody asks about others.
"""

from __future__ import annotations

from cell.device import CommandStatus
from cell.driver_errors import Refusal, Refused

NOT_SEEN = CommandStatus("not seen")
LEAST_REMEMBERED = 100
"""Commands of one device that are over: so many docs/drivers.md asks of every driver that can tell."""
REMEMBERED = 1000
"""By ours."""


class Over:
    """The ids of one device's commands that are over. `most` None: all of them."""

    def __init__(self, most: int | None = REMEMBERED) -> None:
        self._most = most
        self._ids: dict[str, None] = {}

    def add(self, command: str) -> str | None:
        """And gives the one that is to be forgotten for it. A command is over once."""
        self._ids.setdefault(command)
        if self._most is None or len(self._ids) <= self._most:
            return None
        oldest = next(iter(self._ids))
        del self._ids[oldest]
        return oldest


class CommandBook:
    def __init__(self, device: str, remembers: int | None = REMEMBERED) -> None:
        """`remembers`: how many commands that are over, the newest ones; None: all."""
        self._device = device
        self._asked: dict[str, tuple[object, ...]] = {}
        self._status: dict[str, CommandStatus] = {}
        self._over = Over(remembers)

    def is_new(self, command: str, asked: tuple[object, ...], now: int) -> bool:
        """Whether `command` has not been taken yet. Raises Refused when it was, for something else than `asked`."""
        known = self._asked.get(command)
        if known is not None and known != asked:
            raise Refused(Refusal.ID_REUSED, self._device, command, now, f"it was {known[0]}, not {asked[0]}")
        return known is None

    def take(self, command: str, asked: tuple[object, ...], status: CommandStatus) -> None:
        self._asked[command] = asked
        self.change(command, status)

    def change(self, command: str, status: CommandStatus) -> None:
        self._status[command] = status
        if status.is_final and (oldest := self._over.add(command)) is not None:
            self._asked.pop(oldest, None)
            self._status.pop(oldest, None)

    def status(self, command: str) -> CommandStatus:
        return self._status.get(command, NOT_SEEN)

    def snapshot(self) -> dict[str, CommandStatus]:
        return dict(self._status)
