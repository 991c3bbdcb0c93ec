"""One contact of a hand with a place: how long it lasts from the hub and back to it, and where the robot passes.

Fixed while orders are tried, so each is made once for the shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cell.equipment import SeatOf
from cell.steps import AtPocket, Carried
from planner.tasks.motions import Held
from planner.tasks.right_of_way import Spot, Spots
from planner.tasks.worker import Worker

if TYPE_CHECKING:
    from planner.tasks.shop import Device


class Contact(NamedTuple):
    """Its length in s, the spots that it passes, those of the rest after it."""

    seconds: float
    way: Spots
    rest: Spots


class Contacts:
    """Remembers what was asked. `equipment_of` is by place, `devices` by equipment; `seats` are the places that are seats."""

    def __init__(self, devices: Mapping[str, Device], equipment_of: Mapping[str, str], seats: Mapping[str, SeatOf]) -> None:
        self._devices, self._equipment_of, self._seats = devices, equipment_of, seats
        self._known: dict[tuple[object, ...], Contact] = {}
        self._serves: dict[tuple[object, ...], bool] = {}
        self._first: dict[tuple[object, ...], str | None] = {}

    def taking(
        self, who: Worker, place: str, hand: str, kind: str, grasp: int, others: Held, speed: float | None, is_clamped: bool,
        force: float | None = None,
    ) -> Contact:  # fmt: skip
        """`others` is what the other hands hold; `force` in N is all that is allowed, None for no limit of the text."""
        key = (True, who.robot, hand, place, kind, grasp, others, speed, is_clamped, force)
        known = self._known.get(key)
        if known is None:
            held = held_with(others, Carried(hand, kind, grasp), who)
            clamp = self._devices[self._equipment_of[place]].clamp_time if is_clamped else 0.0
            motions = who.motions.within(force)
            there = motions.approach(place, hand, kind, grasp, others, speed)
            back = motions.lift(place, hand, kind, grasp, held, speed)
            seconds = there.seconds + who.grip_time + clamp + back.seconds
            known = self._known[key] = Contact(seconds, _once(*there.way, *there.rest, *back.way), back.rest)
        return known

    def putting(
        self, who: Worker, place: str, hand: str, kind: str, grasp: int, held: Held, speed: float | None,
        force: float | None = None,
    ) -> Contact:  # fmt: skip
        """`held` includes the part; `force` as for taking."""
        key = (False, who.robot, hand, place, kind, grasp, held, speed, force)
        known = self._known.get(key)
        if known is None:
            others = tuple(c for c in held if c.hand != hand)
            motions = who.motions.within(force)
            there = motions.insert(place, hand, kind, grasp, held, speed)
            back = motions.retract(place, hand, kind, grasp, others, speed)
            seconds = there.seconds + self.letting_go(who, place) + back.seconds
            known = self._known[key] = Contact(seconds, _once(*there.way, *there.rest, *back.way), back.rest)
        return known

    def letting_go(self, who: Worker, place: str) -> float:
        """s from contact until the hand is empty: a clamp takes over, or a base has it."""
        seat = self._seats.get(place)
        if seat is None:
            return self._devices[self._equipment_of[place]].clamp_time + who.grip_time
        return who.drive_time if seat.is_driven else who.grip_time

    def leaving(self, who: Worker, held: Held, speed: float | None) -> Contact:
        """Out of the contact that an earlier plan left the robot in."""
        at = who.contact
        assert at is not None
        if isinstance(at, AtPocket):
            back = who.motions.docking(at.pocket, "flange and tool" if who.tool is None else "tool and pocket", "start", speed)
            return Contact(back.seconds, back.way, back.rest)
        if any(c.hand == at.hand for c in held):
            way = who.motions.lift(at.place, at.hand, at.kind, at.grasp, held, speed)
            device = self._devices[self._equipment_of[at.place]]
            clamp = device.clamp_time if device.is_clamped and at.place not in self._seats else 0.0
            return Contact(clamp + way.seconds, way.way, way.rest)
        way = who.motions.retract(at.place, at.hand, at.kind, at.grasp, held, speed)
        return Contact(way.seconds, way.way, way.rest)

    def serves(
        self, place: str, who: Worker, hand: str, kind: str, grasp: int, speed: float | None, force: float | None = None
    ) -> bool:
        """Whether the hand can put a part there at all, by the motions that the stage asks for."""
        key = (who.robot, place, hand, kind, grasp, force)
        known = self._serves.get(key)
        if known is None:
            held = (Carried(hand, kind, grasp),)
            motions = who.motions.within(force)
            there = motions.insert(place, hand, kind, grasp, held, speed)
            known = motions.may(there) and motions.may(motions.retract(place, hand, kind, grasp, (), speed))
            self._serves[key] = known
        return known

    def first_served(
        self,
        places: tuple[str, ...],
        who: Worker,
        kind: str,
        hand: str,
        grasp: int,
        speed: float | None,
        force: float | None = None,
    ) -> str | None:
        key = (who.robot, places, kind, hand, grasp, speed, force)
        if key not in self._first:
            self._first[key] = next((p for p in places if self.serves(p, who, hand, kind, grasp, speed, force)), None)
        return self._first[key]


def held_with(held: Held, one: Carried, who: Worker) -> Held:
    """In the order of hands."""
    if not held:
        return (one,)
    order = [hand.name for hand in who.hands]
    return tuple(sorted((*held, one), key=lambda c: order.index(c.hand)))


def _once(*spots: Spot) -> Spots:
    return tuple(dict.fromkeys(spots)) if len(spots) > 1 else spots
