"""The command ids that one robot has got and what became of each. Twice is as good as once; a refused one leaves no trace."""

from __future__ import annotations

from cell.device import CommandStatus


class Commands:
    def __init__(self) -> None:
        self._asked: dict[str, tuple[object, ...]] = {}
        self._status: dict[str, CommandStatus] = {}

    def asked(self, command: str) -> tuple[object, ...] | None:
        """What `command` was for; None for one that was not taken."""
        return self._asked.get(command)

    def take(self, command: str, asked: tuple[object, ...], status: CommandStatus) -> None:
        self._asked[command], self._status[command] = asked, status

    def change(self, command: str, status: CommandStatus) -> None:
        self._status[command] = status

    def status(self, command: str) -> CommandStatus | None:
        return self._status.get(command)

    def queued(self) -> tuple[str, ...]:
        """The motions that were prepared and not started."""
        return tuple(c for c, status in self._status.items() if status.state == "queued" and self._asked[c][0] == "motion")
