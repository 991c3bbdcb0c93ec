"""No false refusals: a plan made from any state that a run can be stopped in is released, and so is the one after it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cell.declared_state import declared_state
from planner.proof.release import release
from tests.planner.proof.gantry import INTENT, VERSIONS, cell, planned, request
from tests.planner.proof.test_release import CERTIFICATES
from tests.planner.tasks.symbolic import play, state_after

EVERY_SHAFT = INTENT.replace(" until outfeed.count >= 2 parts", "")


@pytest.mark.parametrize("seed", range(4))
def test_plans_from_any_stop_are_released(seed: int) -> None:
    """Random stops, random rejects, random durations, until nothing is open."""
    rng, state = random.Random(seed), declared_state(cell())
    for _ in range(12):
        case = planned(replace(request(EVERY_SHAFT, state), iterations=10))
        outcome = release(case.plan, case.request, CERTIFICATES, versions=VERSIONS)
        assert outcome.is_ok, [f"{d.code} {d.message}" for d in outcome.diagnostics]
        if not case.plan.tasks.steps:
            break
        stop_at = rng.uniform(0.0, 1.0) * case.plan.tasks.bounds.makespan
        state = state_after(cell(), state, case.plan.tasks, play(cell(), state, case.plan.tasks, rng, stop_at=stop_at))
