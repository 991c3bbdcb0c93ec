"""Where every robot has been and is, in the order of acts, so that the next act of another one can be kept clear of it.

Whoever comes later in the list of acts waits for whoever came earlier: edges point backwards only, so the order of steps is
acyclic and nobody ever waits for ever, whatever anything takes. What an end is does not matter here: a time while orders are
tried, the numbers of steps while they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from planner.tasks.right_of_way import Crowd, RightOfWay, Spot, Spots

T = TypeVar("T")


class Passage(NamedTuple, Generic[T]):
    """One travel or one contact: the spots that it passes, those of the rest after it, and its end."""

    way: Spots
    rest: Spots
    end: T


class Trail(NamedTuple, Generic[T]):
    """What one act does to a robot's whereabouts: passages, then those of each way of a fork that was decided at `decided`."""

    passages: tuple[Passage[T], ...]
    ways: tuple[tuple[Passage[T], ...], ...] = ()
    decided: T | None = None

    def rests(self, before: Spots) -> Spots:
        """Where the robot rests afterwards, in any of the ways; `before` is where it rested."""
        after = self.passages[-1].rest if self.passages else before
        return tuple(dict.fromkeys(s for way in self.ways for s in (way[-1].rest if way else after))) if self.ways else after


@dataclass(slots=True)
class _Past(Generic[T]):
    """Of one robot. `ends` and `left` by trail; the rest after trail k ends with `left[k + 1]`, a first passage. `passed` and
    `rested` name the last trail in or after which it was there; `when` is the number of each trail among those of all robots."""

    rests: Spots
    ends: list[dict[Spot, list[T]]] = field(default_factory=lambda: [{}])
    left: list[list[T]] = field(default_factory=lambda: [[]])
    when: list[int] = field(default_factory=lambda: [0])
    passed: dict[Spot, int] = field(default_factory=dict)
    rested: dict[Spot, int] = field(default_factory=dict)


class Traffic(Generic[T]):
    """Mutable. `rests`: where each robot stands at the start; those that are no workers stay there."""

    def __init__(self, rules: RightOfWay, rests: Mapping[str, Spots]) -> None:
        self._rules, self._recorded = rules, 0
        self._past: dict[str, _Past[T]] = {robot: _Past(spots) for robot, spots in rests.items()}
        self._disturbed: dict[Spot, int] = {}
        for past in self._past.values():
            past.rested.update(dict.fromkeys(past.rests, 0))

    @property
    def recorded(self) -> int:
        """How many trails there are."""
        return self._recorded

    def is_as_it_was(self, spots: Iterable[Spot], then: int) -> bool:
        """Whether what holds up `spots` is the same as when `then` trails were recorded."""
        return max((self._disturbed.get(spot, 0) for spot in spots), default=0) <= then

    def rests(self, robot: str) -> Spots:
        """The spots in which it stands now."""
        return self._past[robot].rests

    def held_up(self, robot: str, spots: Spots) -> tuple[list[T], list[str]]:
        """What has to end before `robot` may pass `spots`, and who stands in the way until it is moved."""
        waits: dict[str, tuple[int, list[T]]] = {}
        for spot in spots:
            against: Iterable[tuple[Spot, str]] = self._rules.against(spot)
            if (crowd := self._rules.crowd(spot)) is not None:
                against = self._too_many(robot, crowd)
            for theirs, other in against:
                if other != robot:
                    latest = _latest(self._past[other], theirs, waits.get(other))
                    if latest is not None:
                        waits[other] = latest
        if not waits:
            return [], []
        there = [other for other, past in self._past.items() if other in waits and waits[other][0] == len(past.ends)]
        return [end for other in self._past if other in waits for end in waits[other][1]], there

    def _too_many(self, robot: str, crowd: Crowd) -> list[tuple[Spot, str]]:
        """Of those who were there all but the last ones, with whom there is room for `robot`: whoever comes waits for the others,
        so that of any more than there is room for, one has left before another comes. Told by who came when, not by times, it is
        the same while orders are tried and while steps are written."""
        came: list[tuple[bool, int, Spot, str]] = []
        for spot, other in crowd.spots:
            latest = _latest(self._past[other], spot, None) if other != robot else None
            if latest is not None:
                past, k = self._past[other], latest[0]
                came.append((k == len(past.when), past.when[k] if k < len(past.when) else 0, spot, other))
        came.sort()
        return [(spot, other) for _, _, spot, other in came[: max(len(came) - (crowd.most - 1), 0)]]

    def record(self, robot: str, trail: Trail[T]) -> None:
        past = self._past[robot]
        number = len(past.ends)
        ends, left = _told(past.rests, trail)
        if not left:
            return
        self._recorded += 1
        past.ends.append(ends)
        past.when.append(self._recorded)
        past.left.append(left)
        rests = trail.rests(past.rests)
        past.passed.update(dict.fromkeys(ends, number))
        past.rested.update(dict.fromkeys(rests, number))
        self._disturb({*ends, *rests, *past.rests})
        past.rests = rests

    def _disturb(self, spots: Iterable[Spot]) -> None:
        """Somebody was there, is there now or has left: for those who may not be there at once that is something new."""
        for spot in spots:
            self._disturbed.update(dict.fromkeys(self._rules.excluded_by(spot), self._recorded))


def _latest(past: _Past[T], spot: Spot, known: tuple[int, list[T]] | None) -> tuple[int, list[T]] | None:
    """The last trail that has to be waited for until `spot` is free, and the ends in it, together with those `known` for other
    spots; all earlier ones have ended before those. None for none."""
    passed, left = past.passed.get(spot, 0), past.rested.get(spot, -1) + 1
    for k, is_rest in ((passed, False), (left, True)):
        if k < 1 or (known is not None and k < known[0]):
            continue
        if k == len(past.ends):
            found: list[T] = []
        else:
            found = past.left[k] if is_rest else past.ends[k][spot]
        known = (k, found) if known is None or k > known[0] else (k, known[1] + found)
    return known


def _told(rests: Spots, trail: Trail[T]) -> tuple[dict[Spot, list[T]], list[T]]:
    """The end of each spot, and that of the first passage. In a way that never passes a spot it is left with the decision; until
    its first passage the robot rests where the last one before it ended."""
    ends: dict[Spot, list[T]] = {}
    rests = _walked(ends, rests, trail.passages)
    left = [trail.passages[0].end] if trail.passages else []
    if not trail.ways or trail.decided is None:
        return ends, left
    in_ways: list[dict[Spot, list[T]]] = []
    for way in trail.ways:
        told: dict[Spot, list[T]] = {spot: [way[0].end] for spot in rests} if way else {}
        _walked(told, rests, way)
        in_ways.append(told)
    for spot in dict.fromkeys(s for told in in_ways for s in told):
        ends[spot] = [end for told in in_ways for end in told.get(spot, [trail.decided])]
    return ends, left or [way[0].end if way else trail.decided for way in trail.ways]


def _walked(ends: dict[Spot, list[T]], rests: Spots, passages: tuple[Passage[T], ...]) -> Spots:
    """Enter the spots of `passages` into `ends`; gives where they end."""
    for k, passage in enumerate(passages):
        if k:
            ends.update({spot: [passage.end] for spot in rests})
        ends.update({spot: [passage.end] for spot in passage.way})
        rests = passage.rest
    return rests
