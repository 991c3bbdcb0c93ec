"""Whatever anything takes, the order carries the run. More seeds and examples: `python -m tests.end_to_end.random_durations`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Planned
from tests.end_to_end.random_durations import ended, stretched

EXAMPLES = (
    "03_palletizing/palletizing.intent",
    "04_two_robot_assembly/assembly.intent",
    "05_kitting_with_a_person/kitting.intent",
    "06_sampling_and_rework/sampling.intent",
    "07_sorting/sorting.intent",
    "09_deburring/deburring.intent",
)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_first_move_ends_well_whatever_its_steps_take(first_move: Planned, seed: int) -> None:
    assert ended(stretched(first_move, seed), seed).faults == ()


def test_machine_tending_ends_well_whatever_its_steps_take(tending: Planned) -> None:
    run = stretched(tending, 1)
    assert ended(run, 1).faults == ()
    assert run.run.summary.makespan_s > 1.1 * tending.released.motion_plan.tasks.bounds.makespan


@pytest.mark.long
@pytest.mark.parametrize("how", BOTH)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_ends_well_whatever_its_steps_take(examples: Path, cache: Path, name: str, how: str) -> None:
    file = examples / name
    orders = file.parent / "orders.jsonl"
    run = stretched(planned_by(how, file, cache, orders if orders.is_file() else None), 1)
    assert ended(run, 1).faults == ()
