"""What is looked for before all motions of a schedule are: at each piece of equipment whether it is in reach, and one motion.

All motions of a schedule take a minute; that a place is out of reach or a deadline too short mostly shows at the first few. So a
place that nothing reaches costs one motion and not all of them. Where nothing is amiss it costs nothing: those motions are
needed anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cell.grasps import T_part_tcp
from cell.model import CellModel
from cell.steps import AtPlace, AtPocket, MotionNeed
from cell.zones import Zone

Key = tuple[str, str | None, str]
"""A robot, its tool, and the equipment or changer that it reaches for."""
MOST_LOOKS = 8


class FirstLook:
    """`beyond`: what kinematics rules out at one piece of equipment, by robot and tool."""

    def __init__(self, cell: CellModel, beyond: Callable[[Key], frozenset[AtPlace]]) -> None:
        self._cell, self._beyond = cell, beyond
        self._passed: set[Key] = set()
        self._left = MOST_LOOKS

    def few_of(self, needs: Sequence[MotionNeed]) -> tuple[MotionNeed, ...]:
        """One that cannot be at each equipment where there is one; else one at each where none was found yet. None where nothing
        new is asked for, or it was looked often enough."""
        if self._left == 0:
            return ()
        at = {need: key for need in needs if (key := self._key(need)) is not None and key not in self._passed}
        cannot = _one_each({need: key for need, key in at.items() if self._is_beyond(need, key)})
        few = cannot or _one_each(at)
        self._left -= 1 if few else 0
        return few

    def passed(self, needs: Iterable[MotionNeed]) -> None:
        """Those were found."""
        self._passed.update(key for need in needs if (key := self._key(need)) is not None)

    def _key(self, need: MotionNeed) -> Key | None:
        for stance in (need.start, need.end):
            match stance:
                case AtPlace(place):
                    return need.robot, need.tool, self._cell.places[place].equipment
                case AtPocket(pocket):
                    return need.robot, need.tool, self._cell.pockets[pocket].changer
                case _:
                    pass
        return None

    def _is_beyond(self, need: MotionNeed, key: Key) -> bool:
        stances = [stance for stance in (need.start, need.end) if isinstance(stance, AtPlace)]
        shut = (self._cell.zones[name] for name in need.avoid)
        if any(self._lies_in(zone, stance) for zone in shut for stance in stances):
            return True
        return bool(stances) and not self._beyond(key).isdisjoint(stances)

    def _lies_in(self, zone: Zone, stance: AtPlace) -> bool:
        """Whether the hand is in it when it is there."""
        frame, shape = self._cell.places[stance.place].frame, self._cell.parts[stance.kind].shape
        point = (frame @ T_part_tcp(shape, stance.grasp)).translation
        return all(low <= x <= high for low, x, high in zip(zone.low, point, zone.high, strict=True))


def _one_each(at: dict[MotionNeed, Key]) -> tuple[MotionNeed, ...]:
    first: dict[Key, MotionNeed] = {}
    for need, key in at.items():
        first.setdefault(key, need)
    return tuple(first.values())
