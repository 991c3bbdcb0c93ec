"""A hundred drawn scenarios in the suite, in rehearsal: each ends complete, held or stopped with its cause, and breaks no rule.

`python -m tests.scenarios` draws as many as one likes, over the examples too, and asks the independent judge.
"""

from pathlib import Path

import pytest

from cellwright.campaign.campaign import tried
from cellwright.campaign.drawing import DRAWS, Stage, drawn, possible_in
from tests.long import rest_is_long
from tests.scenarios.subjects import EXAMPLES, gantry

SEEDS = 100
PARTS = 10


@pytest.mark.parametrize("part", rest_is_long(range(PARTS)))
def test_whatever_goes_wrong_a_run_ends_with_its_cause_and_breaks_no_rule(part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        subject = gantry(1, "stop" if seed % 3 == 0 else "slow")
        end = tried(subject, drawn(seed, Stage(subject.cell, subject.plan.motion_plan.tasks))).end
        assert end.faults == (), end.scenario


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_command_finds_every_example_and_gives_orders_where_a_cell_has_a_queue(name: str, repository: Path) -> None:
    file, _, orders = EXAMPLES[name]
    intent = repository / "examples" / file
    assert intent.is_file()
    assert (orders is not None) == ((intent.parent / "orders.jsonl").is_file())


def test_the_seeds_of_the_suite_draw_all_that_can_happen_there() -> None:
    subject = gantry(1)
    stage = Stage(subject.cell, subject.plan.motion_plan.tasks)
    possible = {DRAWS[name][0] for name in possible_in(stage)}
    assert len(possible) >= 17
    kinds = {type(d) for seed in range(SEEDS) for d in drawn(seed, stage).disturbances}
    assert len(kinds) == len(possible)
