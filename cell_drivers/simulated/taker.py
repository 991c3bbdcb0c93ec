"""Who empties what is emptied from outside: a belt carries off one part after another, somebody changes a box.

Law: by the law of the cell file and nothing else, but where a scenario has it stand. What is taken away is out of the cell: it is
counted, and known by name no more.
"""

from __future__ import annotations

from cell.equipment import Equipment
from cell.outfeeds import TakingAway
from cell_drivers.simulated.world import World


class Taker:
    def __init__(self, world: World, equipment: Equipment, law: TakingAway) -> None:
        self._world, self._equipment, self._law = world, equipment, law
        self._next()

    def _next(self) -> None:
        self._world.timeline.after(self._law.every, self._takes)

    def _takes(self) -> None:
        world, name = self._world, self._equipment.name
        if (again := world.luck.takes_again(name, world.now)) is not None:
            world.timeline.at(again, self._takes)
            return
        for place in self._equipment.places:
            lying = world.parts.lying_in(place.name)
            taken = lying[:1] if self._law.is_one_by_one else lying
            for part in taken:
                world.parts.take_away(part)
            for part in taken:
                world.effect(name, "", "taken away", part, place.name)
        self._next()
