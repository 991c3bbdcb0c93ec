"""A UR's double jogged by the controller's own loop over wires of memory: the small share of tests/end_to_end/test_jog_a_ur.py.

Ways are straight lines of one joint, marked released without a proof: what is tried is that the driver stops with the key.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cell.commands import RequestPlan
from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.events import JogEnded, LinkReported, WayFound
from cell.jog import RULE, Jog, jog_plan
from cell.motion_plan import Motion, MotionPlan
from cell.program import Block, IntentProgram
from cell.released_plan import Obligation, Proof, ReleasedPlan
from cell.robot import RobotModel
from cell.run import RunSpec
from cell.state import PlanningRequest
from cell.steps import AtMeasured, Because, MotionNeed
from cell.task_plan import Bounds, TaskPlan
from controller.clock import VirtualClock
from controller.journal.journal import MemoryJournal
from controller.rehearsal import Ask, AtOnce, Script
from controller.runner import Runner
from planner.assembled import assembled
from tests.controller.jogged import Keys, press, up
from tests.doubles.ur.bench import SPAN, WiredSet, bench
from tests.doubles.ur.wired import SECOND, Wired, cb3, straight

JOG = Jog("arm", "joint", "1", True, 0.1)
WAY = 0.4  # rad
FULL = 4.0  # times as long as the joint could do it in
HELD, CUT = 3.0, 4.5  # s
POWER = Ask(1.5, "manual", "ann")
"""By then its link is up."""


class Ways:
    """Each as far as WAY, in seconds."""

    def __init__(self, request: PlanningRequest) -> None:
        self.request = request

    @property
    def empty(self) -> ReleasedPlan:
        tasks = TaskPlan((), (), (), {}, (), Bounds(0.0, 0.0, 0.0, "", None, None), (), (), 0)
        return ReleasedPlan(assembled(tasks, {}, self.request, ()), Proof((), ()))

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        assert request.jog is not None
        stance = request.state.stances["arm"]
        assert isinstance(stance, AtMeasured)
        start, end = np.array(stance.q), np.array(stance.q) + WAY * np.eye(6)[0]
        line = straight(self.request.robots["arm"], start, end, FULL)
        need = MotionNeed("arm", stance, AtMeasured(tuple(end)), (), None, JOG.speed, (), None)
        motion = Motion(need, line.segments, line.phases, (), (), sum(phase.duration for phase in line.phases))
        tasks = jog_plan(need, Because(SPAN, RULE), motion.duration, 0)
        reach = Obligation("reach", "limits", "", "for all durations", "", WAY, ())
        plan: MotionPlan = assembled(tasks, {need: motion}, self.request, ())
        return Outcome(ReleasedPlan(plan, Proof((reach,), ())))


def let_go(wired: Wired) -> None:
    pass


def link_is_cut(wired: Wired) -> None:
    if wired.accepts and wired.now >= round(CUT * SECOND):
        wired.accepts = False
        wired.cut()


@pytest.mark.parametrize(("happens", "until"), [(let_go, CUT), (link_is_cut, 60.0)])
def test_it_stops_on_its_way_with_its_key_and_with_its_link(
    model: RobotModel, happens: Callable[[Wired], None], until: float
) -> None:
    older, controller = cb3(model)
    given = bench(older, controller).assembly
    wired = Wired(older, controller)
    wired.polls, wired.on_step = False, happens
    drivers, journal = WiredSet(wired), MemoryJournal()
    program = IntentProgram(Block((), ()), (), (), (), "ur.cell")
    spec = RunSpec("test", program, given.cell, declared_state(given.cell), is_manual=True)
    ways = Ways(PlanningRequest(program, given.cell, {"arm": older}, spec.state))
    keys, asks = Keys([(HELD, press(JOG)), (until, up())]), Script((POWER, Ask(8.0, "stop", "ann")))
    Runner(spec, drivers, VirtualClock(drivers), journal, AtOnce(ways), asks, ends_when_held=True, keys=keys).run(ways.empty)
    events = tuple(journal.events)
    (way,) = (event for event in events if isinstance(event, WayFound))
    assert len([event for event in events if isinstance(event, JogEnded)]) == 1
    assert [e.is_up for e in events if isinstance(e, LinkReported)] == ([False] if happens is link_is_cut else [])
    assert controller.is_standing
    assert 0.01 < controller.q[0] - way.start[0] < 0.7 * WAY
