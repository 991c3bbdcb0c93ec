"""Example 01, its robot jogged in a hold: the ways are those of the planner, proved, and the world says where it went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cell.commands import StartMotion
from cell.events import CommandSent, Event, JogEnded, JogRefused, PlanRequested, WayFound
from cell.jog import FASTEST, Frame, Jog
from cell_drivers.simulated import SimulatedCell, simulated_cell
from cellwright.running import ResidentPlanner, run_spec
from controller.clock import VirtualClock
from controller.journal.journal import MemoryJournal
from controller.lease import Key
from controller.rehearsal import Ask, AtOnce, Script
from controller.run_state import RunState
from controller.runner import Runner
from tests.controller.jogged import Keys, press, up
from tests.end_to_end.line import KeepsPlans, Planned
from tests.judge.from_world import recording_of
from tests.judge.judge import STEP, judge
from tests.judge.verdict import Verdict

ROBOT = "arm"
HELD, MANUAL = Ask(1.0, "hold", "ann"), Ask(20.0, "manual", "ann")
LEAVE, RESUME = Ask(300.0, "production", "ann"), Ask(301.0, "resume", "ann")


@dataclass
class Jogged:
    plan: Planned
    events: tuple[Event, ...]
    state: RunState
    world: SimulatedCell
    planner: KeepsPlans

    def all(self, kind: type) -> list:  # type: ignore[type-arg]
        return [event for event in self.events if isinstance(event, kind)]

    def verdict(self) -> Verdict:
        """What an independent judge says of all that the robot did, by the world's own record."""
        cell = self.plan.request.cell
        motions = {key: m for plan in self.planner.released for key, m in plan.motion_plan.motions.items()}
        recording = recording_of(self.world.record(), cell)
        return judge(recording, cell, Path(cell.file).parent, motions, self.plan.request.program, STEP)

    def touches_nothing(self) -> bool:
        """A stop is as hard as the drives make it, and no matter of the plan's limits."""
        verdict = self.verdict()
        return not (verdict.contacts or verdict.entries or verdict.misplaced) and verdict.motions > 0


def jogged(plan: Planned, *keys: tuple[float, Key], asks: tuple[Ask, ...] = (HELD, MANUAL)) -> Jogged:
    request = plan.request
    drivers = simulated_cell(request.cell, request.robots)
    assert drivers.virtual is not None
    keeper = KeepsPlans(ResidentPlanner(plan.reading, plan.workshop, request.seed), [plan.released])
    journal = MemoryJournal()
    runner = Runner(
        run_spec("jogged", request), drivers, VirtualClock(drivers.virtual), journal, AtOnce(keeper), Script(asks),  # type: ignore[arg-type]
        ends_when_held=True, keys=Keys(keys),
    )  # fmt: skip
    state = runner.run(plan.released)
    return Jogged(plan, tuple(journal.events), state, drivers, keeper)


def along(frame: Frame, axis: str, is_forward: bool = True, speed: float = FASTEST) -> Jog:
    return Jog(ROBOT, frame, axis, is_forward, speed)


def height(run: Jogged) -> float:
    """Of the tool point."""
    q = run.world.motion[ROBOT].state().q
    model = run.plan.request.robots[ROBOT]
    tool = run.plan.request.cell.tools["gripper"].hands[0].T_flange_tcp.matrix
    pose: float = (model.chain.flange_pose(q) @ tool)[2, 3]
    return pose


def test_an_arm_is_jogged_down_to_what_stands_there_and_no_further_and_the_run_goes_on(first_move: Planned) -> None:
    run = jogged(first_move, (30.0, press(along("base", "z", False))), (60.0, up()), asks=(HELD, MANUAL, LEAVE, RESUME))
    (refused,) = run.all(JogRefused)
    assert refused.code == "R781"
    assert "would come too near to" in refused.why
    assert len(run.all(WayFound)) >= 1
    assert run.state.pack == "Complete"
    assert run.all(PlanRequested)[0].reason == "arm was jogged"
    assert not run.world.record().violations
    assert run.verdict().is_clean, run.verdict().text


UP = ((30.0, press(along("base", "z"))), (31.0, up()))
"""Away from what it would work at."""


def moved_by(run: Jogged, since: float) -> set[str]:
    """The commands that moved the robot from then on, s."""
    sent = (e.command for e in run.all(CommandSent) if e.at >= since * 1e9)
    return {command.id for command in sent if isinstance(command, StartMotion)}


@pytest.mark.slow
@pytest.mark.parametrize("frame", ["base", "tool"])
@pytest.mark.parametrize("axis", ["x", "y", "z", "rx", "ry", "rz"])
def test_the_tool_goes_along_each_axis_there_and_back(first_move: Planned, frame: Frame, axis: str) -> None:
    forth, back = press(along(frame, axis, speed=0.1)), press(along(frame, axis, False, speed=0.1))
    run = jogged(first_move, *UP, (40.0, forth), (41.0, up()), (50.0, back), (51.0, up()))
    assert run.all(JogRefused) == []
    assert moved_by(run, 39.0) > moved_by(run, 49.0) > set()
    assert run.all(JogEnded)[-1].why == "the key was let go"
    assert run.touches_nothing(), run.verdict().text


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 7))
def test_each_joint_is_jogged_alone(first_move: Planned, number: int) -> None:
    before = jogged(first_move, *UP).world.motion[ROBOT].state().q
    run = jogged(first_move, *UP, (40.0, press(along("joint", str(number), speed=0.1))), (41.0, up()))
    by = run.world.motion[ROBOT].state().q - before
    assert by[number - 1] > 0.01
    assert np.abs(np.delete(by, number - 1)).max() < 1e-9
    assert run.touches_nothing(), run.verdict().text
