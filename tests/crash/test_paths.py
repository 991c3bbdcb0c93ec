"""A controller is killed while a tool works along a path: its robot stands after it where it stood before, and shows nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import pytest

from cell.commands import Subject
from cell.events import Answered, CommandReported, CommandSent, Event, QuestionAsked, StepConfirmed
from cell.run import ASKS_OF_PATHS, RULES
from cell.steps import Along, Move
from controller.machine import advance
from tests.constructs.test_paths import CELL, INTENT, TOOL
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS
from tests.crash.moments import just_sent, taken_over, writes_with
from tests.crash.mute import mute
from tests.crash.on_bench import OnBench
from tests.long import rest_is_long

STORY = OnBench("a frame with a rim and a joint", CELL.replace("grid 1x2", "grid 1x1").replace("2 parts", "1 part"), TOOL, INTENT)
OF = Subject("test")


@cache
def plain() -> End:
    return undisturbed(STORY)


def is_along(event: Event) -> bool:
    if not isinstance(event, CommandSent) or event.of.step is None:
        return False
    (step,) = (step for step in STORY.plan.motion_plan.tasks.steps if step.id == event.of.step)
    return isinstance(step.action, Move) and isinstance(step.action.need.touch, Along)


@pytest.mark.parametrize("devices", rest_is_long([("g1",), ()]))
def test_a_path_is_never_taken_for_done_and_never_done_twice(devices: Sequence[str]) -> None:
    """A robot that is on its way shows so: it is waited for, then asked about."""
    truth = {WHENS[0]: "not done", WHENS[1]: "done", WHENS[2]: "done"}
    writes = writes_with(plain(), is_along)
    assert len(writes) == 2
    for write, when in product(writes, WHENS):
        end = crashed(STORY, Point(write, when), mute(*devices))
        assert [event.answer for event in end.events if isinstance(event, Answered)] == [truth[when]] * len(devices), write
        assert list(faults(end, plain())) == [], (write, when)


def untold(rules: int) -> list[type[Event]]:
    """What follows when the robot is back, its controller was gone meanwhile, and it cannot tell."""
    state, command = just_sent(plain().events, is_along, rules)
    _, commands = advance(taken_over(state), CommandReported(state.now, OF, command, "unknown"))
    return [type(one) for one in commands.record if isinstance(one, StepConfirmed | QuestionAsked)]


def test_runs_of_before_take_it_for_done() -> None:
    assert untold(RULES) == [QuestionAsked]
    assert untold(ASKS_OF_PATHS - 1) == [StepConfirmed]
