"""Drawn scenarios of the examples, on gantries, for which they are planned at once: each run ends complete, held or stopped with
its cause, and breaks no rule. With the examples' own arms and the independent judge, `python -m tests.scenarios`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellwright.campaign.campaign import tried
from cellwright.campaign.drawing import Stage, drawn
from tests.scenarios.subjects import EXAMPLES, example_on_gantries, rolling_on_gantries, with_an_end

SEEDS = 99
PARTS = 6
TAKES_LONG = ("palletizing", "deburring", "two_arms")
"""A run of one of them takes as long as three or ten of another."""


def placed(part: int, name: str) -> object:
    """A share is quick, as large a one long, the rest slow."""
    place = part + (name in TAKES_LONG)
    return pytest.param(part, name, marks=() if not place else pytest.mark.long if place == 1 else pytest.mark.slow)


@pytest.mark.parametrize(("part", "name"), [placed(part, name) for part in range(PARTS) for name in EXAMPLES])
def test_whatever_goes_wrong_an_example_ends_with_its_cause_and_breaks_no_rule(part: int, name: str, repository: Path) -> None:
    """The seeds go round over the examples."""
    subject = example_on_gantries(name, repository / "examples")
    stage = Stage(subject.cell, subject.plan.motion_plan.tasks)
    own = range(list(EXAMPLES).index(name), SEEDS, len(EXAMPLES))
    for seed in own[part::PARTS]:
        end = tried(subject, drawn(seed, stage)).end
        assert end.faults == (), end.scenario


@pytest.mark.parametrize("seed", [pytest.param(s, marks=pytest.mark.long if s == 5 else pytest.mark.slow) for s in range(12)])
def test_whatever_goes_wrong_production_without_end_comes_to_its_end_or_says_why(seed: int, repository: Path) -> None:
    subject = rolling_on_gantries(repository / "examples")
    end = tried(subject, with_an_end(drawn(seed, Stage(subject.cell, subject.plan.motion_plan.tasks)))).end
    assert end.faults == (), end.scenario
