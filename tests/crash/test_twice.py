"""A controller is killed, and so is the one that goes on: the third one finds what the second one would have."""

from __future__ import annotations

from functools import cache

import pytest

from cell.commands import StartProgram
from cell.events import QuestionAsked
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS
from tests.crash.moments import sends, writes_with
from tests.crash.mute import mute
from tests.crash.stories import Tending
from tests.long import rest_is_long

STORY = Tending()


@cache
def plain() -> End:
    return undisturbed(STORY)


@pytest.mark.parametrize("again", rest_is_long([1, 2, 3]))
def test_a_machine_that_still_runs_is_asked_about_when_it_stands(again: int) -> None:
    """Whoever truly says that it has not done it would have it done twice."""
    program = writes_with(plain(), sends(StartProgram))[0]
    end = crashed(STORY, Point(program, "before its effect"), mute("lathe"), [Point(again, "before it goes out")])
    (asked,) = (event.at for event in end.events if isinstance(event, QuestionAsked))
    assert min(effect.time for effect in end.world.of("program ended")) <= asked
    assert list(faults(end, plain())) == []


@pytest.mark.parametrize("part", rest_is_long(range(3)))
def test_killed_twice_or_three_times_a_run_ends_as_if_it_had_not_been(part: int) -> None:
    for k in range(part, 12, 3):
        write = 1 + k * (plain().writes - 1) // 12
        again = [Point(1 + (5 * k + 3 * n) % 17, WHENS[(k + n) % 3], hears=k % 2 == 0, away=3.0 * n) for n in range(1 + k % 2)]
        end = crashed(STORY, Point(write, WHENS[k % 3], away=float(7 * k % 40)), again=again)
        assert list(faults(end, plain())) == [], (write, again)
        assert end.questions == ()
