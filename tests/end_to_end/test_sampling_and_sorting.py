"""Examples 06 and 07, from their texts to finished rehearsals with their scenarios. The world's own record is the witness, and
the judge looks at every motion."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cell.events import BranchTaken, HoldRaised, PlanReleased, QuestionAsked, Replanned, Skipped
from cell.world_record import RestsIn
from cellwright.running import read_scenario
from controller.approved import approved_of, beyond
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Rehearsed, rehearsed


def lying(run: Rehearsed) -> Counter[str]:
    return Counter(p.where.place.split("[")[0] for p in run.world.parts if isinstance(p.where, RestsIn))


def assert_judged(run: Rehearsed, how: str) -> None:
    """The judge has bodies of arms only."""
    if how == "arms":
        verdict = run.verdict()
        assert verdict.is_clean, verdict.text


def test_their_scenarios_can_be_read(examples: Path) -> None:
    for name in (
        "06_sampling_and_rework/one_scrapped.toml",
        "07_sorting/two_that_nobody_knows.toml",
        "07_sorting/one_slips.toml",
    ):
        assert read_scenario(str(examples / name)).value is not None


@pytest.mark.parametrize("how", BOTH)
def test_castings_are_sorted_and_what_nobody_knows_is_laid_aside(examples: Path, cache: Path, how: str) -> None:
    folder = examples / "07_sorting"
    plan = planned_by(how, folder / "sorting.intent", cache)
    run = rehearsed(plan, read_scenario(str(folder / "two_that_nobody_knows.toml")).expect())
    assert run.run.summary.state == "Complete"
    told = Counter(e.value for e in run.run.events if isinstance(e, BranchTaken))
    assert lying(run) == {"flanges": told["flange"], "brackets": told["bracket"], "odd": 2}
    assert run.world.violations == ()
    assert_judged(run, how)


@pytest.mark.parametrize("how", BOTH)
def test_a_casting_that_slips_is_planned_anew_within_the_envelope_and_nobody_is_asked(
    examples: Path, cache: Path, how: str
) -> None:
    folder = examples / "07_sorting"
    plan = planned_by(how, folder / "sorting.intent", cache)
    assert plan.request.cell.envelope is not None
    run = rehearsed(plan, read_scenario(str(folder / "one_slips.toml")).expect())
    assert run.run.summary.state == "Complete"
    assert [effect.what for effect in run.world.effects].count("slipped") == 1
    assert [event.beyond for event in run.run.events if isinstance(event, Replanned)] == [()]
    assert not [event for event in run.run.events if isinstance(event, HoldRaised | QuestionAsked)]
    first, second = (approved_of(event.plan) for event in run.run.events if isinstance(event, PlanReleased) and event.plan)
    slower = plan.request.cell.envelope.slower_by
    assert not list(beyond(first, second, slower))
    assert list(beyond(replace(first, takt=(second.takt or 0.0) / (1.02 + slower)), second, slower))
    assert run.world.violations == ()


@pytest.mark.parametrize("how", BOTH)
def test_a_bad_sample_is_brushed_gauged_again_and_scrapped(examples: Path, cache: Path, how: str) -> None:
    folder = examples / "06_sampling_and_rework"
    plan = planned_by(how, folder / "sampling.intent", cache)
    run = rehearsed(plan, read_scenario(str(folder / "one_scrapped.toml")).expect())
    assert run.run.summary.state == "Complete"
    assert lying(run)["outfeed"] == 6
    assert lying(run)["scrap"] == 1
    assert len([e for e in run.run.events if isinstance(e, Skipped)]) == 1
    assert [e.part for e in run.world.of("program ended") if "DEBURR" in e.detail] == ["shaft#4"]
    assert run.world.violations == ()
    assert_judged(run, how)
