"""A fixture with two places: two kits are in it at once, unless it has a clamp, which is for one."""

from __future__ import annotations

import pytest

from cell.motion_plan import MotionPlan
from cell.steps import Move, Touch
from tests.constructs.bench import Bench, bench_cell
from tests.constructs.test_fastening import INTENT, PLATE, TOOL

TWIN = PLATE.replace("box (160 mm, 120 mm, 100 mm)", "box (460 mm, 120 mm, 100 mm)\n  capacity 2")
UNCLAMPED = TWIN.replace("  clamp signal nest.clamp\n", "")


def test_one_clamp_for_two_places_is_refused_where_it_is_declared() -> None:
    with pytest.raises(ValueError, match="E415"):
        bench_cell(TWIN, TOOL)


def _brought_to(plan: MotionPlan) -> set[str]:
    touched = (s.action.need.touch for s in plan.tasks.steps if isinstance(s.action, Move))
    return {t.place for t in touched if isinstance(t, Touch) and (t.pair, t.end) == ("part and place", "end")}


def test_without_a_clamp_both_places_are_used_and_every_screw_goes_in() -> None:
    bench = Bench.of(UNCLAMPED, TOOL, INTENT)
    assert _brought_to(bench.planned().expect()) >= {"nest[1]", "nest[2]"}
    ran = bench.run()
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
    assert sorted(ran.lying["done"]) == ["plate#1", "plate#2"]
