"""A plan of nothing but what a station does to itself, while a robot stands where an earlier plan has left it."""

from __future__ import annotations

from dataclasses import replace

from cell.declared_state import declared_state
from cell.steps import AtHub, Service
from tests.planner.tasks.cells import cell_of, plan
from tests.planner.tasks.robots import cell_text

CELL = cell_text(parts=0).replace("  offers inspect for 4 s\n", "  offers inspect for 4 s\n  offers calibrate for 5 s\n")


def test_where_no_part_is_worked_on_there_is_a_plan_all_the_same() -> None:
    state = replace(declared_state(cell_of(CELL)), stances={"left": AtHub("nest")})
    made = plan("calibrate nest\n", CELL, state).expect()
    assert any(isinstance(step.action, Service) for step in made.steps)
