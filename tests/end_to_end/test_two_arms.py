"""Example 08: two arms that can do the same work, with nothing in the way and with a jam. The judge looks at every motion, and at
each arm beside the other. That two are faster than one, with all pairs certified, is shown in milliseconds in
tests/planner/proof/test_sharing_work.py, and with the arms themselves here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.commands import StopAll
from cell.events import CarriedOn, CommandSent, EventRaised, PlanRequested, StepStarted
from cell.scenario import Scenario
from cellwright.running import read_scenario
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Planned, Rehearsed, planned, rehearsed
from tests.end_to_end.program import Program

FOLDER = Path(__file__).parents[2] / "examples" / "08_two_arms"
FILE = FOLDER / "arms.intent"


def jammed() -> Scenario:
    return read_scenario(str(FOLDER / "a_gear_jams.toml")).expect()


@pytest.fixture(scope="module", params=BOTH)
def plan(request: pytest.FixtureRequest, cache: Path) -> Planned:
    return planned_by(request.param, FILE, cache)


def test_two_arms_share_the_work(plan: Planned) -> None:
    steps = plan.released.motion_plan.tasks.steps
    assert {step.robot for step in steps if step.motion is not None} == {"ra", "rb"}
    run = rehearsed(plan)
    assert run.run.summary.state == "Complete"
    assert sum(effect.what == "joined" for effect in run.world.effects) == 8
    assert run.world.violations == ()


@pytest.fixture(scope="module")
def jam(plan: Planned) -> Rehearsed:
    return rehearsed(plan, jammed())


def test_a_gear_that_jams_is_tried_again(jam: Rehearsed) -> None:
    assert jam.run.summary.state == "Complete"
    assert any(effect.what == "jammed" for effect in jam.world.effects)
    assert jam.world.violations == ()


def test_the_other_arm_ends_meanwhile_what_it_has_begun(plan: Planned, jam: Rehearsed) -> None:
    robot_of = {step.id: step.robot for step in plan.released.motion_plan.tasks.steps}
    events = jam.run.events
    failed = next(i for i, event in enumerate(events) if isinstance(event, EventRaised))
    asked = next(i for i, event in enumerate(events) if isinstance(event, PlanRequested))
    started = [event.of.step or "" for event in events[failed:asked] if isinstance(event, StepStarted)]
    assert {robot_of[step] for step in started} == {"ra"}
    assert any(isinstance(event, CarriedOn) and event.waiting == ("rb",) for event in events)
    assert not any(isinstance(event, CommandSent) and isinstance(event.command, StopAll) for event in events)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [Scenario(), jammed()], ids=["nothing in the way", "a gear jams"])
def test_the_two_never_meet(cache: Path, scenario: Scenario) -> None:
    verdict = rehearsed(planned(str(FILE), cache), scenario).verdict()
    assert verdict.is_clean, verdict.text


@pytest.mark.slow
@pytest.mark.parametrize("left_out", ["ra", "rb"])
def test_both_are_at_least_one_and_a_third_times_as_fast_as_one(cache: Path, program: Program, left_out: str) -> None:
    both = planned(str(FILE), cache).released.motion_plan.tasks.bounds.makespan
    finished = program.call("plan", FILE, "--without", left_out, timeout=900)
    assert finished.code == 0, finished.everything
    (told,) = [line for line in finished.everything.splitlines() if "N601" in line and "times as fast" in line]
    assert f"without {left_out} this takes " in told
    assert f"with every robot {both:.1f} s: " in told
    assert float(told.rpartition(": ")[2].split()[0]) >= 1.3
