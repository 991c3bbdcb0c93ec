"""The driver of a simulated conveyor: parts arrive by its law, wait, and come one by one to its place when they are asked for.

Law: as many arrive as the cell expects, without end where it says so, and none while no more can wait: the belt stands until
there is room. A part has no name before it is presented.
"""

from __future__ import annotations

from cell.arrivals import brings, buffer, interval
from cell.device import CommandStatus
from cell.driver_errors import Refusal
from cell.equipment import Equipment
from cell_drivers.simulated.face import DONE, Face
from cell_drivers.simulated.world import World


class SupplyFace(Face):
    def __init__(self, world: World, equipment: Equipment, coming: int | None) -> None:
        """`coming`: how many parts will arrive, None: without end."""
        super().__init__(world, equipment.name)
        self.equipment = equipment
        self._place = equipment.places[0]
        self._kind = brings(equipment) or ""
        self._every = (interval(equipment) or 0.0) * world.luck.slowness(equipment.name)
        self._buffer = buffer(equipment)
        self._coming = coming
        self._waiting = 0
        self._is_blocked = False
        self._wanted: tuple[str, str] | None = None
        self._next()

    @property
    def waiting(self) -> int:
        """Parts on the belt, the one at its end included."""
        return self._waiting + self.world.parts.count_in(self.name)

    def present(self, command: str, part: str) -> None:
        asked = ("present", part)
        if not self.takes(command, *asked):
            return
        if self._wanted is not None:
            raise self.refused(Refusal.BUSY, command, self._wanted[0])
        self.begin(command, *asked)
        self._wanted = (command, part)
        self.look()

    def stop(self) -> None:
        self.link.reach()
        if self._wanted is not None:
            command, self._wanted = self._wanted[0], None
            self.change(command, CommandStatus("aborted", None, "stop"))

    def look(self) -> None:
        """Whether something may go on: a part to the free place, or the belt that stood."""
        if self._wanted is not None and self._waiting and self.world.parts.has_room(self._place):
            (command, part), self._wanted = self._wanted, None
            self._waiting -= 1
            self.world.parts.appear(part, self._kind, self._place)
            self.world.effect(self.name, command, "presented", part, self._place.name)
            self.change(command, DONE)
        if self._is_blocked and self.waiting < self._buffer:
            self._is_blocked = False
            self.world.timeline.after(0.0, self._arrives)

    def _next(self) -> None:
        if self._coming != 0:
            self.world.timeline.after(self._every, self._arrives)

    def _arrives(self) -> None:
        if (again := self.world.luck.resumes(self.name, self.world.now)) is not None:
            self.world.timeline.at(again, self._arrives)
            return
        if self.waiting >= self._buffer:
            self._is_blocked = True
            return
        if self._coming is not None:
            self._coming -= 1
        self._waiting += 1
        self.world.effect(self.name, "", "arrived", detail=self._kind)
        self._next()
        self.look()
