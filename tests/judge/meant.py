"""Which of the contacts and visits that the plan lists speak of a given pair of bodies."""

from __future__ import annotations

from dataclasses import dataclass, field

import coal
import numpy as np

from cell.model import CellModel
from cell.steps import Along, Docking, Touch
from tests.judge.allowances import Allowed
from tests.judge.bodies import Moving
from tests.judge.solids import Standing

CARRIES = 1e-3  # m: a body this near to a place's frame carries what lies there


@dataclass(slots=True)
class Meant:
    """Everything that the plan lists, and which bodies carry which place."""

    cell: CellModel
    lists: tuple[Allowed, ...]
    _carries: dict[tuple[str, str], bool] = field(default_factory=dict)

    def during(self, first: float, last: float) -> MeantNow:
        """What may happen between two times."""
        return MeantNow(self, tuple(one for one in self.lists if one.first <= last and one.last >= first))

    def touching(self, robot: str, hand: str) -> tuple[Allowed, ...]:
        return tuple(m for m in self.lists if m.touch is not None and m.robot == robot and _hand_of(m.touch) == hand)

    def is_carrier(self, standing: Standing, place: str) -> bool:
        if standing.what == "part" and standing.owner in self.cell.places[place].lies_on:
            return True
        key = (standing.name, place)
        if key not in self._carries:
            self._carries[key] = _gap_to(standing, np.array(self.cell.places[place].frame.translation)) <= CARRIES
        return self._carries[key]

    def is_at(self, standing: Standing, place: str) -> bool:
        """Whether the part lies there, or is joined to what does."""
        of = self.cell.places.get(standing.owner)
        return standing.owner == place or (of is not None and of.of is not None and of.lies_on[:1] == (place,))

    def is_pocket(self, standing: Standing, pocket: str) -> bool:
        """Whether the body carries what stands in that pocket."""
        return _gap_to(standing, np.array(self.cell.pockets[pocket].frame.translation)) <= CARRIES


@dataclass(frozen=True, slots=True)
class MeantNow:
    meant: Meant
    lists: tuple[Allowed, ...]

    def contacts(self, moving: Moving, standing: Standing) -> tuple[Allowed, ...]:
        """A body of the gripping hand with the part at the place; a held part with what carries the place."""
        return tuple(
            one
            for one in self.lists
            if one.touch is not None and one.robot == moving.robot and self._speaks_of(one.touch, moving, standing)
        )

    def _is_docking(self, touch: Docking, moving: Moving, standing: Standing) -> bool:
        """The tool with what carries its pocket; the last link with the tool that stands there."""
        pocket = self.meant.cell.pockets[touch.pocket]
        if touch.pair == "tool and pocket":
            is_carrier = standing.what == "equipment" and self.meant.is_pocket(standing, touch.pocket)
            return moving.what == "tool" and is_carrier
        return moving.what == "link" and standing.what == "tool" and standing.owner == pocket.tool

    def visits(self, robot: str, zone: str) -> tuple[Allowed, ...]:
        return tuple(one for one in self.lists if one.zone == zone and one.robot == robot)

    def _speaks_of(self, touch: Touch | Docking | Along, moving: Moving, standing: Standing) -> bool:
        if isinstance(touch, Docking):
            return self._is_docking(touch, moving, standing)
        if isinstance(touch, Along):
            return moving.what == "tool" and standing.what == "part" and self.meant.is_at(standing, touch.place)
        if touch.pair == "fingers and part":
            is_hand = moving.what == "tool" and moving.hand in ("", touch.hand)
            return is_hand and standing.what == "part" and self.meant.is_at(standing, touch.place)
        is_load = moving.what == "part" and moving.hand == touch.hand
        return is_load and standing.what in ("part", "equipment") and self.meant.is_carrier(standing, touch.place)


def _hand_of(touch: Touch | Docking | Along) -> str:
    """Whose TCP is in contact; "" for the flange."""
    return "" if isinstance(touch, Docking) else touch.hand


def _gap_to(standing: Standing, point: np.ndarray) -> float:
    ball, where = coal.Sphere(1e-6), coal.Transform3s(standing.rotation, standing.translation)
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    at = coal.Transform3s(np.eye(3), point)
    return float(coal.distance(standing.solid.shape, where, ball, at, request, result))
