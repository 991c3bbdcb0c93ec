"""Example 11, from its texts to a rehearsal in which its belt stands. The world's own record is the witness."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cell.events import ClauseBroken, FiguresTold, HoldRaised, PlanReleased, SupplyReported
from cell.world_record import RestsIn
from cellwright.reading import read
from cellwright.running import read_scenario
from controller.rehearsal import Ask
from controller.tally import figures_of
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Rehearsed, rehearsed


@pytest.mark.parametrize("how", BOTH)
def test_valves_go_into_their_boxes_before_and_after_the_belt_stands(examples: Path, cache: Path, how: str) -> None:
    folder = examples / "11_rolling_production"
    plan = planned_by(how, folder / "rolling.intent", cache, is_continuous=True)
    scenario = read_scenario(str(folder / "the_belt_stands.toml")).expect()
    run = rehearsed(plan, scenario, (Ask(600.0, "finish"),))
    assert run.run.summary.state == "Complete"
    assert run.world.violations == ()
    lying = made(run)
    assert lying.keys() <= {"box", "rework", "belt"}
    figures = figures_of(run.run.events)
    assert (figures.output.good, figures.output.bad) == (lying["box"], lying["rework"])
    assert len([e for e in run.run.events if isinstance(e, PlanReleased)]) >= 2
    assert [(e.is_over, e.source) for e in run.run.events if isinstance(e, SupplyReported)] == [
        (False, "belt.count"),
        (True, "belt.count"),
    ]
    assert 250.0 < figures.seconds("starved") < 300.0


def made(run: Rehearsed) -> Counter[str]:
    """Where parts lie, and where those lay that somebody has taken away since."""
    lying = Counter(p.where.place for p in run.world.parts if isinstance(p.where, RestsIn))
    return lying + Counter({place: count for _, place, count in run.world.forgotten.parts})


@pytest.mark.slow
@pytest.mark.parametrize("how", BOTH)
def test_a_box_that_nobody_changes_blocks_the_run_until_somebody_does(examples: Path, cache: Path, how: str) -> None:
    folder = examples / "11_rolling_production"
    plan = planned_by(how, folder / "rolling.intent", cache, is_continuous=True)
    scenario = read_scenario(str(folder / "nobody_changes_the_box.toml")).expect()
    run = rehearsed(plan, scenario, (Ask(1500.0, "finish"),))
    assert run.run.summary.state == "Complete"
    assert [e for e in run.run.events if isinstance(e, HoldRaised | ClauseBroken)] == []  # what has waited is caught up
    assert run.world.violations == ()
    assert [(e.cause, e.what, e.is_over) for e in run.run.events if isinstance(e, SupplyReported)] == [
        ("blocked", "box", False),
        ("blocked", "box", True),
    ]
    figures = figures_of(run.run.events)
    assert figures.output.good == made(run)["box"] > 20
    assert 150.0 < figures.seconds("blocked") < 200.0
    last = [e for e in run.run.events if isinstance(e, FiguresTold)][-1]
    assert sum(s.seconds for s in last.spent if s.cause == "blocked") == figures.seconds("blocked")


def test_it_can_be_planned_as_it_stands(examples: Path) -> None:
    found = read(str(examples / "11_rolling_production" / "rolling.intent"), {})
    assert found.is_ok
    assert [d.code for d in found.diagnostics] == []
