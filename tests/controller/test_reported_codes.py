"""What a device says of a command that did not come to its end, and the code with which the run holds."""

from __future__ import annotations

from typing import Literal

import pytest

from cell.commands import Subject
from cell.events import CommandReported, CommandSent, Event, HoldRaised, StepFailed
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState
from tests.controller.tending import POLICIES, failure_codes, tend

OF = Subject("test")
Status = Literal["refused", "aborted", "unknown"]


def under_way(tail: str = POLICIES, holding: bool = False) -> tuple[list[Event], RunState, CommandSent]:
    """All events up to a motion of the robot, with a part in its hand or not; the state then, and the motion's command."""
    state, past = NOTHING_YET, list[Event]()
    for event in tend(tail=tail).record.events:
        state, _ = advance(state, event)
        past.append(event)
        is_held = any(hand.part is not None and hand.grip == "held" for hand in state.belief.hands.values())
        if isinstance(event, CommandSent) and event.of.motion is not None and is_held is holding:
            return past, state, event
    raise AssertionError("the robot never moves like that")


@pytest.mark.parametrize(("status", "code"), [("refused", "R707"), ("aborted", "R708"), ("unknown", "R709")])
def test_a_command_that_does_not_end_holds_with_its_code(status: Status, code: str) -> None:
    _, state, sent = under_way()
    state, commands = advance(state, CommandReported(state.now, OF, sent.command.id, status, "", "the joint is hot"))
    failed = [event.code for event in commands.record if isinstance(event, StepFailed | HoldRaised)]
    assert code in failed
    texts = {event.text for event in commands.record if isinstance(event, StepFailed | HoldRaised) and event.code == code}
    assert texts == {"g1: the joint is hot"}


def test_a_skip_with_the_part_in_the_hand_holds_instead() -> None:
    past, state, sent = under_way(tail="on blocked: skip\n", holding=True)
    aborted = CommandReported(state.now, OF, sent.command.id, "aborted", "", "the joint is hot")
    state, commands = advance(state, aborted)
    held = [event.code for event in commands.record if isinstance(event, HoldRaised)]
    assert held == ["R720"]
    assert "R708" in failure_codes([*past, aborted])
