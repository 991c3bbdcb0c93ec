"""Which place of a stage a part may be put down at."""

from __future__ import annotations

from collections.abc import Iterator

from planner.tasks.floor import Floor
from planner.tasks.route import Stage
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker


class FreePlaces:
    """Over the floor as it is when it is asked."""

    def __init__(self, shop: Shop, floor: Floor) -> None:
        self.shop, self.floor, self._contacts = shop, floor, shop.contacts
        self._allowed: dict[int, frozenset[str]] = {}
        self._peeked: dict[tuple[object, ...], str | None] = {}
        self._heaps = frozenset(shop.equipment_of[place] for place in shop.heaps)
        self.piles = frozenset(place.equipment for place in shop.cell.places.values() if place.lies_on)

    def lies_there(self, stage: Stage, place: str) -> bool:
        """Whether the place is one of the stage's, which may be a thousand."""
        return stage.equipment == self.shop.equipment_of[place] and place in self._places(stage)

    def _places(self, stage: Stage) -> frozenset[str]:
        """As a set, made once; stages of one loop share their places, and all of them live as long as the shop."""
        known = self._allowed.get(id(stage.places))
        if known is None:
            known = self._allowed[id(stage.places)] = frozenset(stage.places)
        return known

    def first(
        self, stage: Stage, who: Worker, kind: str, hand: str, grasp: int, speed: float | None, is_peek: bool
    ) -> str | None:
        """The first free place of the stage that the hand can serve. `is_peek`: full counts as free, for it may be emptied; but
        what it lies on has to be there, for nobody knows that it will be. A seat is free or it is not."""
        force = stage.clauses.contact_force
        if stage.handing is not None:
            is_served = self._contacts.serves(stage.handing.spot, who, hand, kind, grasp, speed, force)
            return next(iter(stage.places) if is_peek else self._free_in_order(stage), None) if is_served else None
        if stage.into is not None:
            seats = self.shop.benches.open_seats(self.floor, stage, stage.into)
            return self._contacts.first_served(seats, who, kind, hand, grasp, speed, force)
        if is_peek or stage.equipment in self._heaps:
            if stage.equipment not in self.piles:
                return self._first_served(stage, who, kind, hand, grasp, speed)
            places: Iterator[str] = iter(stage.places)
        else:
            places = self._free_in_order(stage)
        ready = places
        if stage.equipment in self.piles:
            ready = (p for p in places if self.floor.carried_from(p) is not None)
        return next((p for p in ready if self._contacts.serves(p, who, hand, kind, grasp, speed, force)), None)

    def _first_served(self, stage: Stage, who: Worker, kind: str, hand: str, grasp: int, speed: float | None) -> str | None:
        force = stage.clauses.contact_force
        key = (id(stage.places), who.robot, kind, hand, grasp, speed, force)
        if key not in self._peeked:
            self._peeked[key] = self._contacts.first_served(stage.places, who, kind, hand, grasp, speed, force)
        return self._peeked[key]

    def _free_in_order(self, stage: Stage) -> Iterator[str]:
        pool = self.floor.pools[stage.equipment]
        if len(stage.places) == 1:
            return iter(stage.places if stage.places[0] in pool else ())
        allowed = self._places(stage)
        return (p for p in pool if p in allowed)
