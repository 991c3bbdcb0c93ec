"""Example 01, from its text to a finished rehearsal that the judge finds clean."""

from __future__ import annotations

import pytest

from cell.scenario import GripLost, Scenario, Stall
from cell.world_record import RestsIn
from tests.end_to_end.line import Planned, Rehearsed, rehearsed


@pytest.fixture(scope="module")
def moved(first_move: Planned) -> Rehearsed:
    return rehearsed(first_move)


def test_the_run_completes_with_its_goal_met(moved: Rehearsed) -> None:
    summary = moved.run.summary
    assert (summary.state, summary.held_because) == ("Complete", None)
    assert summary.goals_met == summary.goals_total == 1
    assert summary.steps_done == summary.steps_total > 0


def test_the_block_lies_in_the_right_fixture_by_the_worlds_own_record(moved: Rehearsed) -> None:
    assert [part.where for part in moved.world.parts] == [RestsIn("right")]
    assert moved.world.violations == ()


def test_every_command_was_carried_out_once(moved: Rehearsed) -> None:
    assert set(moved.world.executions.values()) == {1}


def test_the_judge_finds_the_recorded_motion_clean(moved: Rehearsed) -> None:
    verdict = moved.verdict()
    assert verdict.is_clean, verdict.text
    assert verdict.motions == len(moved.world.motions) > 0
    assert verdict.listed > 0
    assert verdict.not_judged == ()


def test_the_same_case_twice_is_the_same_to_the_sample(first_move: Planned) -> None:
    case = Scenario(3, (GripLost("gripper", 1, "at grip"), Stall("arm", 2.5, 0.3)))
    first, again = rehearsed(first_move, case), rehearsed(first_move, case)
    assert first.world.fingerprint() == again.world.fingerprint()
    assert first.run.events == again.run.events
    assert first.world.of("slipped")


def test_the_run_takes_no_longer_than_was_proved(moved: Rehearsed) -> None:
    """The plan's durations are upper bounds; settling of the simulated arm and its 8 ms grid come on top of each motion."""
    allowance = 0.1 * len(moved.world.motions)
    assert moved.run.summary.makespan_s <= moved.planned.released.motion_plan.tasks.bounds.makespan + allowance
