"""What the planner is told of the plan in hand: what is left of it, and nothing else."""

from cell.events import PlanRequested
from cell.scenario import GripLost
from tests.controller.tending import tend


def test_the_planner_is_told_what_is_left_of_the_plan_in_hand() -> None:
    run = tend(GripLost("grip", 2, "at grip"))
    (asked,) = run.planner.asked
    assert [(act.kind, act.part) for act in asked.former[:2]] == [("pick", "shaft#2"), ("pick", "shaft#1")]
    assert {act.robot for act in asked.former} == {"g1"}
    assert len(run.all(PlanRequested)) == 1
