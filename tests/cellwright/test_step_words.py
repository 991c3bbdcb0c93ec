"""What `explain PLAN STEP` calls a step."""

from dataclasses import replace

from cell.steps import Fact, Grip
from cellwright.step_account import done_by, fact_text
from tests.planner.proof.gantry import cell
from tests.tui.samples import PLAN


def test_a_grip_with_a_force_that_nothing_says_is_not_told_as_none() -> None:
    step = PLAN.tasks.steps[0]
    said = [done_by(replace(step, action=Grip("grip", "a", "shaft#1", force)), cell()) for force in (0.0, 40.0)]
    assert said == ["grip.a closes on shaft#1 with the force that it is set to", "grip.a closes on shaft#1 with 40 N"]


def test_what_a_part_is_and_what_is_in_it_are_told_in_words() -> None:
    facts = (Fact("is", ("body#1", "pump")), Fact("vacant", ("body#1", "lid")), Fact("joined", ("lid#1", "body#1")))
    assert [fact_text(fact) for fact in facts] == [
        "body#1 is pump by then",
        "nothing is in lid of body#1",
        "lid#1 is joined to body#1, or lies in a pocket of it",
    ]
