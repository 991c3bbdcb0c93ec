"""Seats while an order is being made: where the bases lie, which of their seats are taken, what is promised to a workplace.

Law against deadlock: a part goes for a seat only when its base lies there and the seat is empty, so it can always be put down;
and where parts are joined, a base is only fetched when there is a place that no other held part is meant for. So no hand is full
of what waits for a workplace whose work waits for that hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cell.model import CellModel
from cell.state import CellState, InPart, InPlace
from planner.tasks.route import Join, Routes, Stage, stages_of

if TYPE_CHECKING:
    from planner.tasks.floor import Floor


class Benches:
    """What does not change: `kinds` and `lying` have kind and place of every part at the start, `taken` the seats (base, seat)
    filled then; `names` is the equipment at which anything is joined in this plan."""

    def __init__(self, cell: CellModel, state: CellState, routes: Routes) -> None:
        self._parts = cell.parts
        self.kinds = {p.id: p.kind for p in state.parts}
        self.lying = {p.id: p.location.place for p in state.parts if isinstance(p.location, InPlace)}
        self.taken = frozenset((p.location.part, p.location.seat) for p in state.parts if isinstance(p.location, InPart))
        self.names = frozenset(
            stage.equipment for job in routes.jobs for leg in job.legs for stage in stages_of(leg) if stage.into is not None
        )
        self.number = {job.part: j for j, job in enumerate(routes.jobs)}
        self._seats = {name: (place.lies_on[0], place.of.name) for name, place in cell.places.items() if place.of is not None}

    def seat(self, place: str) -> tuple[str, str]:
        """(where the base lies, the seat) of a place that is a seat."""
        return self._seats[place]

    def lies_at(self, floor: Floor, base: str) -> str | None:
        """Where the base is; None in a hand."""
        number = self.number.get(base)
        return self.lying.get(base) if number is None else floor.place[number]

    def open_seats(self, floor: Floor, stage: Stage, into: Join) -> tuple[str, ...]:
        """The places of the stage into which something can go now."""
        where = self.lies_at(floor, into.base)
        if where is None:
            return ()
        found = ((place, self._seats[place]) for place in stage.places)
        return tuple(p for p, (base, seat) in found if base == where and self._is_vacant(floor, into.base, seat))

    def _is_vacant(self, floor: Floor, base: str, seat: str) -> bool:
        """A seat is there once what it lies on was joined: only then the base is of a kind that has it."""
        if (base, seat) in self.taken or (base, seat) in floor.seated:
            return False
        return self._parts[self._kind(floor, base)].seat(seat) is not None

    def _kind(self, floor: Floor, base: str) -> str:
        """What the base is by now."""
        kind = self.kinds[base]
        for seat in (seat for of, seat in floor.seated if of == base):
            found = self._parts[kind].seat(seat)
            assert found is not None, "only what is open was filled"
            kind = found.becomes
        return kind

    def is_promised(self, floor: Floor, stage: Stage) -> bool:
        """Whether every free place where something is joined is meant for a part that is held already."""
        if stage.into is not None or stage.equipment not in self.names:
            return False
        legs = (floor.leg(j) for j in floor.held())
        coming = sum(isinstance(x, Stage) and x.into is None and x.equipment == stage.equipment for x in legs)
        return coming >= len(floor.pools[stage.equipment])
