"""Example 09, from its text to finished rehearsals. The world's own record is the witness, the judge looks at every motion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.events import StepFailed
from cellwright.running import read_scenario
from tests.end_to_end.gantries import BOTH, planned_by
from tests.end_to_end.line import Rehearsed, rehearsed
from tests.judge.from_world import recording_of
from tests.judge.judge import judge

DONE = (("spindle", "deburr rim"), ("spindle", "deburr slot"))


@pytest.mark.parametrize("how", BOTH)
def test_every_frame_loses_its_burrs_and_one_path_is_tried_again(examples: Path, cache: Path, how: str) -> None:
    folder = examples / "09_deburring"
    plan = planned_by(how, folder / "deburring.intent", cache)
    run = rehearsed(plan, read_scenario(str(folder / "a_burr_too_thick.toml")).expect())
    assert run.run.summary.state == "Complete"
    assert [e.event for e in run.run.events if isinstance(e, StepFailed)] == ["jam"]
    assert {part.id: part.programs for part in run.world.parts} == {f"frame#{k}": DONE for k in (1, 2, 3, 4)}
    assert run.world.violations == ()
    if how == "arms":
        assert run.verdict().is_clean, run.verdict().text
        assert_a_path_elsewhere_is_seen(run)


def assert_a_path_elsewhere_is_seen(run: Rehearsed) -> None:
    """The same motions, and a cell whose rim is 5 mm further in."""
    cell = run.planned.request.cell
    frame = cell.parts["frame"]
    moved = [replace(f, points=tuple((0.93 * x, y, z) for x, y, z in f.points)) if f.name == "rim" else f for f in frame.features]
    other = replace(cell, parts={**cell.parts, "frame": replace(frame, features=tuple(moved))})
    verdict = judge(recording_of(run.world, cell), other, Path(cell.file).parent, run.motions, run.planned.request.program)
    assert "distance of spindle.a from rim" in verdict.text
    assert np.isfinite([e.value for e in verdict.exceedances]).all()
