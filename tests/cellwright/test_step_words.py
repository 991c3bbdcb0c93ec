"""What `explain PLAN STEP` calls a step."""

from dataclasses import replace

from cell.steps import Grip
from cellwright.step_account import done_by
from tests.planner.proof.gantry import cell
from tests.tui.samples import PLAN


def test_a_grip_with_a_force_that_nothing_says_is_not_told_as_none() -> None:
    step = PLAN.tasks.steps[0]
    said = [done_by(replace(step, action=Grip("grip", "a", "shaft#1", force)), cell()) for force in (0.0, 40.0)]
    assert said == ["grip.a closes on shaft#1 with the force that it is set to", "grip.a closes on shaft#1 with 40 N"]
