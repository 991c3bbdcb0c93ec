"""Two robots change their tools at one rack, and both want one of them: a controller that is killed in the midst of it gives the
plan that comes after no robot a part or a tool that the other one has."""

from __future__ import annotations

from functools import cache

import pytest

from cell.commands import Couple, Grip, Release, Uncouple
from cell.events import PlanReleased
from cell.steps import AtHub, Move
from cell_drivers.simulated import SimulatedCell
from tests.crash.crashing import End, Point, crashed, faults, undisturbed
from tests.crash.killing import WHENS
from tests.crash.moments import sends, writes_with
from tests.crash.mute import mute
from tests.crash.stories import Example, at_one_rack


@cache
def story() -> Example:
    return at_one_rack()


@cache
def plain() -> End:
    return undisturbed(story())


def all_mute(world: SimulatedCell) -> None:
    mute(*world.drivers)(world)


def test_both_robots_have_the_one_tool_in_turn() -> None:
    changes = [(effect.device, effect.detail) for effect in plain().world.of("coupled")]
    assert {device for device, tool in changes if tool == "flat"} == {"left.coupling", "right.coupling"}
    assert list(faults(plain(), plain())) == []


@pytest.mark.parametrize(
    "many", [pytest.param(range(2), id="two"), pytest.param(range(2, 8), id="others", marks=pytest.mark.long)]
)
def test_a_change_that_is_broken_off_is_ended_by_the_robot_that_was_at_it(many: range) -> None:
    for k in many:
        write = writes_with(plain(), sends(Couple, Uncouple))[k]
        for later in (0, 1):
            point = Point(write + later, WHENS[(k + later) % 3], hears=k % 2 == 0)
            assert list(faults(crashed(story(), point, mute("left.coupling", "right.coupling")), plain())) == [], point


def test_a_part_is_in_the_hand_of_the_robot_that_has_the_tool() -> None:
    """The other robot may have that tool too, later on. Nobody can tell what became of the motion behind the grip."""
    for grip in writes_with(plain(), sends(Grip))[:3]:
        end = crashed(story(), Point(grip + 2, "before it goes out"), all_mute)
        assert list(faults(end, plain())) == [], grip


def test_who_waits_for_a_tool_goes_nowhere_ahead() -> None:
    """Both have put a part down, and the right one could have gone to its second pin, to come back and change for its disc."""
    end = crashed(story(), Point(writes_with(plain(), sends(Release))[0] + 2, "before it goes out"), all_mute)
    assert list(faults(end, plain())) == []
    plan = [event.plan for event in end.events if isinstance(event, PlanReleased)][-1]
    assert plan is not None
    needs = [step.action.need for step in plan.tasks.steps if isinstance(step.action, Move)]
    assert [need.robot for need in needs if need.end == AtHub("pin_b") and need.touch is None] == ["right"]
