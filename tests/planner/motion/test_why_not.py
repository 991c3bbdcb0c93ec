"""Where motions are what is missing: the answer names the place and the lines, and what was looked at exhaustively is proved."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

import pytest

from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cellwright.robot_models import load_robot_model
from planner.motion.store import MemoryStore
from planner.plan import Means, plan
from tests.planner.tasks.cells import request_of

CELL = """
robot r1 {
  model "ur5e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 5 kg
}
tool grip {
  mounted r1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  shape cylinder radius 30 mm length 140 mm
  grips shaft
  force 20 N to 120 N
}
part shaft {
  mass 0.5 kg
  shape cylinder radius 20 mm length 100 mm
  grip 60 N
}
fixture left {
  at (400 mm, -300 mm, 50 mm)
  holds shaft
  contains shaft 1 parts
}
fixture right {
  at (400 mm, 300 mm, 50 mm)
  holds shaft
}
"""
PIT = "zone pit {\n  box from (300 mm, 200 mm, 0 mm) to (500 mm, 400 mm, 500 mm)\n  keep_out\n}\n"
INTENT = "move shaft to right\nwithin 100 s\nensure r1.speed <= 800 mm/s\n"


def planned(cell: str) -> Outcome[MotionPlan]:
    model = load_robot_model("ur5e", Path(), Path(gettempdir()) / "cellwright-test-models").expect()
    return plan(request_of(INTENT, cell, robots={"r1": model}), Means(MemoryStore(), map, lambda *_: None), (("test", "1"),))


@pytest.mark.parametrize(
    ("cell", "code", "fact"),
    [(CELL.replace("at (400 mm, 300 mm", "at (1200 mm, 300 mm"), "E320", 27), (CELL + PIT, "E420", 30)],
    ids=["out of reach", "in a zone"],
)
def test_a_place_that_no_motion_serves_is_proved_with_the_line_that_asks_for_it(cell: str, code: str, fact: int) -> None:
    outcome = planned(cell)
    assert outcome.why is not None
    assert outcome.why.kind == "proved impossible"
    (core,) = outcome.why.cores
    assert (core.code, [span.start.line for span in core.clauses], core.is_smallest) == (code, [1], True)
    assert fact in [span.start.line for span in core.facts]
