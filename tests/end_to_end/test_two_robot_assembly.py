"""Example 04: two robots put three units together in one nest, with nothing in the way and with a jam and a bad screw."""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.scenario import DriveSpoiled, Jam, Scenario
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Planned, planned, rehearsed

FILE = Path(__file__).parents[2] / "examples" / "04_two_robot_assembly" / "assembly.intent"


@pytest.fixture(scope="module", params=BOTH)
def plan(request: pytest.FixtureRequest, cache: Path) -> Planned:
    return planned_by(request.param, FILE, cache)


def test_two_robots_put_three_units_together(plan: Planned) -> None:
    run = rehearsed(plan)
    assert run.run.summary.state == "Complete"
    assert sum(e.what == "joined" for e in run.world.effects) == 12
    assert run.world.violations == ()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [Scenario(), Scenario(5, (Jam("ra", 1), DriveSpoiled("driver_b", 2, "jam")))])
def test_the_two_never_meet(cache: Path, scenario: Scenario) -> None:
    """What jams is followed on its way out as well."""
    verdict = rehearsed(planned(str(FILE), cache), scenario).verdict()
    assert verdict.is_clean, verdict.text


def test_what_jams_is_tried_again_and_the_units_get_done(plan: Planned) -> None:
    run = rehearsed(plan, Scenario(5, (Jam("ra", 1), DriveSpoiled("driver_b", 2, "jam"))))
    assert run.run.summary.state == "Complete"
    assert sum(e.what == "joined" for e in run.world.effects) == 12
    assert run.world.violations == ()
