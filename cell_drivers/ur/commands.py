"""The command ids that one robot has got and what became of each. Twice is as good as once; a refused one leaves no trace. What
is under way is never forgotten; of what is over the newest are known (cell/command_book.py)."""

from __future__ import annotations

from cell.command_book import Over
from cell.device import CommandStatus


class Commands:
    def __init__(self) -> None:
        self._asked: dict[str, tuple[object, ...]] = {}
        self._status: dict[str, CommandStatus] = {}
        self._over = Over()

    def asked(self, command: str) -> tuple[object, ...] | None:
        """What `command` was for; None for one that was not taken."""
        return self._asked.get(command)

    def take(self, command: str, asked: tuple[object, ...], status: CommandStatus) -> None:
        self._asked[command] = asked
        self.change(command, status)

    def change(self, command: str, status: CommandStatus) -> None:
        self._status[command] = status
        if status.is_final and (oldest := self._over.add(command)) is not None:
            self._asked.pop(oldest, None)
            self._status.pop(oldest, None)

    def status(self, command: str) -> CommandStatus | None:
        return self._status.get(command)

    def queued(self) -> tuple[str, ...]:
        """The motions that were prepared and not started."""
        return tuple(c for c, status in self._status.items() if status.state == "queued" and self._asked[c][0] == "motion")
