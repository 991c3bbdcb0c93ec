"""The motions of one robot as the schedule asks for them: each need built once, with its duration and the spots it passes.

A need that is forbidden (no path was found for it) has an infinite duration, so whoever would use it looks elsewhere; so has
one for a place beyond all reach.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import copy
from typing import Literal, NamedTuple

from cell.model import CellModel
from cell.presence import Moving, Resting
from cell.steps import Along, AtHome, AtHub, AtPlace, AtPocket, Carried, Docking, MotionNeed, Stance, Touch, Touching, stance_name
from planner.tasks.right_of_way import RightOfWay, Spots

Held = tuple[Carried, ...]
_WORDS = {
    ("fingers and part", "end"): "approach",
    ("part and place", "start"): "lift",
    ("part and place", "end"): "insert",
    ("fingers and part", "start"): "retract",
}


class Timed(NamedTuple):
    """A need and its duration in s; the spots of the motion (and of the contact that it ends), and of the rest after it."""

    need: MotionNeed
    seconds: float
    way: Spots
    rest: Spots


class Motions:
    """Needs of `robot` with `tool` at its flange, with `durations` in s. `speed` arguments are the limit that binds the step,
    None for none. `beyond` are the places out of reach."""

    def __init__(
        self,
        cell: CellModel,
        robot: str,
        tool: str | None,
        durations: Callable[[MotionNeed], float],
        forbidden: frozenset[MotionNeed],
        rules: RightOfWay,
        beyond: frozenset[str] = frozenset(),
        alike: Callable[[MotionNeed], bool] | None = None,
    ) -> None:
        self._robot, self._tool = robot, tool
        self._durations = durations
        self._forbidden = forbidden
        self._given_up = frozenset(filter(None, map(_load_at, forbidden)))
        self._max_speed = cell.robots[robot].max_speed
        self._equipment = {p.name: p.equipment for p in cell.places.values()}
        guards = {e.guard for e in cell.equipment.values() if e.guard is not None}
        self._closed = tuple(z.name for z in cell.zones.values() if z.keep_out or z.name in guards or z.name in rules.zones)
        self._entered = {name: _entered(cell, name, rules) for name in (*cell.places, *cell.pockets)}
        self._hubs = {name: AtHub(name) for name in cell.equipment}
        self._avoided: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._rules = rules
        self._beyond = beyond
        self._alike = alike
        self._known: dict[tuple[object, ...], Timed] = {}
        self._force: float | None = None
        self._gentle: dict[float | None, Motions] = {None: self}
        self._least: dict[tuple[str, str, str], float] = {}

    def within(self, force: float | None) -> Motions:
        """The same with at most `force` N in contact; None for no limit of the text."""
        if force == self._force:
            return self
        if force not in self._gentle:
            gentle = self._gentle[force] = copy(self)
            gentle._force, gentle._known = force, {}
        return self._gentle[force]

    def may(self, contact: Timed) -> bool:
        """Whether there is such a contact at all, with something in the other hands if not without."""
        return contact.seconds < math.inf or (self._alike is not None and self._alike(contact.need))

    def asked(self) -> Iterator[MotionNeed]:
        """All that was asked for so far, within whatever force."""
        for motions in self._gentle.values():
            yield from (timed.need for timed in motions._known.values())

    def least(self, what: str, place: str, kind: str) -> float:
        """The shortest of all contact motions asked for so far: what is approach, lift, insert or retract. inf for none."""
        return self._least.get((what, place, kind), math.inf)

    def least_travel(self, start: str, end: str) -> float:
        """The shortest travel between two hubs, with whatever load was asked for; the empty one when none was."""
        if start == end:
            return 0.0
        if ("travel", start, end) not in self._least:
            self.travel(AtHub(start), end, (), None)
        return self._least[("travel", start, end)]

    def entered(self, place: str) -> tuple[str, ...]:
        """The zones that a contact at `place` (or a pocket) enters: the guard of its machine, then those for one robot that hold
        it."""
        return self._entered[place]

    def travel(self, start: Stance, hub: str, held: Held, speed: float | None) -> Timed:
        """From a stance outside all contact to the hub of an equipment."""
        key = (start, hub, held, speed)
        known = self._known.get(key)
        return known if known is not None else self._new(key, start, self._hubs[hub], held, None, speed, ())

    def homeward(self, start: Stance, held: Held, speed: float | None) -> Timed:
        """From a stance outside all contact to where the robot is in nobody's way."""
        key = ("home", start, held, speed)
        known = self._known.get(key)
        return known if known is not None else self._new(key, start, AtHome(), held, None, speed, ())

    def approach(self, place: str, hand: str, kind: str, grasp: int, held: Held, speed: float | None) -> Timed:
        """From the hub to the part that lies at `place`; `held` is what the other hands hold."""
        return self._touching("fingers and part", "end", place, hand, kind, grasp, held, speed)

    def lift(self, place: str, hand: str, kind: str, grasp: int, held: Held, speed: float | None) -> Timed:
        """Back to the hub with the part; `held` includes it."""
        return self._touching("part and place", "start", place, hand, kind, grasp, held, speed)

    def insert(self, place: str, hand: str, kind: str, grasp: int, held: Held, speed: float | None) -> Timed:
        """From the hub into the place with the part; `held` includes it."""
        return self._touching("part and place", "end", place, hand, kind, grasp, held, speed)

    def retract(self, place: str, hand: str, kind: str, grasp: int, held: Held, speed: float | None) -> Timed:
        """Back to the hub without the part."""
        return self._touching("fingers and part", "start", place, hand, kind, grasp, held, speed)

    def docking(
        self, pocket: str, pair: Literal["tool and pocket", "flange and tool"], end: Literal["start", "end"], speed: float | None
    ) -> Timed:
        """Between the hub of a changer and a pocket there, with empty hands."""
        key = (pair, pocket, end, speed)
        known = self._known.get(key)
        if known is not None:
            return known
        hub, there = AtHub(pocket.rpartition(".")[0]), AtPocket(pocket)
        start, stop = (hub, there) if end == "end" else (there, hub)
        return self._new(key, start, stop, (), Docking(pair, pocket, end), speed, self._entered[pocket])

    def along(self, touch: Along, held: Held, speed: float | None) -> Timed:
        """From the hub along a path of the part that lies at a place, and back; `held` is what the hands hold."""
        key = ("along", touch, held, speed)
        known = self._known.get(key)
        if known is not None:
            return known
        hub = AtHub(self._equipment[touch.place])
        return self._new(key, hub, hub, held, touch, speed, self._entered[touch.place])

    def _touching(
        self, pair: Touching, end: Literal["start", "end"], place: str, hand: str, kind: str, grasp: int, held: Held,
        speed: float | None,
    ) -> Timed:  # fmt: skip
        key = (pair, end, place, hand, kind, grasp, held, speed)
        known = self._known.get(key)
        if known is not None:
            return known
        hub, there = self._hubs[self._equipment[place]], AtPlace(place, hand, kind, grasp)
        start, stop = (hub, there) if end == "end" else (there, hub)
        return self._new(key, start, stop, held, Touch(pair, place, hand, kind, grasp, end), speed, self._entered[place])

    def _new(
        self, key: tuple[object, ...], start: Stance, end: Stance, held: Held, touch: Touch | Docking | Along | None,
        speed: float | None, entered: tuple[str, ...],
    ) -> Timed:  # fmt: skip
        if self._max_speed is not None:
            speed = self._max_speed if speed is None else min(speed, self._max_speed)
        force = self._force if isinstance(touch, Touch | Along) else None
        avoid = self._avoid(entered)
        need = MotionNeed(self._robot, start, end, held, touch, speed, avoid, self._tool, force)
        is_barred = touch is not None and touch.where in self._beyond
        if self._forbidden and not is_barred:
            is_barred = need in self._forbidden or _load_at(need) in self._given_up
        seconds = math.inf if is_barred else self._durations(need)
        timed = self._known[key] = Timed(need, seconds, *self._spots(need, touch))
        self._note(start, end, touch, seconds)
        return timed

    def _avoid(self, entered: tuple[str, ...]) -> tuple[str, ...]:
        known = self._avoided.get(entered)
        if known is None:
            known = self._avoided[entered] = tuple(z for z in self._closed if z not in entered)
        return known

    def _spots(self, need: MotionNeed, touch: Touch | Docking | Along | None) -> tuple[Spots, Spots]:
        """Of the motion, with the contact that it ends; of the rest after it."""
        rules = self._rules
        if not rules.has_conflicts:  # then only what is reached into counts, and there are thousands of places
            there = () if touch is None else rules.in_place(self._robot, touch.where)
            return there, there if isinstance(touch, Touch | Docking) and touch.end == "end" else ()
        way = rules.spots(Moving(need))
        if isinstance(touch, Touch | Docking) and touch.end == "start":
            way = (*rules.spots(Resting(self._robot, need.start, need.carried, self._tool)), *way)
        return way, rules.spots(Resting(self._robot, need.end, need.carried, self._tool))

    def _note(self, start: Stance, end: Stance, touch: Touch | Docking | Along | None, seconds: float) -> None:
        if isinstance(touch, Touch):
            what = _WORDS[touch.pair, touch.end]
            key = (what, touch.place, touch.kind)
        elif touch is None and isinstance(start, AtHub) and isinstance(end, AtHub):
            key = ("travel", start.equipment, end.equipment)
        else:
            return
        if seconds < self._least.setdefault(key, math.inf):
            self._least[key] = seconds


