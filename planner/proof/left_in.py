"""Where the goals of an iteration leave its part, in reading order: a move to where it lies by then is met, and asks for nothing.

Read off program and cell alone, so that a later plan finds the same, wherever the part is by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cell.dataclass import dataclass
from cell.members import owner_of, places_in
from cell.model import CellModel
from cell.people import HANDOVER
from cell.program import Goal
from planner.proof.duty_keys import Key

Places = frozenset[str]


@dataclass(slots=True)
class LeftIn:
    """`places`: by part, in which of them it lies for certain after what was read; no entry where that is not known. `moved` are
    the goals read that bring it anywhere: only what waits for all of them is the last, or finds it where the last has left it."""

    cell: CellModel
    places: dict[str, Places] = field(default_factory=dict)
    moved: dict[str, frozenset[Key]] = field(default_factory=dict)

    def begin(self, part: str) -> None:
        """An iteration begins; where the part lies then is the state's business."""
        self.places.pop(part, None)
        self.moved.pop(part, None)

    def is_met(self, goal: Goal, part: str, kind: str, target: str, after: frozenset[Key], is_free: bool) -> bool:
        """`is_free`: other lines of an `any order` may come before it or behind it."""
        here = self.places.get(part, Places())
        is_last = self.moved.get(part, frozenset()) <= after
        return goal.verb == "move" and not is_free and is_last and bool(here) and here <= self._places(kind, target)

    def follow(self, goal: Goal, key: Key, part: str, kind: str, target: str, after: frozenset[Key], is_free: bool) -> None:
        """The goal is reached. Along a path the part is worked on where it lies; where a person takes it over, or something else
        may bring it away afterwards, nothing is certain."""
        if goal.along:
            return
        before = self.moved.get(part, frozenset())
        self.moved[part] = before | {key}
        is_certain = not is_free and before <= after and goal.verb != HANDOVER
        self._set(part, self._places(kind, target) if is_certain else Places())

    def branch(self, part: str, before: Places, moved: frozenset[Key]) -> Places:
        """A branch ends, in these places; the next one begins where the choice found the part."""
        ended = self.places.get(part, Places())
        self._set(part, before)
        self.moved[part] = moved
        return ended

    def join(self, part: str, ends: set[Places]) -> None:
        """After a choice the part lies where all branches leave it."""
        self._set(part, next(iter(ends)) if len(ends) == 1 else Places())

    def _places(self, kind: str, target: str) -> Places:
        equipment = self.cell.equipment.get(owner_of(target))
        return frozenset(p.name for p in places_in(equipment, target) if kind in p.accepts) if equipment else Places()

    def _set(self, part: str, places: Places) -> None:
        if places:
            self.places[part] = places
        else:
            self.places.pop(part, None)


def passed(after: frozenset[Key], met: Mapping[Key, frozenset[Key]]) -> frozenset[Key]:
    """`after`, and what goals that are met wait for: they have no steps that would hand it on."""
    seen, left = set(after), list(after)
    while left:
        for key in met.get(left.pop(), frozenset()) - seen:
            seen.add(key)
            left.append(key)
    return frozenset(seen)
