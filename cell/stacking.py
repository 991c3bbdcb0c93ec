"""How high and how heavy a pallet gets when parts are laid on it."""

from __future__ import annotations

from collections.abc import Iterable

from cell.geometry import height
from cell.model import CellModel


def stack_height(cell: CellModel, laid: Iterable[tuple[str, str]]) -> float:
    """The highest point of parts (kind, place), m above the floor; 0 for none."""
    tops = (float(cell.places[place].frame.translation[2]) + height(cell.parts[kind].shape) for kind, place in laid)
    return max(tops, default=0.0)


def stack_mass(cell: CellModel, laid: Iterable[tuple[str, str]]) -> float:
    """kg of parts (kind, place), without the pallet."""
    return sum(cell.parts[kind].mass for kind, _ in laid)
