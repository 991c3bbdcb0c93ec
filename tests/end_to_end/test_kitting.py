"""Example 05, from its text and its orders to three kits that a person has sealed: on a good day, and with an order that comes in
mid-run, somebody near the shelf and a kit that is rejected. The world's own record is the witness."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cell.events import DemandBound, HoldRaised, OrderArrived, OrderDone
from cell.state import InPart
from cell.world_record import RestsIn
from cellwright.running import read_scenario
from controller.rehearsal import Ask
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Planned, Rehearsed, planned, rehearsed

FOLDER = "05_kitting_with_a_person"


@pytest.fixture(scope="module", params=BOTH)
def kits(request: pytest.FixtureRequest, examples: Path, cache: Path) -> Planned:
    folder = examples / FOLDER
    return planned_by(request.param, folder / "kitting.intent", cache, folder / "orders.jsonl")


@pytest.fixture(scope="module")
def good_day(kits: Planned) -> Rehearsed:
    return rehearsed(kits)


@pytest.fixture(scope="module")
def bad_day(kits: Planned, examples: Path) -> Rehearsed:
    return disturbed(kits, examples)


def disturbed(kits: Planned, examples: Path) -> Rehearsed:
    scenario = read_scenario(str(examples / FOLDER / "rush_order_somebody_near_and_a_reject.toml")).expect()
    return rehearsed(kits, scenario, [Ask(130.0 + 60.0 * k, "resume") for k in range(12)])


def done(run: Rehearsed) -> list[str]:
    return [event.order for event in run.run.events if isinstance(event, OrderDone)]


def packed(run: Rehearsed) -> dict[str, Counter[str]]:
    """Order -> the kinds that lie in its kit."""
    kit = {event.of.part: event.demand.partition(".")[0] for event in run.run.events
           if isinstance(event, DemandBound) and event.demand.endswith(".kit")}  # fmt: skip
    found: dict[str, Counter[str]] = {}
    for part in run.run.summary.parts:
        if isinstance(part.location, InPart):
            found.setdefault(kit[part.location.part], Counter())[part.kind] += 1
    return found


def test_every_kit_holds_what_its_order_asks_for_and_the_one_due_first_is_first(good_day: Rehearsed) -> None:
    assert good_day.run.summary.state == "Complete"
    assert done(good_day)[0] == "WO-4712"
    assert packed(good_day) == {
        "WO-4711": Counter(bracket=2, manual=1),
        "WO-4712": Counter(bracket=1, bolt_bag=1, manual=1),
        "WO-4713": Counter(bolt_bag=2),
    }


def test_the_finished_kits_are_where_the_operator_takes_them(good_day: Rehearsed) -> None:
    finished = [p.id for p in good_day.world.parts if p.where == RestsIn("finished")]
    assert len(finished) == 3
    assert good_day.world.violations == ()


def test_a_rush_order_comes_before_one_that_is_not_due(bad_day: Rehearsed) -> None:
    assert [event.order.id for event in bad_day.run.events if isinstance(event, OrderArrived)] == ["RUSH"]
    assert bad_day.run.summary.state == "Complete"
    assert sorted(done(bad_day)) == ["RUSH", "WO-4711", "WO-4712"]
    assert {order.id: order.state for order in bad_day.run.summary.orders}["WO-4713"] == "waiting"
    assert packed(bad_day)["RUSH"] == Counter(bracket=1)


def test_who_steps_in_and_what_is_rejected_is_held_and_goes_on(bad_day: Rehearsed) -> None:
    held = [event.text for event in bad_day.run.events if isinstance(event, HoldRaised)]
    assert "Repair the kit, then Resume" in held
    assert any("near" in text for text in held)
    assert bad_day.world.violations == ()


@pytest.mark.slow
@pytest.mark.parametrize("is_bad", [False, True])
def test_the_judge_finds_the_day_clean(examples: Path, cache: Path, is_bad: bool) -> None:
    folder = examples / FOLDER
    kits = planned(str(folder / "kitting.intent"), cache, orders=str(folder / "orders.jsonl"))
    verdict = (disturbed(kits, examples) if is_bad else rehearsed(kits)).verdict()
    assert verdict.is_clean, verdict.text
