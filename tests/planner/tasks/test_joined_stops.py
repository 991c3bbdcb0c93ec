"""From any state that the assembly of two robots can be stopped in it is planned on, and the plan is as the proof wants it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cell.declared_state import declared_state
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import cell_of, request_of
from tests.planner.tasks.packing import refusals
from tests.planner.tasks.symbolic import play, state_after
from tests.planner.tasks.two_robot_kits import CELL, INTENT, drawn


@pytest.mark.parametrize("seed", [0, 28])
def test_it_goes_on_from_wherever_it_was_stopped(seed: int) -> None:
    """A cover in hand before its line is due, a tool half changed, a robot in a contact that has nothing to do any more."""
    cell = cell_of(CELL)
    rng, state = random.Random(seed), declared_state(cell)
    for _ in range(10):
        request = replace(request_of(INTENT, CELL, state), iterations=10)
        tasks = plan_tasks(request, Known(drawn(seed))).expect()
        assert refusals(tasks, request) == []
        played = play(cell, state, tasks, rng, stop_at=rng.uniform(0.0, 1.0) * tasks.bounds.makespan)
        assert played.broken == []
        state = state_after(cell, state, tasks, played)
