"""A bad sample is in the gauge, its verdict comes while no controller is there, and the one hand has the next shaft in it."""

from __future__ import annotations

import pytest

from cell.commands import Grip
from cell.events import PlanRequested
from cell.state import Errand, InHand
from tests.crash.crashing import Point, crashed, faults, undisturbed
from tests.crash.moments import sends, writes_with
from tests.crash.stories import rejects


@pytest.mark.long
def test_who_takes_over_with_its_hand_full_brings_the_bad_one_away() -> None:
    story = rejects()
    plain = undisturbed(story)
    third = writes_with(plain, sends(Grip))[2]  # the first shaft was put into brush and gauge
    end = crashed(story, Point(third, "after its effect", hears=True, away=30.0))
    asked = next(event.state for event in end.events if isinstance(event, PlanRequested))
    assert isinstance(asked.errand, Errand)
    assert [p.id for p in asked.parts if isinstance(p.location, InHand)] == ["shaft#2"]
    assert list(faults(end, plain)) == []
