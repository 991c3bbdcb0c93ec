"""The door of a machine that a later line asks for is opened when that line is due, not before."""

from __future__ import annotations

import pytest

from cell.steps import SetDoor
from tests.constructs.test_rework import bench

ONE_LOOP = "for each s in infeed {\n  inspect s at gauge\n  process s at brush\n  move s to outfeed\n}\n"
TWO_LOOPS = ONE_LOOP.replace("  process", "  move s to outfeed\n}\nfor each s in infeed {\n  process")


@pytest.mark.parametrize("intent", [ONE_LOOP, TWO_LOOPS])
def test_a_machine_with_a_door_may_be_asked_for_by_any_line(intent: str) -> None:
    ran = bench(intent).run()
    assert ran.record.summary.state == "Complete"
    assert ran.truth.violations == ()
    assert sorted(ran.lying["outfeed"]) == ["shaft#1", "shaft#2", "shaft#3"]


def test_the_first_door_waits_for_the_first_inspection_and_no_other() -> None:
    steps = bench(ONE_LOOP).planned().expect().tasks.steps
    told = {s.id for s in steps if type(s.action).__name__ == "Inspect"}
    first = next(s for s in steps if isinstance(s.action, SetDoor))
    assert len(told.intersection(first.predecessors)) == 1
