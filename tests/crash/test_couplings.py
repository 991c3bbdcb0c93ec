"""A controller is killed in the middle of a tool change. A coupling that cannot tell what became of it shows which tool it holds
and not whether it moves: its robot stands until that is over, and where the tool is then is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import pytest

from cell.commands import Couple, Subject, Uncouple
from cell.events import CommandReported, CommandSent, Event, FactObserved, HoldRaised, RunOpened, RunResumed
from cell.released_plan import ReleasedPlan
from cell.run import RULES, WAITS_FOR_COUPLINGS, RunSpec
from cell.scenario import Scenario
from cell.steps import Fact
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.callers import Replanner
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState
from tests.controller.test_changing import Planner, first
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS, When
from tests.crash.mute import mute
from tests.crash.stories import checked_once
from tests.planner.proof.changing import IN_TURN

OF = Subject("test")
CHANGES = ("uncoupled", "coupled")


@dataclass(frozen=True)
class Changing:
    """A box with the one tool, a disc with the other one."""

    name: str = "a gantry that changes its tool"
    _checked: dict = field(default_factory=dict)  # type: ignore[type-arg]

    @cached_property
    def spec(self) -> RunSpec:
        asked, _ = first(IN_TURN)
        return RunSpec("r1", asked.program, asked.cell, asked.state)

    @property
    def plan(self) -> ReleasedPlan:
        return first(IN_TURN)[1]

    def world(self) -> SimulatedCell:
        asked, _ = first(IN_TURN)
        return checked_once(simulated_cell(asked.cell, asked.robots, Scenario()), self._checked)

    def planner(self) -> Replanner:
        return Planner(first(IN_TURN)[0])


STORY = Changing()


@cache
def plain() -> End:
    return undisturbed(STORY)


def changes_sent() -> Iterator[int]:
    """The writes with which the coupling is told something."""
    for number, rows in enumerate(plain().rows, 1):
        if any(isinstance(event, CommandSent) and isinstance(event.command, Couple | Uncouple) for event in rows):
            yield number


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
    write = next(changes_sent())
    end = crashed(STORY, Point(write, "before it goes out"), let_go_by_hand)
    assert list(faults(end, plain())) == []
    assert dict(end.state.belief.mounts) == dict(end.world.mounts) == {"wide": "rack", "flat": "g1"}


def taken_over(rules: int) -> tuple[RunState, str]:
    """By another controller, when the first tool is being let go: the state, and the command."""
    state = NOTHING_YET
    for event in plain().events:
        if isinstance(event, RunOpened):
            event = replace(event, context=replace(event.context, rules=rules))
        state, _ = advance(state, event)
        if isinstance(event, CommandSent) and isinstance(event.command, Uncouple):
            state, _ = advance(state, RunResumed(state.now, OF, "", "", "virtual", 0, 0))
            return state, event.command.id
    raise AssertionError


def after(state: RunState, *events: Event) -> RunState:
    for event in events:
        state, _ = advance(state, event)
    return state


def test_runs_of_before_take_a_coupling_that_cannot_tell_to_be_at_rest() -> None:
    for rules, waits in ((RULES, True), (WAITS_FOR_COUPLINGS - 1, False)):
        state, command = taken_over(rules)
        state = after(state, CommandReported(state.now, OF, command, "unknown"))
        assert (command in state.progress.flights) is waits


def test_where_a_tool_is_that_was_let_go_does_not_hang_on_how_the_command_ended() -> None:
    for rules, where in ((RULES, "rack"), (WAITS_FOR_COUPLINGS - 1, "")):
        state, command = taken_over(rules)
        gone = FactObserved(state.now, OF, Fact("mounted", ("wide", "g1")), False, "g1.coupling", 0.0)
        state = after(state, CommandReported(state.now, OF, command, "aborted", "", "stop"), gone)
        assert state.belief.mounts["wide"] == where
