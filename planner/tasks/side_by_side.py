"""Whether parts fit into the hands of a tool together: a sheet that covers the other hand leaves it no room."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from cell.geometry import Array, Body, Box
from cell.grasps import T_part_tcp
from cell.model import CellModel
from cell.scene import part_body
from cell.steps import Carried

_NONE = 1e-9


def fit_together(cell: CellModel, held: Sequence[Carried]) -> bool:
    """False only where two of the parts would be inside each other; decided for boxes, others are left to the motion search."""
    bodies = [_body(cell, carried) for carried in held]
    return not any(_overlap(a, b) for a, b in combinations(bodies, 2))


def _body(cell: CellModel, carried: Carried) -> Body:
    """The part in the flange's frame."""
    tool, hand = carried.hand.split(".", 1)
    T_flange_tcp = next(h.T_flange_tcp for h in cell.tools[tool].hands if h.name == hand)
    return part_body(cell, carried.kind, T_flange_tcp @ T_part_tcp(cell.parts[carried.kind].shape, carried.grasp).inverse())


def _overlap(one: Body, other: Body) -> bool:
    """No axis separates the two boxes (Gottschalk, Lin and Manocha, "OBBTree", 1996)."""
    if not isinstance(one.shape, Box) or not isinstance(other.shape, Box):
        return False
    axes = [*one.pose.rotation.T, *other.pose.rotation.T]
    axes += [np.cross(a, b) for a in one.pose.rotation.T for b in other.pose.rotation.T]
    between = other.pose.translation - one.pose.translation
    return all(
        abs(float(between @ axis)) < _reach(one, axis) + _reach(other, axis) - _NONE
        for axis in axes
        if float(np.linalg.norm(axis)) > _NONE
    )


def _reach(body: Body, axis: Array) -> float:
    """How far the box reaches from its centre along the axis."""
    assert isinstance(body.shape, Box)
    return float(np.abs(body.pose.rotation.T @ axis) @ np.array(body.shape.size)) / 2.0
