"""Which of the contacts and visits that the plan lists speak of a given pair of bodies."""

from __future__ import annotations

from dataclasses import dataclass, field

import coal
import numpy as np

from cell.model import CellModel
from tests.judge.allowances import Allowed
from tests.judge.bodies import Moving
from tests.judge.solids import Standing

CARRIES = 1e-3  # m: a body this near to a place's frame carries what lies there


@dataclass(slots=True)
class Meant:
    cell: CellModel
    lists: tuple[Allowed, ...]
    _carries: dict[tuple[str, str], bool] = field(default_factory=dict)
    _contacts: dict[tuple[str, str], tuple[Allowed, ...]] = field(default_factory=dict)
    _visits: dict[tuple[str, str], tuple[Allowed, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.lists:
            if one.touch is not None:
                key = (one.robot, one.touch.place)
                self._contacts[key] = (*self._contacts.get(key, ()), one)
            elif one.zone is not None:
                self._visits[one.robot, one.zone] = (*self._visits.get((one.robot, one.zone), ()), one)

    def contacts(self, moving: Moving, standing: Standing) -> tuple[Allowed, ...]:
        """A body of the gripping hand with the part at the place; a held part with what carries the place."""
        found: list[Allowed] = []
        for (robot, place), lists in self._contacts.items():
            if robot == moving.robot:
                found.extend(one for one in lists if self._speaks_of(one, place, moving, standing))
        return tuple(found)

    def visits(self, robot: str, zone: str) -> tuple[Allowed, ...]:
        return self._visits.get((robot, zone), ())

    def touching(self, robot: str, hand: str) -> tuple[Allowed, ...]:
        return tuple(m for m in self.lists if m.touch is not None and m.robot == robot and m.touch.hand == hand)

    def _speaks_of(self, one: Allowed, place: str, moving: Moving, standing: Standing) -> bool:
        assert one.touch is not None
        if one.touch.pair == "fingers and part":
            is_hand = moving.what == "tool" and moving.hand in ("", one.touch.hand)
            return is_hand and standing.what == "part" and standing.owner == place
        is_load = moving.what == "part" and moving.hand == one.touch.hand
        return is_load and standing.what in ("part", "equipment") and self._is_carrier(standing, place)

    def _is_carrier(self, standing: Standing, place: str) -> bool:
        key = (standing.name, place)
        if key not in self._carries:
            self._carries[key] = _gap_to(standing, np.array(self.cell.places[place].frame.translation)) <= CARRIES
        return self._carries[key]


def _gap_to(standing: Standing, point: np.ndarray) -> float:
    ball, where = coal.Sphere(1e-6), coal.Transform3s(standing.rotation, standing.translation)
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    at = coal.Transform3s(np.eye(3), point)
    return float(coal.distance(standing.solid.shape, where, ball, at, request, result))
