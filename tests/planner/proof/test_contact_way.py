"""Contact is entered straight and no deeper than the place: forged ways that end where they should, and go elsewhere between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cell.geometry import frozen
from cell.motion_plan import Motion, Segment
from planner.proof.motion_verdict import judge
from planner.proof.surroundings import surroundings_of
from tests.planner.proof.gantry import tending
from tests.planner.proof.hand_made import rest_to_rest

AROUND = surroundings_of(tending().request, "g1", "grip")


def placing() -> Motion:
    return next(m for m in tending().plan.motions.values() if m.need.touch is not None and m.need.touch.end == "end")


def with_detour(by: tuple[float, float, float, float]) -> str:
    """The motion goes on from contact by `by` and comes back, slowly, all of it in the interval of contact."""
    m = placing()
    end = m.segments[-1].control[-1]
    there = end + np.array(by)
    legs = tuple(Segment(frozen([a, a, a, b, b, b]), 0.02) for a, b in ((end, there), (there, end)))
    length = sum(s.length for s in (*m.segments, *legs))
    (contact,) = m.contacts
    visits = tuple(replace(v, last=length) for v in m.visits)
    phases = rest_to_rest(length, 60.0)
    forged = Motion(m.need, (*m.segments, *legs), phases, (replace(contact, last=length),), visits, 60.0)
    return "; ".join(r.message for r in judge(forged, AROUND).refusals)


def test_honest_way_is_proved() -> None:
    assert judge(placing(), AROUND).refusals == ()


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ((0.0, 0.0, -0.045, 0.0), "contact is allowed over 1"),
        ((0.0, 0.0, -0.003, 0.0), "towards or below the place"),
        ((0.0, 0.0, 0.002, 0.0), "the wrong way"),
        ((0.002, 0.0, 0.0, 0.0), "off the straight way"),
        ((0.0, 0.0, 0.0, 0.1), "turns by"),
    ],
)
def test_detour_in_contact_is_refused(by: tuple[float, float, float, float], said: str) -> None:
    assert said in with_detour(by)
