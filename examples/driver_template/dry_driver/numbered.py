"""What every device has: a name, command ids that count once, and news for the next `poll`. Leave it as it is."""

from __future__ import annotations

from collections.abc import Callable

from cell.command_book import Over
from cell.device import CommandChanged, CommandStatus, DeviceEvent
from cell.driver_errors import LastState, Refusal, Refused

NOT_SEEN = CommandStatus("not seen")


class Numbered:
    def __init__(self, name: str, now: Callable[[], int]) -> None:
        self.name, self.now = name, now
        self.is_open = False
        self.news: list[DeviceEvent] = []
        self._asked: dict[str, tuple[object, ...]] = {}
        self._status: dict[str, CommandStatus] = {}
        self._over = Over()

    def open(self) -> None:
        """Connects. Never moves, never powers, and comes back with a state."""
        self.is_open = True

    def close(self) -> None:
        """Never raises."""
        self.is_open = False

    def heartbeat(self) -> None:
        """For devices that watch for one."""

    def acknowledge(self, fault: str, operator: str) -> None:
        """For devices that have faults."""

    def status(self, command: str) -> CommandStatus:
        return self._status.get(command, NOT_SEEN)

    def poll(self) -> tuple[DeviceEvent, ...]:
        news, self.news = tuple(self.news), []
        return news

    def last_state(self) -> LastState:
        """What a refusal carries."""
        return None

    def takes(self, command: str, *asked: object) -> bool:
        """False for a command that is here already: twice is as good as once. The same id for something else is refused; so is
        everything while it is closed."""
        if not self.is_open:
            raise self.refused(Refusal.NOT_OPEN, command)
        if command not in self._asked:
            self._asked[command] = asked
            return True
        if self._asked[command] != asked:
            raise Refused(Refusal.ID_REUSED, self.name, command, self.now(), "", self.last_state())
        return False

    def tell(self, command: str, status: CommandStatus) -> None:
        self._status[command] = status
        self.news.append(CommandChanged(self.name, self.now(), command, status))
        if status.is_final and (oldest := self._over.add(command)) is not None:
            self.forget(oldest)

    def forget(self, command: str) -> None:
        """It is over, and so are a thousand after it: a run may go on for weeks."""
        self._asked.pop(command, None)
        self._status.pop(command, None)

    def refused(self, code: Refusal, command: str, why: str = "") -> Refused:
        self._asked.pop(command, None)  # a refused command was not seen
        return Refused(code, self.name, command or None, self.now(), why, self.last_state())
