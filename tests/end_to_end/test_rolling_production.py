"""Example 11, from its texts to a rehearsal in which its belt stands. The world's own record is the witness."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cell.events import PlanReleased, SupplyReported
from cell.world_record import RestsIn
from cellwright.reading import read
from cellwright.running import read_scenario
from controller.rehearsal import Ask
from controller.tally import figures_of
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import rehearsed


@pytest.mark.parametrize("how", BOTH)
def test_valves_go_into_their_boxes_before_and_after_the_belt_stands(examples: Path, cache: Path, how: str) -> None:
    folder = examples / "11_rolling_production"
    plan = planned_by(how, folder / "rolling.intent", cache, is_continuous=True)
    scenario = read_scenario(str(folder / "the_belt_stands.toml")).expect()
    run = rehearsed(plan, scenario, (Ask(510.0, "finish"),))
    assert run.run.summary.state == "Complete"
    assert run.world.violations == ()
    lying = Counter(p.where.place for p in run.world.parts if isinstance(p.where, RestsIn))
    assert lying.keys() <= {"box", "rework", "belt"}
    figures = figures_of(run.run.events)
    assert (figures.output.good, figures.output.bad) == (lying["box"], lying["rework"])
    assert len([e for e in run.run.events if isinstance(e, PlanReleased)]) >= 2
    assert [(e.is_over, e.source) for e in run.run.events if isinstance(e, SupplyReported)] == [
        (False, "belt.count"),
        (True, "belt.count"),
    ]
    assert 250.0 < figures.seconds("starved") < 300.0


def test_it_can_be_planned_as_it_stands(examples: Path) -> None:
    found = read(str(examples / "11_rolling_production" / "rolling.intent"), {})
    assert found.is_ok
    assert [d.code for d in found.diagnostics] == []
