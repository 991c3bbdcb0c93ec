"""A joint that says that it is faster than its driver declares: everything stops, and the hold names the lines worked for."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cell.commands import StopAll
from cell.device import RobotState
from cell.events import CommandSent, Event, HoldRaised, JointSpeedSeen, TrackingErrorSeen
from cell.scenario import Disturbance, Drift, FrozenState, LinkCut, Scenario, Stuck
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.journal.replay import fold
from controller.rehearsal import rehearse
from controller.watch import Watch
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec
from tests.controller.test_at_each_look import AtHand
from tests.controller.told import of

SECOND = 1_000_000_000


def run(*disturbances: Disturbance, times: float = 0.0) -> tuple[Event, ...]:
    """`times` its limit is what the second joint says of its speed, from 2 s on while it runs."""
    given, scenario = spec(intent(batch="1 parts")), Scenario(0, disturbances)
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, scenario)
    if times:
        racing(drivers, times)
    plan = small_plan(given.state, 1)
    assert plan is not None
    return rehearse(given, released(plan), drivers, SmallPlanner(1), scenario=scenario).events


def racing(drivers: SimulatedCell, times: float) -> None:
    face = drivers.motion[ROBOT]
    state, limit = face.state, face.capabilities().joints[1].velocity

    def told() -> RobotState:
        seen = state()
        is_on_its_way = seen.mode == "running" and drivers.now() >= 2 * SECOND
        return replace(seen, qd=np.array([0.0, -times * limit, 0.0, 0.0])) if is_on_its_way else seen

    face.state = told  # type: ignore[method-assign]


def test_a_joint_over_its_limit_stops_everything_and_the_hold_names_joint_and_line() -> None:
    events = run(times=1.3)
    (seen,) = of(events, JointSpeedSeen)
    joint = gantry_model().chain.joint_names[1]
    assert (seen.robot, seen.joint) == (ROBOT, joint)
    assert seen.speed == pytest.approx(1.3 * seen.limit)
    (hold,) = of(events, HoldRaised)
    assert (hold.code, hold.at) == ("R772", seen.at)
    assert seen.at in [sent.at for sent in of(events, CommandSent) if isinstance(sent.command, StopAll)]
    assert joint in hold.text
    assert hold.because


def test_while_a_run_holds_for_that_it_is_not_told_of_again(monkeypatch: pytest.MonkeyPatch) -> None:
    held = fold(run(times=1.3))
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, Scenario())
    face = drivers.motion[ROBOT]
    seen = replace(face.state(), qd=np.array([0.0, -99.0, 0.0, 0.0]))
    monkeypatch.setattr(face, "state", lambda: seen)
    for state, count in ((held, 0), (replace(held, trouble=replace(held.trouble, hold=None)), 1)):
        assert len(of(tuple(Watch(drivers).look(state, drivers.now())), JointSpeedSeen)) == count


def test_held_for_something_else_it_is_told_once_a_second_and_of_a_robot_without_a_link_not_at_all() -> None:
    """By hand a run is always held; and what is at hand of a driver whose process has ended stays as it was last."""
    held = fold(run(LinkCut(ROBOT, 2.0, 30.0)))
    assert held.trouble.hold is not None
    assert held.trouble.hold.code == "R740"
    drivers: Any = AtHand(
        simulated_cell(cell(), {ROBOT: gantry_model()}, Scenario()), lambda seen: replace(seen, qd=seen.qd + 99.0)
    )
    for cut, count in ((held.belief.cut, 0), (held.belief.cut.delete(ROBOT), 3)):
        watch, state = Watch(drivers), replace(held, belief=replace(held.belief, cut=cut))
        looks = (watch.at_each_look(state, held.now + k * SECOND // 100) for k in range(250))
        assert len(of(tuple(event for look in looks for event in look), JointSpeedSeen)) == count


def test_what_a_robot_said_before_its_link_was_cut_is_nothing_to_go_by() -> None:
    held = fold(run(LinkCut(ROBOT, 2.0, 30.0)))
    drivers: Any = AtHand(
        simulated_cell(cell(), {ROBOT: gantry_model()}, Scenario()), lambda seen: replace(seen, q=seen.setpoint + 0.3)
    )
    for cut, told in ((held.belief.cut, []), (held.belief.cut.delete(ROBOT), [ROBOT])):
        state = replace(held, belief=replace(held.belief, cut=cut))
        looked = tuple(Watch(drivers).look(state, drivers.now()))
        assert [seen.robot for seen in of(looked, TrackingErrorSeen)] == told


def test_one_that_tells_a_little_more_than_its_limit_is_believed_to_keep_it() -> None:
    assert of(run(times=1.2), JointSpeedSeen) == []


@pytest.mark.parametrize(
    ("disturbance", "code"),
    [
        (Stuck(ROBOT, 2.0, 30.0), "R741"),
        (Drift(ROBOT, 2.0, 30.0, 0.05), "R714"),
        (LinkCut(ROBOT, 2.0, 30.0), "R740"),
        (FrozenState(ROBOT, 2.0, 30.0), "R713"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_an_alarm_about_a_robot_names_the_line_that_it_is_at_work_for(disturbance: Disturbance, code: str) -> None:
    hold = of(run(disturbance), HoldRaised)[0]
    assert hold.code == code
    plan = small_plan(spec(intent(batch="1 parts")).state, 1)
    assert plan is not None
    asked = {operation.because.span for operation in plan.tasks.operations}
    assert len(hold.because) == 1
    assert set(hold.because) <= asked