def _entered(cell: CellModel, place: str, rules: RightOfWay) -> tuple[str, ...]:
    guard, inside = cell.equipment[cell.equipment_of(place)].guard, rules.closed_around(place)
    return inside if guard is None else (guard, *(z for z in inside if z != guard))


def _load_at(need: MotionNeed) -> tuple[object, ...] | None:
    """A contact with more in the hands than the part it is about, whatever the grasps: where one of these has no motion, the
    others are not tried, for there is still the way with one part at a time. None for every other need."""
    touch = need.touch
    if not isinstance(touch, Touch):
        return None
    more = [c for c in need.carried if c.hand != touch.hand]
    if not more:
        return None
    return (touch.pair, touch.end, touch.place, touch.hand, touch.kind, tuple((c.hand, c.kind) for c in more))


class MeasuredFirst:
    """Durations for a comparison with the motions of a plan: a need that the plan does not have takes as long as the plan's
    motion of the same robot between the same stances, along the same path and within the same speed, whatever is carried."""

    def __init__(self, measured: dict[MotionNeed, float], otherwise: Callable[[MotionNeed], float]) -> None:
        self._measured = measured
        self._otherwise = otherwise
        self._between: dict[_Way, float] = {}
        for need, seconds in measured.items():
            key = _way(need)
            self._between[key] = min(seconds, self._between.get(key, math.inf))

    def __call__(self, need: MotionNeed) -> float:
        if need in self._measured:
            return self._measured[need]
        known = self._between.get(_way(need))
        return self._otherwise(need) if known is None else known


_Way = tuple[str, str, str, Along | None, float | None]


def _way(need: MotionNeed) -> _Way:
    along = need.touch if isinstance(need.touch, Along) else None
    return need.robot, stance_name(need.start), stance_name(need.end), along, need.speed_limit
