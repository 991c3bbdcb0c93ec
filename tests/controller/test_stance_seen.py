"""Stances that share joint positions: a robot is seen in the one that it truly is in, whichever is known first."""

from dataclasses import replace

import numpy as np
import pytest

from cell.events import CommandReported, CommandStatus, Event, PlanReleased, StepConfirmed
from cell.steps import AtHub, AtPlace, MotionNeed, Move, Stance
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState
from controller.stance_seen import stance_seen
from tests.controller.small_planner import ROBOT, joints
from tests.controller.tending import tend, world

OUT = "s4"  # from the infeed, where a shaft was just gripped
LAST = "s116"
BRACKET = AtPlace("infeed[1]", "grip.a", "bracket", 0)
TURNED = AtPlace("infeed[1]", "grip.a", "shaft", 1)
BEFORE: tuple[Stance, ...] = (BRACKET, TURNED, AtHub("scrap"))


def under_way() -> tuple[RunState, MotionNeed]:
    """The motion out has begun."""
    state = NOTHING_YET
    for event in tend().record.events:
        state, _ = advance(state, event)
        if isinstance(event, CommandReported) and event.status == "running" and event.of.step == OUT:
            break
    assert state.progress.plan is not None
    action = state.progress.plan.steps[OUT].action
    assert isinstance(action, Move)
    assert state.belief.robots[ROBOT].stance is None
    return state, action.need


def reported(state: RunState, status: CommandStatus) -> RunState:
    """What became of its command; nobody has seen yet where the robot is."""
    assert state.progress.plan is not None
    of, command = state.progress.plan.subjects[OUT], state.progress.busy[ROBOT]
    after, _ = advance(state, CommandReported(state.now, of, command, status, "", status))
    assert ROBOT not in after.progress.busy
    assert after.belief.robots[ROBOT].stance is None
    return after


def without_plan(state: RunState) -> RunState:
    return replace(state, progress=NOTHING_YET.progress)


def believing(state: RunState, stance: Stance | None) -> RunState:
    robots = state.belief.robots
    return replace(state, belief=replace(state.belief, robots=robots.set(ROBOT, replace(robots[ROBOT], stance=stance))))


def seen(state: RunState, there: Stance, *others: Stance) -> Stance:
    """At the joint positions of `there`, which `others` share and are known before it."""
    q = joints(there)
    at = replace(world().motion[ROBOT].state(), q=q, qd=np.zeros_like(q), command=None)
    return stance_seen(state, at, {**dict.fromkeys(others or BEFORE, q), there: q}, 1e-3)


def test_stopped_as_it_begins_it_stands_where_its_motion_begins() -> None:
    state, need = under_way()
    assert seen(state, need.start) == need.start
    assert seen(state, need.end) == need.end


def test_what_its_motion_comes_to_goes_before_where_it_is_believed_to_stand() -> None:
    """Its driver has not said yet that it has begun."""
    state, need = under_way()
    assert seen(believing(state, AtHub("scrap")), need.end) == need.end


@pytest.mark.parametrize("status", ["aborted", "not begun", "unknown"])
def test_so_it_does_where_it_comes_to_rest_when_its_command_is_over(status: CommandStatus) -> None:
    """Or where another controller hears first what became of the command, and looks then."""
    state, need = under_way()
    assert seen(reported(state, status), need.start) == need.start


def test_and_at_the_end_of_its_motion_where_it_came_to_it_all_the_same() -> None:
    state, need = under_way()
    assert seen(reported(state, "unknown"), need.end) == need.end


def just_told(kind: type[Event], step: str | None = None) -> RunState:
    """And nobody has seen where the robot is."""
    state = NOTHING_YET
    for event in tend().record.events:
        state, _ = advance(state, event)
        if isinstance(event, kind) and event.of.step == step:
            return believing(state, None)
    raise AssertionError


def test_before_its_first_motion_it_stands_where_its_plan_begins() -> None:
    state = just_told(PlanReleased)
    assert state.progress.plan is not None
    first = next(step.action for step in state.progress.plan.plan.tasks.steps if isinstance(step.action, Move))
    assert seen(state, first.need.start) == first.need.start


def test_where_a_motion_began_that_is_confirmed_says_nothing_more() -> None:
    """The last one of its plan, behind which it claims no other."""
    state = just_told(StepConfirmed, LAST)
    assert state.progress.plan is not None
    last = state.progress.plan.steps[LAST].action
    assert isinstance(last, Move)
    assert seen(state, last.need.end) == last.need.end
    assert seen(state, last.need.start, AtHub("scrap")) == AtHub("scrap")


def test_a_hand_that_holds_nothing_denies_no_place() -> None:
    state = without_plan(just_told(PlanReleased))
    assert seen(believing(state, BRACKET), BRACKET, AtHub("scrap")) == BRACKET


def test_where_no_plan_says_it_its_hand_does() -> None:
    state, need = under_way()
    assert seen(without_plan(state), need.start, BRACKET, TURNED) == need.start


def test_a_name_that_its_hand_denies_is_believed_no_longer() -> None:
    """A run that was stopped under another controller, and held at each resume."""
    state, need = under_way()
    assert seen(believing(reported(state, "aborted"), BRACKET), need.start) == need.start


def test_a_name_that_nothing_denies_stays_believed() -> None:
    state, need = under_way()
    assert seen(believing(reported(state, "aborted"), AtHub("scrap")), need.start) == AtHub("scrap")


def test_where_its_hand_denies_every_name_it_has_one_still() -> None:
    """Where a place is touched decides the way out, and joint positions alone do not say it."""
    state, _ = under_way()
    assert seen(believing(without_plan(state), BRACKET), TURNED, BRACKET) == BRACKET
