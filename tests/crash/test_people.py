"""A controller is killed while a person is at work: as long as they are at it they are waited for, and nobody asks them twice.
What they told while nobody heard is asked of whoever is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from cell.commands import AwaitWork, Command, Subject, Withdraw
from cell.events import (
    Answered,
    CommandReported,
    CommandSent,
    Event,
    EventRaised,
    FactObserved,
    Observation,
    OutcomeTold,
    QuestionAsked,
    TimerExpired,
)
from cell.run import ASKS_PEOPLE_ONCE, RULES
from cell.scenario import PersonAway, Reject
from cell.steps import Fact
from cell_drivers.simulated import SimulatedCell
from controller.journal.replay import verified
from controller.machine import advance
from controller.run_state import Commands, RunState
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS, When
from tests.crash.moments import just_sent, taken_over, writes_with
from tests.crash.mute import moves_the_robot, mute
from tests.crash.on_bench import OnBench

CELL = """
part pump {
  mass 0.4 kg
  shape box (100 mm, 80 mm, 50 mm)
}
tray stock {
  at (-600 mm, -500 mm, 0 mm)
  grid 1x1
  pitch [200 mm, 200 mm]
  holds pump
  contains pump 1 part
}
station bench {
  at (700 mm, 0 mm, 0 mm)
  shape box (600 mm, 200 mm, 100 mm)
  holds pump
  capacity 1
}
person operator {
  at bench
  offers [inspect, seal]
  usually 12 s
  ready signal operator.ready
}
"""
INTENT = """
for each p in stock {
  move p to bench
  inspect p by operator
  seal p by operator
}
on reject: hold "look"
"""
STORY = OnBench("a pump for a person", CELL, "pump", INTENT)
REJECTED = replace(STORY, name="a pump that is rejected once", disturbances=(Reject(1, times=1),))
AWAY = replace(STORY, name="nobody is there at first", disturbances=(PersonAway("operator", 0.0, 60.0),))
OF = Subject("test")
THEN = "`not done` withdraws it, and they are asked again"
ASKS = {"before it goes out": 1, "before its effect": 0, "after its effect": 1}
"""What nobody but a driver that has forgotten all could tell. Who is still asked is waited for, and tells by themselves."""


@cache
def plain(story: OnBench = STORY) -> End:
    return undisturbed(story)


def sent(verb: str, story: OnBench = STORY) -> int:
    """The write with which the person is asked."""
    return writes_with(plain(story), asks(verb))[0]


def asks(verb: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, CommandSent) and isinstance(event.command, AwaitWork) and event.command.verb == verb


def asked(end: End) -> list[str]:
    """Of the person, by the world's record."""
    return [effect.detail for effect in end.world.of("asked")]


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("verb", ["inspect", "seal"])
def test_who_is_at_it_is_waited_for_and_asked_once(verb: str, when: When) -> None:
    end = crashed(STORY, Point(sent(verb), when), mute("operator"))
    assert asked(end) == ["inspect", "seal"]
    assert len(end.questions) == ASKS[when]
    assert list(faults(end, plain())) == []


def test_who_has_not_come_yet_is_waited_for_too() -> None:
    end = crashed(AWAY, Point(sent("inspect", AWAY), "before its effect"), mute("operator"))
    assert asked(end) == ["inspect", "seal"]
    assert end.questions == ()
    assert list(faults(end, plain(AWAY))) == []


def is_silent_of_it(world: SimulatedCell) -> None:
    """What it has asked is told nothing of any more."""
    mute("operator")(world)
    face, of = world.drivers["operator"], world.record().of("asked")[-1].command
    tell = face.tell
    face.tell = lambda event: None if getattr(event, "command", "") == of else tell(event)  # type: ignore[method-assign]


@pytest.mark.parametrize("verb", ["inspect", "seal"])
def test_who_tells_nothing_is_asked_about_when_they_are_seen_to_be_at_nothing(verb: str) -> None:
    end = crashed(STORY, Point(sent(verb), "before its effect"), is_silent_of_it)
    assert len(end.questions) == 1
    assert asked(end) == ["inspect", "seal"]
    assert list(faults(end, plain())) == []


def begins_and_the_robot_is_moved(world: SimulatedCell) -> None:
    mute("operator")(world)
    moves_the_robot(world, waits=False)
    world.advance_to(world.now() + 3_000_000_000)


