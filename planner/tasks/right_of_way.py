"""What two robots must never do at once, as spots: a presence passes spots, and some spots of two robots exclude each other.

There are three reasons. Two robots never reach into one device, or into one place of any other equipment, or onto what lies
there. A zone takes one robot, or fewer than there are, or the text forbids two zones together. And two presences may be known to
conflict; those of one area too, when it `is_coarse`: then all contacts at one equipment, all travels between two hubs and all
rests in one stance count alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, assert_never

from cell.codec import canonical
from cell.model import CellModel
from cell.presence import Conflicts, Moving, Presence, Resting
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Stance
from planner.tasks.methods import has_clamp, has_door, is_device, is_heap

Mark = Presence | tuple[str, ...]
"""What excludes something; the robot stands second in a tuple."""
Spot = int
"""The number of a mark: spots are compared far more often than made."""
Spots = tuple[Spot, ...]
InZone = tuple[str, str]
"""(robot, zone)."""


class Crowd(NamedTuple):
    """Spots of different robots, each with its robot, of which no more than `most` may be taken at once."""

    most: int
    spots: tuple[tuple[Spot, str], ...]


class RightOfWay:
    """Of all robots in the cell. With one robot there are no spots at all."""

    def __init__(self, cell: CellModel, apart: Iterable[tuple[InZone, InZone]], conflicts: Conflicts, is_coarse: bool) -> None:
        self._cell, self._robots = cell, tuple(cell.robots)
        self._is_coarse = is_coarse
        self.is_needed = len(self._robots) > 1
        self.has_conflicts = bool(conflicts)
        self.zones = closed_zones(cell, apart)
        self._known: dict[Presence, Spots] = {}
        self._places: dict[tuple[str, str], Spots] = {}
        self._closed: dict[str, tuple[str, ...]] = {}
        self._is_one: dict[str, bool] = {}
        self._reaching: dict[str, dict[str, Spot]] = {}
        self._number: dict[Mark, Spot] = {}
        self._against: list[dict[Spot, str]] = []
        self._crowds: dict[Spot, Crowd] = {}
        for one, other in sorted(conflicts, key=canonical):  # a set has no order of its own, and spots are numbered as they come
            self._exclude(_at_any_speed(one), _at_any_speed(other))
            if is_coarse:
                self._exclude(_area(cell, one), _area(cell, other))
        for zone in cell.zones.values():
            if zone.capacity == 1:
                self._exclude_all("in", zone.name)
            elif zone.capacity is not None and zone.capacity < len(self._robots):
                self._count("in", zone.name, zone.capacity)
        for (a, z), (b, y) in apart:
            self._exclude(("in", a, z), ("in", b, y))

    def spots(self, presence: Presence) -> Spots:
        """Those that exclude anything of another robot."""
        if not self.is_needed:
            return ()
        place = _place_of(presence)
        there = () if place is None else self.in_place(presence.robot, place)
        if not self.has_conflicts:
            return there
        known = self._known.get(presence)
        if known is None:
            known = self._known[presence] = self._numbers(self._marks(presence))
        return (*known, *there)

    def in_place(self, robot: str, place: str) -> Spots:
        """The spots of a robot that is in contact at a place or a pocket, whatever it does there."""
        if not self.is_needed:
            return ()
        known = self._places.get((robot, place))
        if known is None:
            known = self._places[robot, place] = (*self._into(robot, place), *self._inside(robot, place))
        return known

    def _into(self, robot: str, place: str) -> Iterator[Spot]:
        """Of what it reaches into there, or over."""
        spot = self._cell.places.get(place)
        below = spot.lies_on if spot is not None else ()
        units = dict.fromkeys(self._unit_of(p) for p in (place, *below)) if below else (self._unit_of(place),)
        return (self._reach_into(robot, unit) for unit in units)

    def _inside(self, robot: str, place: str) -> Spots:
        """Of the closed zones that it is in there."""
        zones = self.closed_around(place)
        return self._numbers(("in", robot, zone) for zone in zones) if zones else ()

    def _numbers(self, marks: Iterable[Mark]) -> Spots:
        found = [self._number.get(mark) for mark in marks]
        return tuple([spot for spot in found if spot is not None])

    def against(self, spot: Spot) -> Iterable[tuple[Spot, str]]:
        """The spots that it excludes, each with its robot."""
        return self._against[spot].items()

    def excluded_by(self, spot: Spot) -> Iterable[Spot]:
        """Alone, or together with others."""
        crowd = self._crowds.get(spot)
        return self._against[spot] if crowd is None else (*self._against[spot], *(s for s, _ in crowd.spots))

    def crowd(self, spot: Spot) -> Crowd | None:
        """Of which only some may be taken at once; None where any may."""
        return self._crowds.get(spot)

    def excludes(self, spots: Spots, others: Spots) -> bool:
        """Whether any of `spots` excludes any of `others`."""
        return any(o in self._against[s] for s in spots for o in others)

    def _exclude(self, one: Mark, other: Mark) -> None:
        a, b = self._numbered(one), self._numbered(other)
        self._against[a][b], self._against[b][a] = _robot_of(other), _robot_of(one)

    def _numbered(self, mark: Mark) -> Spot:
        number = self._number.setdefault(mark, len(self._against))
        if number == len(self._against):
            self._against.append({})
        return number

    def _count(self, how: str, what: str, most: int) -> None:
        """No more than `most` robots at a time."""
        spots = tuple((self._numbered((how, robot, what)), robot) for robot in self._robots)
        self._crowds.update({spot: Crowd(most, spots) for spot, _ in spots})

    def _exclude_all(self, how: str, what: str) -> None:
        """One robot at a time."""
        for k, robot in enumerate(self._robots):
            for other in self._robots[k + 1 :]:
                self._exclude((how, robot, what), (how, other, what))

    def _marks(self, presence: Presence) -> Iterator[Mark]:
        yield _at_any_speed(presence)
        if self._is_coarse:
            yield _area(self._cell, presence)

    def _unit_of(self, place: str) -> str:
        spot = self._cell.places.get(place)
        if spot is None or is_heap(spot):
            return unit_of(self._cell, place)
        is_one = self._is_one.get(spot.equipment)
        if is_one is None:
            is_one = self._is_one[spot.equipment] = unit_of(self._cell, place) == spot.equipment
        return spot.equipment if is_one else place

    def closed_around(self, place: str) -> tuple[str, ...]:
        """The closed zones that hold a place or a pocket."""
        known = self._closed.get(place)
        if known is None:
            frame = self._cell.frame_of(place).translation
            known = self._closed[place] = tuple(z for z in self.zones if self._cell.zones[z].holds(frame))
        return known

    def _reach_into(self, robot: str, unit: str) -> Spot:
        """One robot at a time. Entered as robots come, for most of what lies about is asked for by one robot of many."""
        spots = self._reaching.setdefault(unit, {})
        mine = spots.get(robot)
        if mine is None:
            mine = self._numbered(("at", robot, unit))
            for other, theirs in spots.items():
                self._against[mine][theirs], self._against[theirs][mine] = other, robot
            spots[robot] = mine
        return mine


def closed_zones(cell: CellModel, apart: Iterable[tuple[InZone, InZone]]) -> tuple[str, ...]:
    """The zones that a robot enters only to serve a place inside: those for fewer robots than there are, and those that the text
    forbids together. In the order of declaration."""
    named = {zone for pair in apart for _, zone in pair}
    return tuple(z.name for z in cell.zones.values() if z.is_limited(len(cell.robots)) or z.name in named)


def unit_of(cell: CellModel, place: str) -> str:
    """What only one robot at a time may reach into: a device, something with a door or a clamp, a heap, a changer; else the
    place."""
    if place in cell.pockets:
        return cell.pockets[place].changer
    equipment = cell.equipment[cell.places[place].equipment]
    is_one = is_device(cell, equipment) or has_door(equipment) or has_clamp(equipment) or is_heap(cell.places[place])
    return equipment.name if is_one else place


def _at_any_speed(presence: Presence) -> Presence:
    """A limit on speed does not make a motion another one here, so that every rule sees every motion of the kind."""
    if isinstance(presence, Moving) and presence.need.speed_limit is not None:
        return Moving(replace(presence.need, speed_limit=None))
    return presence


def _robot_of(mark: Mark) -> str:
    return mark[1] if isinstance(mark, tuple) else mark.robot


def _place_of(presence: Presence) -> str | None:
    """The place or the pocket that the robot is at or goes into or out of."""
    match presence:
        case Moving(need):
            return need.touch.where if need.touch is not None else None
        case Resting(stance=AtPlace(place)):
            return place
        case Resting(stance=AtPocket(pocket)):
            return pocket
        case Resting():
            return None
    assert_never(presence)


def _area(cell: CellModel, presence: Presence) -> tuple[str, ...]:
    match presence:
        case Moving(need) if need.touch is not None:
            return ("contact", need.robot, cell.equipment_of(need.touch.where))
        case Moving(need):
            return ("way", need.robot, _stance_area(cell, need.start), _stance_area(cell, need.end))
        case Resting(robot, stance):
            return ("rest", robot, _stance_area(cell, stance))
    assert_never(presence)


def _stance_area(cell: CellModel, stance: Stance) -> str:
    match stance:
        case AtHome():
            return "home"
        case AtHub(equipment):
            return f"hub {equipment}"
        case AtPlace(place):
            return f"in {cell.places[place].equipment}"
        case AtPocket(pocket):
            return f"in {cell.pockets[pocket].changer}"
        case AtMeasured(q):
            return repr(q)
    assert_never(stance)
