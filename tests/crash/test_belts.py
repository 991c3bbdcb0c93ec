"""A belt that cannot tell what became of a command and shows nothing: whoever answers truly goes on, whatever comes later."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from cell.commands import CallOff, Command, Present, StartProgram, Subject
from cell.events import (
    Answered,
    CommandReported,
    CommandSent,
    Event,
    HoldRaised,
    QuestionAsked,
    StepFailed,
)
from cell.run import CALLS_OFF, RULES
from controller.journal.replay import verified
from controller.machine import advance
from tests.constructs.test_rolling import CELL
from tests.controller.tending import tend
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.moments import just_sent, sends, taken_over
from tests.crash.mute import mute
from tests.crash.on_bench import OnBench

MOVED = "for each p in belt until crate.count >= 2 parts {\n  move p to crate\n}\n"
STORY = OnBench("pucks from a belt", CELL.replace("  waiting signal belt.count\n", ""), "puck", MOVED)
OF = Subject("test")


@cache
def plain() -> End:
    return undisturbed(STORY)


def unheard_at(write: int) -> End:
    return crashed(STORY, Point(write, "before its effect"), mute("belt"))


def calls_off(events: Sequence[Event | Command]) -> list[str]:
    commands = [event.command if isinstance(event, CommandSent) else event for event in events]
    return [command.supply for command in commands if isinstance(command, CallOff)]


def test_what_a_belt_has_not_brought_is_called_off_and_comes_for_the_next_plan() -> None:
    for write in 3, 13:  # its first command was just sent; its second one was just heard
        end = unheard_at(write)
        (question,) = end.questions
        assert question.text.endswith("belt does not show whether it is still at it: `not done` calls it off")
        assert [event.code for event in end.events if isinstance(event, HoldRaised)] == ["R760", "R761"]
        assert calls_off(end.events) == ["belt"]
        assert list(faults(end, plain())) == [], write
        assert verified(end.events).pack == "Complete"


def refused(kind: type[Command], code: str, rules: int = RULES) -> tuple[str, list[str]]:
    """It is refused as its device is at something else: what is said of it, and what is called off."""
    state, command = just_sent(plain().events if kind is Present else tend().record.events, sends(kind), rules)
    report = CommandReported(state.now, OF, command, "refused", code, "another command is running")
    _, commands = advance(state, report)
    (failed,) = (event for event in commands.record if isinstance(event, StepFailed))
    return failed.text, calls_off(commands.send)


def not_done(rules: int) -> tuple[bool, list[str]]:
    """The belt cannot tell, and somebody says that nothing has come: whether the question says more, and what is called off."""
    state, command = just_sent(plain().events, sends(Present), rules)
    state, commands = advance(taken_over(state), CommandReported(state.now, OF, command, "unknown"))
    (question,) = (event for event in commands.record if isinstance(event, QuestionAsked))
    _, commands = advance(state, Answered(state.now, OF, question.question, "not done", "ann"))
    return "still at it" in question.text, calls_off(commands.send)


def test_a_device_that_is_still_at_something_else_is_told_with_what_to_do() -> None:
    assert refused(StartProgram, "BUSY") == ("lathe: another command is running; wait until that is over, then resume", [])
    assert refused(StartProgram, "NO_PART") == ("lathe: another command is running", [])
    called_off = "belt: another command is running; that is called off now: look what has come, then resume"
    assert refused(Present, "BUSY") == (called_off, ["belt"])


def test_runs_of_before_call_nothing_off() -> None:
    assert refused(Present, "BUSY", CALLS_OFF - 1) == ("belt: another command is running", [])
    assert not_done(CALLS_OFF) == (True, ["belt"])
    assert not_done(CALLS_OFF - 1) == (False, [])
