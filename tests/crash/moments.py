"""Where in a run something was told or sent: the write that has it, and the state just behind it, also by the rules of before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cell.commands import Command, Subject
from cell.events import CommandSent, Event, RunResumed
from cell.run import RULES
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState
from tests.controller.under_rules import under_rules
from tests.crash.crashing import End

Is = Callable[[Event], bool]


def sends(*kinds: type[Command]) -> Is:
    """Whether it is told that a command of one of these kinds goes out."""
    return lambda event: isinstance(event, CommandSent) and isinstance(event.command, kinds)


def writes_with(end: End, is_it: Is) -> list[int]:
    """Their numbers. There is one at least: else nobody would be killed there, and nothing be tried."""
    found = [number for number, row in enumerate(end.rows, 1) if any(map(is_it, row))]
    assert found
    return found


def just_sent(events: Sequence[Event], is_it: Is, rules: int = RULES) -> tuple[RunState, str]:
    """The state, and the command."""
    state = NOTHING_YET
    for event in under_rules(events, rules):
        state, _ = advance(state, event)
        if isinstance(event, CommandSent) and is_it(event):
            return state, event.command.id
    raise AssertionError


def taken_over(state: RunState) -> RunState:
    """By another controller, at once."""
    return advance(state, RunResumed(state.now, Subject("test"), "", "", "virtual", 0, 0))[0]