def test_who_has_begun_unheard_may_end_it_where_the_rest_is_planned_anew() -> None:
    end = crashed(STORY, Point(sent("seal"), "before its effect"), begins_and_the_robot_is_moved)
    assert asked(end) == ["inspect", "seal"]
    assert end.world.of("work aborted") == ()
    assert list(faults(end, plain())) == []


@pytest.mark.parametrize("story", [STORY, REJECTED], ids=lambda story: story.name)
def test_what_was_told_while_nobody_heard_is_asked_and_counts(story: OnBench) -> None:
    """Its driver knows that it is done, and tells an outcome once."""
    end = crashed(story, Point(sent("inspect", story), "after its effect"))
    (question,) = end.questions
    assert question.text.endswith(f"Ask operator, who may still be at it: `accept`, `reject` is what they found; {THEN}")
    assert question.answers == ("accept", "reject", "not done")
    assert asked(end) == asked(plain(story))
    assert list(faults(end, plain(story))) == []
    assert verified(end.events).pack == "Complete"


def taken_over_asked(verb: str, rules: int = RULES, told: str = "") -> tuple[RunState, str]:
    """The person was just asked, and `told` something, and another controller takes over: the state, and their command."""
    state, command = just_sent(plain().events, asks(verb), rules)
    if told:
        assert state.progress.plan is not None
        of = state.progress.plan.subjects[state.progress.flights[command].step or ""]
        state, _ = advance(state, OutcomeTold(state.now, of, "verdict", told, "operator"))
    return taken_over(state), command


def in_doubt(verb: str, rules: int = RULES, told: str = "", is_shown: bool = True) -> tuple[RunState, tuple[QuestionAsked, ...]]:
    """Their driver cannot tell what became of it, and shows that nothing is asked. What is asked of the operator then."""
    state, command = taken_over_asked(verb, rules, told)
    if is_shown:
        state, _ = advance(state, FactObserved(state.now, OF, Fact("running", ("operator",)), False, "operator", 0.0))
    return questions(state, CommandReported(state.now, OF, command, "unknown"))


def questions(state: RunState, event: Observation) -> tuple[RunState, tuple[QuestionAsked, ...]]:
    after, commands = advance(state, event)
    return after, tuple(event for event in commands.record if isinstance(event, QuestionAsked))


def answer(state: RunState, given: str) -> tuple[RunState, Commands]:
    (name,) = state.trouble.questions
    return advance(state, Answered(state.now, OF, name, given, "ann"))


def withdrawn(commands: Commands) -> list[Command]:
    return [command for command in commands.send if isinstance(command, Withdraw)]


def test_what_is_not_done_is_withdrawn_before_anybody_is_asked_again() -> None:
    state, (question,) = in_doubt("seal")
    assert question.answers == ("done", "not done")
    assert len(withdrawn(answer(state, "not done")[1])) == 1
    assert withdrawn(answer(state, "done")[1]) == []


def test_what_somebody_says_was_found_counts_as_told() -> None:
    state, _ = in_doubt("inspect")
    after, commands = answer(state, "reject")
    (part,) = after.belief.parts.values()
    assert part.part.outcomes == (("verdict", "reject"),)
    assert [event.event for event in commands.record if isinstance(event, EventRaised)] == ["reject"]


def test_nobody_is_asked_about_it_before_it_is_seen_that_nothing_is_shown_or_it_took_too_long() -> None:
    state, found = in_doubt("seal", is_shown=False)
    assert found == ()
    ((command, _),) = state.progress.flights.items()
    (question,) = questions(state, TimerExpired(state.now, OF, f"late {command}"))[1]
    assert question.answers == ("done", "not done")


def test_what_was_told_before_the_kill_is_done() -> None:
    state, found = in_doubt("inspect", told="accept")
    assert found == ()
    assert in_doubt("inspect")[1] != ()
    assert state.trouble.replan is None


def test_runs_of_before_ask_as_they_did() -> None:
    before = ASKS_PEOPLE_ONCE - 1
    state, (question,) = in_doubt("seal", before)
    assert question.text.endswith("operator does not show whether it is still at it: answer when it is not")
    assert withdrawn(answer(state, "not done")[1]) == []
    assert in_doubt("inspect", before)[1] == ()
