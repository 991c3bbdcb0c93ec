"""Three robots in a row, zones for some of them, and two zones that are wanted in opposite order: planned, proved and run with
durations that nobody declared.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.motion_plan import MotionPlan
from cell.steps import AtHome, Move
from planner.proof.duties import duties_of
from planner.proof.iterations import started_by
from planner.proof.nevers import check_capacities
from planner.proof.operations import check_order, match
from planner.proof.precedence import precedence_of
from tests.planner.proof.row_of_gantries import Row, station, tray, zone

HOMES = (("a", -1.3), ("b", 0.0), ("c", 1.3))
X = {name: round(1000 * x) for name, x in HOMES}


def benches(capacity: int | None) -> str:
    """A tray before each robot and one behind it; each has a bench of its own, in one zone."""
    own = (tray(f"in_{n}", x, -600, 1) + station(f"bench_{n}", x, 0) + tray(f"out_{n}", x, 600) for n, x in X.items())
    return "".join(own) + zone("middle", (-1500, -150), (1500, 150), capacity)


EACH = "".join(f"for each s_{n} in in_{n} {{\n  inspect s_{n} at bench_{n}\n  move s_{n} to out_{n}\n}}\n" for n in X)
ON_REJECT = 'on reject: hold "look"\n'


@cache
def with_zone(capacity: int | None) -> Row:
    return Row(benches(capacity), EACH + ON_REJECT, HOMES)


@cache
def plan_with_zone(capacity: int | None) -> MotionPlan:
    return with_zone(capacity).planned().expect()


def said(row: Row, plan: MotionPlan) -> str:
    return "\n".join(f"{d.code} {d.message}" for d in row.proved(plan).diagnostics)


# --- zones for some of the robots ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [2, *(pytest.param(k, marks=pytest.mark.slow) for k in (None, 1, 3))])
def test_three_robots_with_a_zone_are_planned_and_proved(capacity: int | None) -> None:
    released = with_zone(capacity).proved(plan_with_zone(capacity))
    assert released.diagnostics == ()
    claims = [o.claim for o in released.expect().proof.obligations]
    assert any(f"never more than {capacity} of a, b and c in middle" in claim for claim in claims) is (capacity in (1, 2))


@pytest.mark.slow
def test_the_more_robots_a_zone_takes_the_sooner_all_is_done() -> None:
    one, two, all_of_them, free = (plan_with_zone(k).tasks.bounds.makespan for k in (1, 2, 3, None))
    assert one > two > free
    assert all_of_them == free


def without_waits(plan: MotionPlan, robot: str) -> MotionPlan:
    """The robot waits for nobody else."""
    robot_of = {step.id: step.robot for step in plan.tasks.steps}
    steps = tuple(
        s if s.robot != robot else replace(s, predecessors=tuple(p for p in s.predecessors if robot_of[p] in (robot, None)))
        for s in plan.tasks.steps
    )
    return replace(plan, tasks=replace(plan.tasks, steps=steps))


def refused(plan: MotionPlan) -> list[str]:
    order = precedence_of(plan.tasks.steps, plan.tasks.choices)
    return [f"{d.code} {d.message}" for d in check_capacities(plan, with_zone(2).request(), order)]


def test_a_robot_that_no_longer_waits_for_one_of_the_two_before_it_is_refused() -> None:
    plan = plan_with_zone(2)
    assert refused(plan) == []
    found = [text for robot in X for text in refused(without_waits(plan, robot))]
    assert any(text.startswith("E450 middle takes 2 robots: a in s") and " and c in s" in text for text in found), found


@pytest.mark.slow
def test_a_plan_for_a_zone_that_takes_all_is_refused_for_one_that_takes_two() -> None:
    assert refused(plan_with_zone(3))


# --- two zones in opposite order ----------------------------------------------------------------------------------------


def opposite() -> Row:
    """Two nests in a zone each; what lies in either goes to the other one, and each robot has one hand."""
    text = (
        station("nest_l", -300, 0)
        + station("nest_r", 300, 0)
        + tray("in_l", -900, -600, 1)
        + tray("in_r", 900, -600, 1)
        + tray("out_l", -900, 600)
        + tray("out_r", 900, 600)
        + zone("west", (-450, -150), (-150, 150))
        + zone("east", (150, -150), (450, 150))
    )
    intent = """
for each s in in_l {
  inspect s at nest_l
  inspect s at nest_r
  move s to out_r
}
for each t in in_r {
  inspect t at nest_r
  inspect t at nest_l
  move t to out_l
}
"""
    return Row(text, intent + ON_REJECT, (("a", -1.3), ("c", 1.3)))


def chain() -> Row:
    """What the first robot brings the last one takes away; the one between takes it from nest to nest."""
    text = (
        tray("in_a", -1300, -600, 2)
        + station("nest_1", -650, 0)
        + station("nest_2", 650, 0)
        + tray("out_c", 1300, 600)
        + zone("west", (-800, -150), (-500, 150))
        + zone("east", (500, -150), (800, 150))
    )
    intent = """
for each s in in_a {
  move s to nest_1 by a
  move s to nest_2 by b
  move s to out_c by c
}
"""
    return Row(text, intent, HOMES)


ROWS = {"zone for two of three": with_zone(2), "opposite": opposite(), "chain": chain()}
NAMES = ["zone for two of three", "opposite", pytest.param("chain", marks=pytest.mark.slow)]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_planned_and_proved(name: str) -> None:
    row = ROWS[name]
    plan = row.planned().expect()
    assert said(row, plan) == ""
    assert {s.robot for s in plan.tasks.steps if isinstance(s.action, Move)} == {robot for robot, _ in row.homes}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
def test_a_row_ends_with_every_goal_whatever_anything_takes(name: str, seed: int) -> None:
    ran = ROWS[name].run(seed)
    assert ran.record.summary.state == "Complete"
    assert ran.record.summary.goals_met == ran.record.summary.goals_total
    assert ran.truth.violations == ()


# --- whoever is sent home -----------------------------------------------------------------------------------------------


def waits(plan: MotionPlan, row: Row) -> list[str]:
    asked, order = row.request(), precedence_of(plan.tasks.steps, plan.tasks.choices)
    duties = duties_of(asked.program, asked.cell, asked.state, started_by(plan.tasks))
    matched = match(plan.tasks, duties, asked.cell, asked.state)
    return [d.code for d in check_order(plan.tasks, asked.program, duties, matched, order)]


@pytest.mark.parametrize(("goes", "codes"), [("home", []), ("back", ["E682"])])
def test_a_line_waits_for_what_was_done_and_not_for_the_way_home_behind_it(goes: str, codes: list[str]) -> None:
    """After its first shaft lies in the nest the first robot goes home, or reaches in once more; the second one takes it away."""
    plan, row = chain().planned().expect(), chain()
    first = next(o for o in plan.tasks.operations if o.robot == "a")
    moves = [s for s in plan.tasks.steps if s.operation == first.id and isinstance(s.action, Move)]
    left = next(s for s in reversed(moves) if isinstance(s.action, Move) and s.action.need.touch is not None)
    assert isinstance(left.action, Move)
    home = Move(replace(left.action.need, start=left.action.need.end, end=AtHome(), touch=None))
    more = replace(left, id="s999", action=home if goes == "home" else left.action, predecessors=(left.id,))
    assert waits(plan, row) == []
    assert {*waits(replace(plan, tasks=replace(plan.tasks, steps=(*plan.tasks.steps, more))), row)} == {*codes}
