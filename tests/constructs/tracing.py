"""Motions along paths of parts for the bench's gantry, as arithmetic: across, down, along, up, at rest at every corner."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cell.geometry import Array, frozen
from cell.model import CellModel
from cell.motion_plan import ContactAllowance, Motion, Phase, Segment
from cell.steps import Along, MotionNeed
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, slow_enough
from tests.planner.proof.hand_made import rest_to_rest

SHARE = 0.9  # of the feed that is reached at most


def traced(need: MotionNeed, touch: Along, cell: CellModel, hub: Array, high: float = SAFE_HEIGHT) -> Motion:
    """Of a path whose normals point upwards. `high` m is where the flange goes across."""
    feature = cell.parts[touch.kind].path(touch.feature)
    assert feature is not None
    tips = cell.places[touch.place].frame.apply(np.array(feature.points))
    hand = next(h for h in cell.tools[need.tool or ""].hands if f"{need.tool}.{h.name}" == touch.hand)
    on = [np.array([*(tip - hand.T_flange_tcp.translation), 0.0]) for tip in tips]
    into, along, out = [hub, *_above(on[0], high), on[0]], on, [on[-1], *_above(on[-1], high)[::-1], hub]
    stretches = [_legs(points) for points in (into, along, out)]
    phases, lengths = list[Phase](), [sum(s.length for s in legs) for legs in stretches]
    for k, legs in enumerate(stretches):
        if legs:
            phases += rest_to_rest(lengths[k], _seconds(need, touch, legs, lengths[k], is_along=k == 1))
        if k < 2 and touch.dwells[k] > 0.0:
            phases.append(Phase(touch.dwells[k], 0.0))
    start, end = lengths[0], lengths[0] + lengths[1]
    contact = ContactAllowance(touch, start - CONTACT, end + CONTACT, 0.25, touch.force, (start, end))
    seconds = sum(phase.duration for phase in phases)
    return Motion(need, tuple(s for legs in stretches for s in legs), tuple(phases), (contact,), (), seconds)


def _above(q: Array, high: float) -> list[Array]:
    """Where the flange comes from: the height of its way across, then that of contact."""
    across, near = q.copy(), q.copy()
    across[2], near[2] = high, q[2] + CONTACT
    return [across, near]


def _legs(points: list[Array]) -> list[Segment]:
    pairs = [(a, b) for a, b in pairwise(points) if float(np.abs(b - a).max()) > 1e-9]
    return [Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in pairs]


def _seconds(need: MotionNeed, touch: Along, legs: list[Segment], length: float, is_along: bool) -> float:
    free = MotionNeed(need.robot, need.start, need.end, (), None, need.speed_limit, (), need.tool)
    fastest = SHARE * (touch.feed if is_along else 0.25)
    return max(slow_enough(free, tuple(legs), length), 2.0 * 1.875 * length / fastest)
