"""Arms that their own controllers stop along a path of a part, at a changer, and beside another arm: each asks, comes out the way
that is proved, and the run completes. The world's own record is the witness.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cell.commands import Subject
from cell.events import Answered, HoldRaised, PlanReleased, PlanRequested
from cell.retreat import retreat_of
from cell.scenario import ProtectiveStop, Scenario
from cell.steps import Along, AtHome, Docking, MotionNeed, Move
from cell_drivers.simulated import simulated_cell
from cellwright.running import ResidentPlanner, run_spec
from controller.rehearsal import Ask, RunRecord, rehearsed
from tests.end_to_end.line import Planned, planned
from tests.end_to_end.test_changing_tools import CELL, INTENT

pytestmark = pytest.mark.slow

RESUMES = tuple(Ask(float(at), "resume") for at in range(400, 4000, 200))


class Every:
    """Agrees to whatever is asked, again and again; an answer to what nobody asks means nothing."""

    def __init__(self) -> None:
        self._until = 0

    def take_said(self, now: int, of: Subject) -> list[Answered]:
        if now < self._until:
            return []
        self._until = now + 50_000_000_000
        return [Answered(now, of, f"question.{k}", "go on", "ann") for k in range(1, 60)]


def ran(plan: Planned, robot: str, at: float) -> tuple[RunRecord, int]:
    request = plan.request
    world = simulated_cell(request.cell, request.robots, Scenario(0, (ProtectiveStop(robot, at),)))
    planner = ResidentPlanner(plan.reading, plan.workshop, request.seed)
    record, _ = rehearsed(run_spec("back", request), plan.released, world, planner, RESUMES, answers=Every())
    return record, len(world.record().violations)


def in_the_middle(plan: Planned, is_it: Callable[[MotionNeed], bool]) -> tuple[str, float]:
    """Of the first such motion: the robot, and s."""
    moves = (s for s in plan.released.motion_plan.tasks.steps if isinstance(s.action, Move))
    step = next(s for s in moves if is_it(s.action.need))  # type: ignore[union-attr]
    assert step.robot is not None
    return step.robot, float(step.start + 0.5 * step.duration)


def ways_out(record: RunRecord) -> list[MotionNeed]:
    plans = [event.plan for event in record.events if isinstance(event, PlanReleased) and event.plan is not None]
    return [need for plan in plans if (need := retreat_of(plan)) is not None]


def comes_out(record: RunRecord, violations: int) -> MotionNeed:
    held = [event.text for event in record.events if isinstance(event, HoldRaised)]
    assert record.summary.state == "Complete", held
    assert violations == 0
    return ways_out(record)[-1]


def test_an_arm_comes_off_the_rim_on_which_its_spindle_was_stopped(examples: Path, cache: Path) -> None:
    plan = planned(str(examples / "09_deburring" / "deburring.intent"), cache)
    robot, at = in_the_middle(plan, lambda need: isinstance(need.touch, Along) and need.touch.feature == "rim")
    need = comes_out(*ran(plan, robot, at))
    assert isinstance(need.touch, Along)
    assert need.touch.verb == "leave"


@pytest.mark.parametrize("end", ["start", "end"])
def test_an_arm_comes_out_of_the_pocket_in_which_it_was_stopped(tmp_path: Path, cache: Path, end: str) -> None:
    (tmp_path / "changing.cell").write_text(CELL)
    (tmp_path / "changing.intent").write_text(INTENT)
    plan = planned(str(tmp_path / "changing.intent"), cache)
    steps = [s for s in plan.released.motion_plan.tasks.steps if isinstance(s.action, Move)]
    step = next(s for s in steps if isinstance(s.action.need.touch, Docking) and s.action.need.touch.end == end)  # type: ignore[union-attr]
    at = float(step.start) + (0.25 if end == "start" else float(step.duration) - 0.25)
    need = comes_out(*ran(plan, "rb", at))
    assert isinstance(need.touch, Docking)
    assert need.touch.end == "start"


def test_an_arm_comes_out_while_the_other_one_stands_away_from_home(examples: Path, cache: Path) -> None:
    plan = planned(str(examples / "08_two_arms" / "arms.intent"), cache)
    steps = [s for s in plan.released.motion_plan.tasks.steps if isinstance(s.action, Move) and s.robot == "ra"]
    step = next(s for s in steps if s.action.need.touch is not None and s.action.need.touch.end == "start")  # type: ignore[union-attr]
    record, violations = ran(plan, "ra", float(step.start) + 0.25)
    assert comes_out(record, violations).robot == "ra"
    asked = [event.state for event in record.events if isinstance(event, PlanRequested)]
    assert any(not isinstance(state.stances["rb"], AtHome) for state in asked)
