"""A controller is killed in the middle of a tool change. A coupling that cannot tell what became of it shows which tool it holds
and not whether it moves: its robot stands until that is over, and where the tool is then is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import pytest

from cell.commands import Couple, Subject, Uncouple
from cell.events import (
    Answered,
    CommandReported,
    Event,
    EventRaised,
    FactObserved,
    HoldRaised,
    QuestionAsked,
    TimerExpired,
)
from cell.released_plan import ReleasedPlan
from cell.run import ASKS_WHERE_TOOLS_ARE, RULES, WAITS_FOR_COUPLINGS, RunSpec
from cell.scenario import Scenario
from cell.steps import AtPlace, Fact
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.callers import Replanner
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState
from controller.summary import summary_of
from tests.controller.test_changing import Planner, first
from tests.controller.under_rules import under_rules
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS, When
from tests.crash.moments import just_sent, sends, taken_over, writes_with
from tests.crash.mute import mute
from tests.crash.operator import MOST_RESUMES
from tests.planner.proof.changing import IN_TURN, tasked
from tests.scenarios.subjects import checked_once
from tui.operate.scene import Scene
from tui.operate.top_lines import next_action
from tui.operate.view import View

OF = Subject("test")
CHANGES = ("uncoupled", "coupled")


@dataclass(frozen=True)
class Changing:
    """A box with the one tool, a disc with the other one."""

    name: str = "a gantry that changes its tool"

    @cached_property
    def spec(self) -> RunSpec:
        asked, _ = first(IN_TURN)
        return RunSpec("r1", asked.program, asked.cell, asked.state)

    @property
    def plan(self) -> ReleasedPlan:
        return first(IN_TURN)[1]

    @cached_property
    def _checked(self) -> dict[str, Any]:
        return {}

    def world(self) -> SimulatedCell:
        asked, _ = first(IN_TURN)
        return checked_once(simulated_cell(asked.cell, asked.robots, Scenario()), self._checked)

    def planner(self) -> Replanner:
        return Planner(first(IN_TURN)[0])


STORY = Changing()


@cache
def plain() -> End:
    return undisturbed(STORY)


def changes_sent() -> list[int]:
    """The writes with which the coupling is told something."""
    return writes_with(plain(), sends(Couple, Uncouple))


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("later", [0, 1])
def test_a_coupling_that_cannot_tell_is_waited_for_and_its_robot_stands_still(when: When, later: int) -> None:
    for write in changes_sent():
        end = crashed(STORY, Point(write + later, when), mute("g1.coupling"))
        assert list(faults(end, plain())) == [], write
        assert [effect.what for effect in end.world.effects if effect.what in CHANGES] == [*CHANGES]
        assert end.questions == ()
        assert [event.code for event in end.events if isinstance(event, HoldRaised)] == ["R760"]


def let_go_by_hand(world: SimulatedCell) -> None:
    """Somebody opens the coupling over the pocket, where the robot stands."""
    coupling = world.couplings["g1"]
    coupling.uncouple("by hand", "wide")
    world.advance_to(world.now() + 10_000_000_000)


def test_a_tool_that_somebody_has_let_go_in_its_pocket_is_there() -> None:
    write = changes_sent()[0]
    end = crashed(STORY, Point(write, "before it goes out"), let_go_by_hand)
    assert list(faults(end, plain())) == []
    assert dict(end.state.belief.mounts) == dict(end.world.mounts) == {"wide": "rack", "flat": "g1"}


def taken_off(where: str) -> Callable[[SimulatedCell], None]:
    """Somebody takes the tool off the flange and puts it there."""

    def act(world: SimulatedCell) -> None:
        (tool,) = (name for name, mount in world.world.mounts.items() if mount == "g1")
        world.world.mounts[tool] = where
        world.world.hands[tool].connected()

    return act


def test_where_a_tool_is_that_somebody_has_taken_off_is_asked_and_the_rest_planned_from_there() -> None:
    end = crashed(STORY, Point(32, "after its effect"), taken_off("rack"))
    (question,) = end.questions
    assert (question.text, question.answers) == ("flat is not at g1 any more: where is it?", ("rack.flat", "g1", "gone"))
    assert list(faults(end, plain())) == []


@dataclass(frozen=True)
class Exchanged(Changing):
    """Somebody has changed the tool by hand since the cell file was written."""

    def world(self) -> SimulatedCell:
        world = super().world()
        world.world.mounts.update(wide="rack", flat="g1")
        for hand in world.world.hands.values():
            hand.connected()
        return world


def test_a_run_that_finds_another_tool_than_is_declared_asks_where_that_one_is() -> None:
    end = undisturbed(Exchanged())
    assert [question.text for question in end.questions] == ["wide is not at g1 any more: where is it?"]
    assert (end.state.pack, end.world.violations) == ("Complete", ())
    assert dict(end.state.belief.mounts) == dict(end.world.mounts)


def test_for_want_of_a_tool_that_is_gone_it_is_asked_for_at_each_resume() -> None:
    end = crashed(STORY, Point(32, "after its effect"), taken_off(""))
    assert (end.state.pack, end.state.trouble.hold and end.state.trouble.hold.text) == ("Held", "nobody knows where flat is")
    again = [question for question in end.questions if question.text == "nobody knows where flat is: where is it?"]
    assert len(again) == MOST_RESUMES


def taken_over_letting_go(rules: int) -> tuple[RunState, str]:
    """By another controller, when the first tool is being let go: the state, and the command."""
    state, command = just_sent(plain().events, sends(Uncouple), rules)
    return taken_over(state), command


def carrying(rules: int) -> RunState:
    """The robot is on its way with a box."""
    state = NOTHING_YET
    for event in under_rules(plain().events, rules):
        state, _ = advance(state, event)
        hand = state.belief.hands.get("wide.a")
        if hand is not None and hand.part is not None and state.belief.robots["g1"].stance is None:
            return state
    raise AssertionError


def after(state: RunState, *events: Event) -> RunState:
    for event in events:
        state, _ = advance(state, event)
    return state


def test_runs_of_before_take_a_coupling_that_cannot_tell_to_be_at_rest() -> None:
    for rules, waits in ((RULES, True), (WAITS_FOR_COUPLINGS - 1, False)):
        state, command = taken_over_letting_go(rules)
        state = after(state, CommandReported(state.now, OF, command, "unknown"))
        assert (command in state.progress.flights) is waits


def test_that_a_coupling_is_waited_for_and_how_long_is_said_while_it_is() -> None:
    state, command = taken_over_letting_go(RULES)
    assert summary_of(state).waits_for == ()
    state = after(state, CommandReported(state.now, OF, command, "unknown"))
    said = "g1.coupling, which cannot tell whether it is through, for 15 s at most"
    assert (state.pack, summary_of(state).waits_for) == ("Holding", (said,))
    assert next_action(View(Scene(run=state, seq=1), "live", role="operate")) == f"wait for {said}, or stop"
    state = after(state, TimerExpired(state.now, OF, f"late {command}"))
    assert (state.pack, summary_of(state).waits_for) == ("Held", ())


def test_a_tool_that_comes_off_by_itself_has_lost_what_it_held() -> None:
    """In the middle of a motion: it is an event for the policies, and asked about."""
    for rules, events in ((RULES, ["grip_lost"]), (ASKS_WHERE_TOOLS_ARE - 1, [])):
        state = carrying(rules)
        gone = FactObserved(state.now, OF, Fact("mounted", ("wide", "g1")), False, "g1.coupling", 0.0)
        state, commands = advance(state, gone)
        assert [event.event for event in commands.record if isinstance(event, EventRaised)] == events
        asked = [event.text for event in commands.record if isinstance(event, QuestionAsked)]
        assert asked == ["wide is not at g1 any more: where is it?" for _ in events]
        for question in state.trouble.questions:
            state = after(state, Answered(state.now, OF, question, "rack.wide", "ann"))
            assert state.belief.mounts["wide"] == "rack"
        assert (state.trouble.replan is not None) is bool(events)


def test_of_a_tool_that_is_being_put_down_its_step_says_where_it_is() -> None:
    """Where the robot is out of sight meanwhile."""
    state, command = taken_over_letting_go(RULES)
    gone = FactObserved(state.now, OF, Fact("mounted", ("wide", "g1")), False, "g1.coupling", 0.0)
    unseen = FactObserved(state.now, OF, Fact("stands", ("g1", "pocket rack.wide")), False, "g1", 0.0)
    state = after(state, unseen, gone)
    assert (state.belief.mounts["wide"], len(state.trouble.questions)) == ("", 0)
    assert after(state, CommandReported(state.now, OF, command, "done")).belief.mounts["wide"] == "rack"


def test_what_is_seen_at_a_flange_is_there_whatever_is_told() -> None:
    state, command = taken_over_letting_go(RULES)
    state = after(state, CommandReported(state.now, OF, command, "not begun"))
    gone = FactObserved(state.now, OF, Fact("mounted", ("wide", "g1")), False, "g1.coupling", 0.0)
    state = after(state, FactObserved(state.now, OF, Fact("stands", ("g1", "home")), True, "g1", 0.0), gone)
    (question,) = state.trouble.questions
    state = after(state, replace(gone, holds=True), Answered(state.now, OF, question, "rack.wide", "ann"))
    assert state.belief.mounts["wide"] == "g1"


def test_out_of_a_contact_by_a_tool_that_it_has_no_more_no_way_is_planned() -> None:
    asked, _ = first(IN_TURN)
    stands = {"g1": AtPlace("boxes[1]", "wide.a", "box", 0)}
    state = replace(asked.state, stances=stands, mounts={"wide": "rack", "flat": "rack"})
    refused = tasked(replace(asked, state=state))
    assert [(found.code, found.message) for found in refused.diagnostics] == [
        ("E690", "g1 stands at boxes[1] with wide, which is not at its flange any more")
    ]
    assert tasked(replace(asked, state=replace(state, mounts=asked.state.mounts))).value is not None


def test_where_a_tool_is_that_was_let_go_does_not_hang_on_how_the_command_ended() -> None:
    for rules, where in ((RULES, "rack"), (WAITS_FOR_COUPLINGS - 1, "")):
        state, command = taken_over_letting_go(rules)
        gone = FactObserved(state.now, OF, Fact("mounted", ("wide", "g1")), False, "g1.coupling", 0.0)
        state = after(state, CommandReported(state.now, OF, command, "aborted", "", "stop"), gone)
        assert state.belief.mounts["wide"] == where
