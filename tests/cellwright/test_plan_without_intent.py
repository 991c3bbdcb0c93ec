"""A plan is proved again against the text that it came from; one that names no text is refused before anything is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cell.plan_file import with_plan_id, write_plan
from cellwright.session import load_plan
from tests.controller.small_planner import small_plan
from tests.controller.tending import spec


def test_a_plan_that_names_no_intent_is_refused(tmp_path: Path) -> None:
    plan = small_plan(spec().state, 3)
    assert plan is not None
    file = tmp_path / "some.plan"
    file.write_text(write_plan(with_plan_id(replace(plan, sources=(("some.cell", "0" * 64),)))), "utf-8")
    assert [d.code for d in load_plan(str(file)).diagnostics] == ["E673"]
