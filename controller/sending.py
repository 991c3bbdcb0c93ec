"""What goes out, and when: a stop and what takes speed away at once, everything else when its event is on the disk.

Law: commands go out in the order in which they were folded, and a stop overtakes them all: what still waited for the disk then is
taken back and never goes out. A command whose reason has gone while it waited (a hold, a fact that is no longer so, somebody in
the way) does not go out either, and the journal says so; its step is due again. Why: docs/decisions/0143.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from cell.commands import CallOff, Command, DeviceCommand, RequestJog, RequestPlan, SetSpeed, StopAll, Withdraw
from cell.events import NOT_SENT, NOT_STOPPED, CommandReported
from controller.dispatch import Dispatcher

Waiting = DeviceCommand | SetSpeed | RequestPlan | RequestJog


class Sending:
    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._waiting: deque[tuple[int, Waiting]] = deque()
        self._fractions: dict[str, float] = {}

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    def take(self, commands: Sequence[Command], behind: int, now: int) -> Iterator[CommandReported]:
        """Takes over what an event calls for; `behind` events, from the first of the run, have to be on the disk before it goes
        out. Yields what is known of it at once, and whom a stop did not reach."""
        for command in commands:
            match command:
                case StopAll():
                    for failed in self._dispatcher.stop(command):
                        yield CommandReported(now, command.of, command.id, "unknown", NOT_STOPPED, str(failed))
                    yield from self.take_back(_overtaken, now)
                case SetSpeed(robot=robot, fraction=fraction):
                    self._supersede(robot)
                    if self._is_less(robot, fraction):
                        yield from self.send(command, now)
                    else:
                        self._waiting.append((behind, command))
                case _:
                    self._waiting.append((behind, command))

    def next(self, kept: int) -> Waiting | None:
        """The next command that may go out when `kept` events are on the disk, which is then no longer waiting."""
        if not self._waiting or self._waiting[0][0] > kept:
            return None
        return self._waiting.popleft()[1]

    def send(self, command: DeviceCommand | SetSpeed, now: int) -> Iterator[CommandReported]:
        if isinstance(command, SetSpeed):
            self._fractions[command.robot] = command.fraction
        return self._dispatcher.send(command, now)

    def take_back(self, why_of: Callable[[Waiting], str | None], now: int) -> list[CommandReported]:
        """Takes those back that must not go out any more, by why each of them must not."""
        judged = [(entry, why_of(entry[1])) for entry in self._waiting]
        self._waiting = deque(entry for entry, why in judged if why is None)
        taken = [(command, why) for (_, command), why in judged if why is not None]
        return [CommandReported(now, command.of, command.id, "not begun", NOT_SENT, why) for command, why in taken]

    def _is_less(self, robot: str, fraction: float) -> bool:
        """Of a robot that was asked nothing yet nobody knows how fast it goes, but not faster than planned."""
        return fraction < 1.0 if robot not in self._fractions else fraction <= self._fractions[robot]

    def _supersede(self, robot: str) -> None:
        """Of what is asked of a robot's speed only the last counts."""
        self._waiting = deque(
            (behind, command)
            for behind, command in self._waiting
            if not (isinstance(command, SetSpeed) and command.robot == robot)
        )


def _overtaken(command: Waiting) -> str | None:
    """What moves nothing stays: a plan that is asked for, a share of the speed, whoever is asked for nothing any more."""
    return None if isinstance(command, RequestPlan | RequestJog | SetSpeed | Withdraw | CallOff) else "a stop came first"
