"""Whatever anything takes, the order carries the run. More seeds and examples: `python -m tests.end_to_end.random_durations`."""

from __future__ import annotations

import pytest

from tests.end_to_end.line import Planned
from tests.end_to_end.random_durations import ended, stretched


@pytest.mark.parametrize("seed", [1, 2])
def test_a_first_move_ends_well_whatever_its_steps_take(first_move: Planned, seed: int) -> None:
    assert ended(stretched(first_move, seed), seed).faults == ()


def test_machine_tending_ends_well_whatever_its_steps_take(tending: Planned) -> None:
    run = stretched(tending, 1)
    assert ended(run, 1).faults == ()
    assert run.run.summary.makespan_s > 1.1 * tending.released.motion_plan.tasks.bounds.makespan
