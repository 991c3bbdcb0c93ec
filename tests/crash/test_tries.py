"""A controller is killed in the middle of a ladder: the tries that were taken stay taken."""

from __future__ import annotations

from functools import cache

import pytest

from cell.events import HoldRaised, Retried
from cell.scenario import GripLost
from tests.crash.crashing import End, Point, crashed, undisturbed
from tests.crash.killing import When
from tests.crash.moments import writes_with
from tests.crash.stories import Tending
from tests.long import rest_is_long

SLIPS = 4
STORY = Tending(
    tuple(GripLost("grip", n, "at grip") for n in range(1, SLIPS + 1)),
    tail='on grip_lost: retry 3, then hold "Check gripper pads"\n',
    parts=1,
)


@cache
def plain() -> End:
    return undisturbed(STORY)


def tries(end: End) -> list[tuple[int, int]]:
    return [(event.attempt, event.tries) for event in end.events if isinstance(event, Retried)]


def holds(end: End) -> list[tuple[str, str]]:
    return [(event.code, event.text) for event in end.events if isinstance(event, HoldRaised)]


def second_try(share: float) -> int:
    """The write that takes it (0), or one in the middle of it."""
    taken = writes_with(plain(), lambda event: isinstance(event, Retried))
    return taken[1] + round(share * (taken[2] - taken[1]))


def test_undisturbed_the_ladder_has_three_tries_and_then_its_hold() -> None:
    assert tries(plain()) == [(1, 3), (2, 3), (3, 3)]
    assert holds(plain()) == [("R701", "Check gripper pads")]
    assert plain().state.pack == "Complete"


@pytest.mark.parametrize("when", rest_is_long(["before it goes out", "after its effect"]))
@pytest.mark.parametrize("share", rest_is_long([0.5, 0.0]))
def test_killed_in_the_second_try_the_third_is_the_last(share: float, when: When) -> None:
    end = crashed(STORY, Point(second_try(share), when))
    assert tries(end) == [(1, 3), (2, 3), (3, 3)]
    assert [code for code, _ in holds(end)] == ["R760", "R701"]
    assert end.state.pack == "Complete"
