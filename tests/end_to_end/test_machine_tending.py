"""Example 02, from its text to a batch of good shafts, on a good day and on a bad one; the world's own record is the witness."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cell.run import Aim
from cell.world_record import Fallen, PartRecord, RestsIn, WorldRecord
from cellwright.running import read_scenario
from tests.end_to_end.line import Planned, Rehearsed, rehearsed


@pytest.fixture(scope="module")
def bad_day(tending: Planned, examples: Path) -> Rehearsed:
    """About every tenth shaft is bad, and one of the 40 is not in the tray."""
    scenario = read_scenario(str(examples / "02_machine_tending" / "rejects_and_a_missing_part.toml"))
    assert scenario.value is not None
    return rehearsed(tending, scenario.value)


def equipment(part: PartRecord) -> str:
    match part.where:
        case RestsIn(place):
            return place.partition("[")[0]
        case Fallen():
            return "fallen"
    return "in hand"


def verdicts(record: WorldRecord) -> Counter[tuple[str, str]]:
    """(where it lies, what the gauge truly found) of every part that was inspected."""
    return Counter((equipment(p), dict(p.outcomes)["verdict"]) for p in record.parts if p.outcomes)


# --- the plan ---


def test_the_robot_works_while_the_lathe_cuts(tending: Planned) -> None:
    bounds = tending.released.motion_plan.tasks.bounds
    assert bounds.one_by_one is not None
    assert bounds.makespan <= 1.10 * bounds.lower_bound
    assert bounds.makespan <= 0.85 * bounds.one_by_one


# --- a good day ---


def test_a_good_day_ends_with_the_batch_in_the_outfeed(tended: Rehearsed, batch: int) -> None:
    summary = tended.run.summary
    assert (summary.state, summary.held_because) == ("Complete", None)
    assert verdicts(tended.world) == {("outfeed", "accept"): batch}


def test_every_shaft_is_accounted_for(tended: Rehearsed, batch: int) -> None:
    assert Counter(map(equipment, tended.world.parts)) == {"outfeed": batch, "infeed": 40 - batch}
    assert {p.programs for p in tended.world.parts if p.outcomes} == {(("lathe", "OP10"),)}


def test_the_run_and_the_world_agree_on_every_part(tended: Rehearsed) -> None:
    believed = {part.id: part.where for part in tended.run.summary.parts}
    assert believed == {p.id: p.where.place for p in tended.world.parts if isinstance(p.where, RestsIn)}


def test_nothing_is_done_twice_and_nothing_forbidden(tended: Rehearsed) -> None:
    assert set(tended.world.executions.values()) == {1}
    assert tended.world.violations == ()
    assert tended.run.summary.violations == 0


def test_the_judge_finds_the_whole_day_clean(tended: Rehearsed, batch: int) -> None:
    verdict = tended.verdict()
    assert verdict.is_clean, verdict.text
    assert verdict.motions == len(tended.world.motions) > 6 * batch
    assert verdict.listed >= 4 * batch
    assert verdict.not_judged == ()


def test_the_day_is_as_short_as_planned(tended: Rehearsed) -> None:
    planned_for = tended.planned.released.motion_plan.tasks.bounds.makespan
    assert tended.run.summary.makespan_s <= 1.02 * planned_for


# --- a bad day ---


def test_a_bad_day_ends_with_the_batch_or_says_why_not(bad_day: Rehearsed, batch: int) -> None:
    summary = bad_day.run.summary
    good = verdicts(bad_day.world)[("outfeed", "accept")]
    if good < batch:
        assert summary.held_because, f"{good} good shafts, state {summary.state}, and not a word why"
        assert summary.aims == (Aim("outfeed.count", good, batch),)
        assert summary.goals_total - summary.goals_met == 3 * (batch - good), "three goals for each shaft that is missing"
    else:
        assert (good, summary.state, summary.held_because) == (batch, "Complete", None)


def test_no_bad_shaft_is_among_the_good_ones(bad_day: Rehearsed) -> None:
    found = verdicts(bad_day.world)
    assert found[("outfeed", "reject")] == 0
    assert found[("scrap", "accept")] == 0
    assert found[("scrap", "reject")] > 0


def test_every_shaft_of_a_bad_day_is_accounted_for(bad_day: Rehearsed) -> None:
    """39 were there. Whatever the run believes, each lies somewhere, and none fell."""
    assert sum(Counter(map(equipment, bad_day.world.parts)).values()) == 39
    assert Counter(map(equipment, bad_day.world.parts))["fallen"] == 0


def test_nothing_forbidden_happens_on_a_bad_day(bad_day: Rehearsed) -> None:
    assert bad_day.world.violations == ()
    assert set(bad_day.world.executions.values()) == {1}


@pytest.mark.slow
def test_the_judge_finds_the_bad_day_clean(bad_day: Rehearsed) -> None:
    verdict = bad_day.verdict()
    assert verdict.is_clean, verdict.text


@pytest.mark.slow
def test_the_same_day_twice_is_the_same_to_the_sample(tending: Planned, bad_day: Rehearsed) -> None:
    again = rehearsed(tending, bad_day.world.scenario)
    assert again.world.fingerprint() == bad_day.world.fingerprint()
    assert again.run.events == bad_day.run.events
