"""Two gantries either of which can do everything: both together are much faster than one, with all that they do certified apart.

The small sibling of examples/08_two_arms.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.motion_plan import MotionPlan
from tests.planner.proof.row_of_gantries import Row, station, tray

SIDES = {"left": -600, "right": 600}
TEXT = "".join(
    tray(f"in_{side}", x, -600, 2) + station(f"bench_{side}", x, 0, 1) + tray(f"out_{side}", x, 600) for side, x in SIDES.items()
)
INTENT = "".join(
    f"for each s_{side} in in_{side} {{\n  inspect s_{side} at bench_{side}\n  move s_{side} to out_{side}\n}}\n"
    for side in SIDES
)
BOTH = Row(TEXT, INTENT + 'on reject: hold "look"\n', (("a", -1.6), ("c", 1.6)))


@cache
def plan_without(*names: str) -> MotionPlan:
    return (replace(BOTH, without=frozenset(names)) if names else BOTH).planned().expect()


@pytest.mark.parametrize("left_out", ["a", pytest.param("c", marks=pytest.mark.slow)])
def test_two_are_at_least_one_and_a_half_times_as_fast_as_one(left_out: str) -> None:
    both = plan_without()
    assert BOTH.proved(both).diagnostics == ()
    assert {step.robot for step in both.tasks.steps if step.motion} == {"a", "c"}
    assert plan_without(left_out).tasks.bounds.makespan / both.tasks.bounds.makespan >= 1.5


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
def test_they_end_with_every_goal_whatever_anything_takes(seed: int) -> None:
    ran = BOTH.run(seed)
    assert ran.record.summary.state == "Complete"
    assert ran.record.summary.goals_met == ran.record.summary.goals_total
    assert ran.truth.violations == ()
