"""Scenarios are drawn, written as files that read the same, and made smaller when a run goes wrong under them."""

import tomllib
from dataclasses import replace

import pytest

from cell.scenario import (
    ClockJump,
    DiskFull,
    GripLost,
    Late,
    OperatorAsks,
    OrderComes,
    OutfeedStops,
    PersonEnters,
    Reject,
    Scenario,
    Stall,
)
from cell.scenario_file import TABLES, not_in_cell, scenario_from_mapping
from cellwright.campaign.drawing import DRAWS, MOST, Stage, drawn, possible_in
from cellwright.campaign.scenario_text import scenario_text
from cellwright.campaign.shrinking import shrunk
from tests.constructs.test_outfeeds import bench
from tests.scenarios.subjects import gantry


def stage() -> Stage:
    subject = gantry(1)
    return Stage(subject.cell, subject.plan.motion_plan.tasks)


def read(text: str) -> Scenario:
    return scenario_from_mapping(tomllib.loads(text)).expect()


def test_a_seed_draws_one_scenario_that_the_cell_can_have() -> None:
    for seed in range(60):
        scenario = drawn(seed, stage())
        assert scenario == drawn(seed, stage())
        assert scenario.seed == seed
        assert not_in_cell(scenario, stage().cell) == ()
        others = [d for d in scenario.disturbances if not isinstance(d, OperatorAsks)]
        assert len(others) <= MOST


def test_seeds_differ() -> None:
    assert len({drawn(seed, stage()).disturbances for seed in range(50)}) > 45


def test_every_table_of_a_drawing_is_one_of_a_scenario_file() -> None:
    assert DRAWS.keys() <= TABLES.keys()
    assert TABLES.keys() - DRAWS.keys() == {"reject_share", "identified", "order_added", "order_withdrawn", "supply_stops"}


def test_only_what_is_named_is_drawn_and_what_cannot_be_is_refused() -> None:
    for seed in range(30):
        found = {type(d) for d in drawn(seed, stage(), ("person_enters",)).disturbances}
        assert found <= {PersonEnters, OperatorAsks}
    with pytest.raises(ValueError, match="coupling_fails"):
        drawn(0, stage(), ("coupling_fails",))


def test_where_parts_are_taken_away_that_may_stop_and_all_else_is_drawn_as_before() -> None:
    cell, plan = bench().cell, bench().released().expect().motion_plan.tasks
    crate = replace(cell.equipment["crate"], attributes={})
    before, now, often = Stage(replace(cell, equipment={**cell.equipment, "crate": crate}), plan), Stage(cell, plan), 0
    for seed in range(60):
        found = drawn(seed, now).disturbances
        often += any(isinstance(d, OutfeedStops) for d in found)
        assert tuple(d for d in found if not isinstance(d, OutfeedStops)) == drawn(seed, before).disturbances
    assert 8 < often < 30
    assert {type(d) for d in drawn(1, now, ("outfeed_stops",)).disturbances} <= {OutfeedStops, OperatorAsks}


def test_nothing_is_drawn_that_the_plan_gives_no_occasion_for() -> None:
    bare = replace(stage().cell, zones={}, people={})
    assert "person_enters" not in possible_in(Stage(bare, stage().plan))
    assert "drive_spoiled" not in possible_in(stage())


def test_what_lies_under_other_parts_is_never_missing() -> None:
    plain = Stage(gantry(2).cell, gantry(2).plan.motion_plan.tasks)
    below, above, *_ = plain.starts
    feed = plain.cell.equipment[plain.cell.places[above].equipment]
    places = tuple(replace(place, lies_on=(below,)) if place.name == above else place for place in feed.places)
    stacked = replace(plain.cell, equipment={**plain.cell.equipment, feed.name: replace(feed, places=places)})
    assert above in Stage(stacked, plain.plan).starts
    assert below not in Stage(stacked, plain.plan).starts


def test_a_drawn_scenario_survives_its_file() -> None:
    for seed in range(100):
        scenario = drawn(seed, stage())
        again = read(scenario_text(scenario))
        assert again.seed == scenario.seed
        assert sorted(map(repr, again.disturbances)) == sorted(map(repr, scenario.disturbances))


def test_so_do_orders_and_names_with_quotes() -> None:
    odd = Scenario(3, (OrderComes("RUSH", 40.0, (("shaft", 2), ("big shaft", 1)), 60.0), Reject(2, None), Late('a"b\n', 2.0)))
    assert sorted(map(repr, read(scenario_text(odd)).disturbances)) == sorted(map(repr, odd.disturbances))


LARGE = Scenario(
    7,
    (
        Late("lathe", 3.0),
        GripLost("grip", 2, "at grip"),
        *(OperatorAsks(30.0 * k, "resume") for k in range(1, 9)),
        Stall("g1", 12.345, 3.2),
        ClockJump(4.0, 3600.0),
    ),
)


def test_a_scenario_shrinks_to_what_makes_it_go_wrong() -> None:
    def fails(scenario: Scenario) -> bool:
        kinds = {type(d) for d in scenario.disturbances}
        return {GripLost, Stall} <= kinds

    small = shrunk(LARGE, fails)
    assert small == Scenario(7, (GripLost("grip", 2, "at grip"), Stall("g1", 12.0, 3.0)))


def test_a_spell_that_is_made_simpler_still_ends_after_its_start() -> None:
    spell = Scenario(0, (DiskFull(1.1, 1.4),))
    assert shrunk(spell, lambda s: bool(s.disturbances)) == spell
    longer = Scenario(0, (DiskFull(1.13, 4.42),))
    assert shrunk(longer, lambda s: bool(s.disturbances)) == Scenario(0, (DiskFull(1.0, 4.0),))


def test_shrinking_keeps_to_its_budget_and_always_gives_one_that_fails() -> None:
    tries: list[Scenario] = []

    def fails(scenario: Scenario) -> bool:
        tries.append(scenario)
        return len(scenario.disturbances) >= 5

    small = shrunk(LARGE, fails, steps=20)
    assert len(tries) <= 20
    assert 5 <= len(small.disturbances) < len(LARGE.disturbances)
