"""What all simulated drivers share: one device's side of the world. It says what is so, carries ids, and can freeze.

Law: a face has no life of its own. It plans effects on the world's timeline and reads the world back; a frozen face goes on
acting, but what it says stays as it was. So does one without a link, which says nothing and takes nothing (link.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import Generic, TypeVar

from cell.command_book import NOT_SEEN, CommandBook
from cell.device import Capabilities, CommandChanged, CommandStatus, DeviceEvent
from cell.driver_errors import LastState, Refusal, Refused, Stale
from cell_drivers.simulated.link import Link
from cell_drivers.simulated.timeline import nanoseconds
from cell_drivers.simulated.world import World

State = TypeVar("State")
DONE = CommandStatus("done")
LOST = "robot_lost"
"""Why a command ends whose effect depends on a robot of which nobody knows where it is."""


class Face:
    def __init__(self, world: World, name: str, *, rate: float = 100.0, io_points: tuple[str, ...] = ()) -> None:
        self.world = world
        self.commands = CommandBook(name, world.remembers)
        self.is_open = False
        self.outbox: deque[tuple[int, DeviceEvent]] = deque()
        self._name = name
        self._rate = rate
        self._io_points = io_points
        self._frozen_status: dict[str, CommandStatus] | None = None
        self.link = Link(world, name)
        self._heard_until = 0
        for spell in world.luck.frozen(name):
            world.timeline.after(spell.start, self.freeze)
            world.timeline.after(spell.end, self.thaw)

    @property
    def name(self) -> str:
        return self._name

    @property
    def is_frozen(self) -> bool:
        return self._frozen_status is not None

    @property
    def _is_heard(self) -> bool:
        return not self.is_frozen and not self.link.is_cut

    def capabilities(self) -> Capabilities:
        return Capabilities(
            device=self._name,
            joints=(),
            feeding="none",
            rate=self._rate,
            look_ahead=None,
            standstill={},
            start_tolerance=0.0,
            max_age=0.5,
            on_link_loss="unknown",
            command_status=True,
            speed_scaling=False,
            device_clock=True,
            io_points=self._io_points,
            verified_against=("the simulated world",),
        )

    def open(self) -> None:
        self.is_open = True
        self.link.open()

    def close(self) -> None:
        self.is_open = False

    def heartbeat(self) -> None:
        """Simulated devices do not watch for it."""

    def acknowledge(self, fault: str, operator: str) -> None:
        """Most faces have no fault of their own."""
        self.link.acknowledge(fault)

    def status(self, command: str) -> CommandStatus:
        if self.link.is_cut:
            return CommandStatus("unknown")
        if self._frozen_status is not None:
            return self._frozen_status.get(command, NOT_SEEN)
        return self.commands.status(command)

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(event for _, event in self.drain())

    def drain(self) -> list[tuple[int, DeviceEvent]]:
        """What is new, with the world's running number of each."""
        if not self._is_heard:
            return self.link.news()
        found = [*self.outbox, *self.link.news()]
        self.outbox.clear()
        return found

    def freeze(self) -> None:
        self._frozen_status = self.commands.snapshot()

    def thaw(self) -> None:
        self._frozen_status = None

    # --- for the faces themselves ---

    def tell(self, event: DeviceEvent) -> None:
        """Over a slow link it is heard later, and never before what was told before it."""
        self._heard_until = max(self._heard_until, self.world.now + nanoseconds(self.link.latency))
        if self._heard_until > self.world.now:
            self.world.timeline.at(self._heard_until, lambda: self._hear(event))
        else:
            self._hear(event)

    def _hear(self, event: DeviceEvent) -> None:
        self.outbox.append((self.world.next_number(), event))

    def change(self, command: str, status: CommandStatus) -> None:
        self.commands.change(command, status)
        self.tell(CommandChanged(self._name, self.world.now, command, status))

    def takes(self, command: str, *asked: object) -> bool:
        """Whether `command` is new and so has to be carried out. Raises Refused when the driver is not open, LinkLost."""
        self.link.reach(command)
        if not self.is_open:
            raise self.refused(Refusal.NOT_OPEN, command)
        return self.commands.is_new(command, asked, self.world.now)

    def begin(self, command: str, *asked: object) -> None:
        """From here on the command counts as carried out once."""
        self.commands.take(command, asked, CommandStatus("running"))
        self.world.executed(command)
        self.tell(CommandChanged(self._name, self.world.now, command, self.commands.status(command)))

    def already(self, command: str, *asked: object) -> None:
        """The state asked for is there: done, and nothing happened."""
        self.commands.take(command, asked, DONE)
        self.change(command, DONE)

    def refused(self, code: Refusal, command: str, detail: str = "") -> Refused:
        return Refused(code, self._name, command, self.world.now, detail, self.last_state())

    def refuse_lost(self, robot: str, command: str) -> None:
        """Raises Stale where nobody knows where `robot` is."""
        if self.world.is_lost(robot):
            raise Stale(self._name, command, self.world.now, f"nobody tells where {robot} is", self.last_state())

    def last_state(self) -> LastState:
        """What a refusal carries; None for what has no state of its own."""
        return None


class StatedFace(Face, ABC, Generic[State]):
    """A face of a device with a state of its own: frozen, it says the one of that moment."""

    _frozen_state: State | None = None

    def state(self) -> State:
        self.link.reach()
        return self._frozen_state if self._frozen_state is not None else self._state_now()

    def freeze(self) -> None:
        self._frozen_state = self._state_now()
        super().freeze()

    def thaw(self) -> None:
        self._frozen_state = None
        super().thaw()

    @abstractmethod
    def _state_now(self) -> State: ...
