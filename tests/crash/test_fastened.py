"""A controller is killed while a tool measures what an `ensure` asks about: what nobody heard is not known, and holds."""

from __future__ import annotations

from functools import cache

import pytest

from cell.commands import Drive
from cell.events import ClauseBroken, HoldRaised
from tests.constructs.test_fastening import INTENT, PLATE, TOOL
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.moments import sends, writes_with
from tests.crash.mute import mute
from tests.crash.on_bench import OnBench

STORY = OnBench("a plate with two screws", PLATE.replace("grid 1x2", "grid 1x1"), TOOL, INTENT)


@cache
def plain() -> End:
    return undisturbed(STORY)


@pytest.mark.parametrize(("hears", "devices", "holds"), [
    (True, (), ["R760"]),
    (False, (), ["R760", "R701"]),
    (False, ("grip",), ["R760", "R761", "R701"]),
])  # fmt: skip
def test_what_was_measured_and_nobody_heard_is_held_for_once_and_driven_once(
    hears: bool, devices: tuple[str, ...], holds: list[str]
) -> None:
    sent = writes_with(plain(), sends(Drive))[0]
    end = crashed(STORY, Point(sent, "after its effect", hears), mute(*devices))
    assert [event.code for event in end.events if isinstance(event, HoldRaised)] == holds
    assert len([event for event in end.events if isinstance(event, ClauseBroken)]) == (not hears)
    assert list(faults(end, plain())) == []
