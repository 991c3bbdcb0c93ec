"""Example 08: two arms that can do the same work, with nothing in the way and with a jam. The judge looks at every motion, and at
each arm beside the other. A small sibling is in tests/planner/proof/test_sharing_work.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cellwright.running import read_scenario
from tests.end_to_end.line import Planned, planned, rehearsed
from tests.end_to_end.program import Program

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(examples: Path) -> Path:
    return examples / "08_two_arms"


@pytest.fixture(scope="module")
def plan(folder: Path, cache: Path) -> Planned:
    return planned(str(folder / "arms.intent"), cache)


def test_two_arms_share_the_work_and_never_meet(plan: Planned) -> None:
    steps = plan.released.motion_plan.tasks.steps
    assert {step.robot for step in steps if step.motion is not None} == {"ra", "rb"}
    run = rehearsed(plan)
    assert run.run.summary.state == "Complete"
    assert sum(effect.what == "joined" for effect in run.world.effects) == 8
    assert run.world.violations == ()
    verdict = run.verdict()
    assert verdict.is_clean, verdict.text


def test_what_jams_is_tried_again_and_the_judge_follows_it_out(plan: Planned, folder: Path) -> None:
    run = rehearsed(plan, read_scenario(str(folder / "a_gear_jams.toml")).expect())
    assert run.run.summary.state == "Complete"
    assert any(effect.what == "jammed" for effect in run.world.effects)
    assert run.world.violations == ()
    verdict = run.verdict()
    assert verdict.is_clean, verdict.text


@pytest.mark.parametrize("left_out", ["ra", "rb"])
def test_both_are_at_least_one_and_a_third_times_as_fast_as_one(
    plan: Planned, folder: Path, program: Program, left_out: str
) -> None:
    finished = program.call("plan", folder / "arms.intent", "--without", left_out, timeout=900)
    assert finished.code == 0, finished.everything
    (told,) = [line for line in finished.everything.splitlines() if "N601" in line]
    seconds = plan.released.motion_plan.tasks.bounds.makespan
    assert f"without {left_out} this takes " in told
    assert f"with every robot {seconds:.1f} s: " in told
    assert float(told.rpartition(": ")[2].split()[0]) >= 1.3
