"""Two robots and branches that hold work: the choice of one keeps the other apart, whichever branch is taken."""

from __future__ import annotations

from random import Random

import pytest

from planner.proof.release import release
from tests.planner.proof.gantry import VERSIONS
from tests.planner.proof.two_gantries import cell, planned, request
from tests.planner.tasks.symbolic import play

LOOP = """
for each {v} in {source} {{
  inspect {v} at gauge
  when {v}.verdict is reject {{
    move {v} to {tray}
    inspect {v} at gauge
  }}
  when {v}.verdict is reject {{
    move {v} to scrap
  }} otherwise {{
    move {v} to {tray}
  }}
}}
"""
INTENT = 'use "two.cell"' + LOOP.format(v="s", source="in_l", tray="out_l") + LOOP.format(v="t", source="in_r", tray="out_r")


class _Granted:
    """Certificates of single motions and pairs, for it is the order that is tried here."""

    def get(self, key: str) -> bytes | None:
        return b"[[], null]"

    def put(self, key: str, value: bytes) -> None: ...


@pytest.mark.slow
def test_a_plan_of_two_robots_with_rework_is_proved_and_holds_whatever_anything_takes() -> None:
    case = planned(request(INTENT))
    released = release(case.plan, case.request, _Granted(), map, lambda *_: None, VERSIONS)
    assert released.value is not None, [(d.code, d.message) for d in released.diagnostics][:6]
    assert len(case.plan.tasks.choices) == 8
    for seed in range(60):
        assert play(cell(), case.request.state, case.plan.tasks, Random(seed)).broken == []
