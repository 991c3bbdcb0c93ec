"""Cells that are not the example: two machines crossed, a buffer, no doors, square parts, one hand, several loops."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from cell.declared_state import declared_state
from cell.steps import Carried, Move
from tests.planner.tasks.cells import TENDING, cell_of, plan
from tests.planner.tasks.symbolic import collisions_of_order, play

MILL = """
machine mill {
  at (-950 mm, 0 mm, 250 mm)
  capacity 1
  clamp signal mill.vice
  spindle signal mill.running
  program OP50 for 20 s
}
part cube {
  mass 0.5 kg
  shape box (40 mm, 40 mm, 40 mm)
}
tray cubes {
  at (-500 mm, -350 mm, 50 mm)
  grid 4x2
  pitch [60 mm, 60 mm]
  holds cube
  contains cube 6 parts
}
tray done is cubes {
  at (-500 mm, 350 mm, 50 mm)
}
tray buffer {
  at (-200 mm, -600 mm, 50 mm)
  grid 2x1
  pitch [60 mm, 60 mm]
  holds [shaft, cube]
}
"""
TWO = (TENDING + MILL).replace("grips shaft", "grips [shaft, cube]").replace("contains shaft 40 parts", "contains shaft 6 parts")
ONE_HAND = TWO.replace("  hands 2\n", "")
NO_DOOR = TWO.replace("  door signal lathe.door\n", "")

CROSSED = """
for each s in infeed {
  process s at lathe
  process s at mill
  move s to outfeed
}
for each c in cubes {
  process c at mill
  process c at lathe
  move c to done
}
"""
BUFFERED = """
for each s in infeed {
  process s at lathe
  move s to buffer
  process s at mill
  move s to outfeed
}
"""
IN_ORDER = """
in order {
  for each s in infeed {
    process s at lathe
    move s to outfeed
  }
  for each c in cubes, in order {
    process c at mill
    inspect c at gauge
    when c.verdict is reject {
      move c to scrap
    } otherwise {
      move c to done
    }
  }
}
"""
TASK = """
task through(p: shaft) {
  process p at lathe
  move p to outfeed
}
for each s in infeed {
  do through(s)
}
"""
PLAIN = "move shaft to outfeed\n"
CASES = {"crossed": CROSSED, "buffered": BUFFERED, "in order": IN_ORDER, "task": TASK, "plain": PLAIN}
CELLS = {"two hands": TWO, "one hand": ONE_HAND, "no door": NO_DOOR}


@pytest.mark.parametrize("cell_name", CELLS)
@pytest.mark.parametrize("case", CASES)
def test_every_part_comes_through_without_deadlock(case: str, cell_name: str) -> None:
    text = CELLS[cell_name].replace("holds shaft\n}\nmachine", "holds [shaft, cube]\n}\nmachine")
    outcome = plan(CASES[case], text, iterations=20)
    assert outcome.is_ok, outcome.diagnostics
    task_plan, cell = outcome.expect(), cell_of(text)
    for seed in range(4):
        played = play(cell, declared_state(cell), task_plan, random.Random(seed))
        assert played.broken == []
        assert collisions_of_order(cell, task_plan, played) == []
    assert task_plan.bounds.lower_bound <= task_plan.bounds.makespan


def test_a_loop_in_order_does_not_pipeline() -> None:
    task_plan = plan(IN_ORDER, TWO.replace("holds shaft\n}\nmachine", "holds [shaft, cube]\n}\nmachine")).expect()
    ends: dict[str, float] = {}
    starts: dict[str, float] = {}
    for step in task_plan.steps:
        ends[step.part or ""] = max(ends.get(step.part or "", 0.0), step.start + step.duration)
        starts.setdefault(step.part or "", step.start)
    cubes = [f"cube#{i}" for i in range(1, 7)]
    shafts = [p for p in starts if p.startswith("shaft")]
    assert max(ends[p] for p in shafts) <= min(starts[c] for c in cubes) + 1e-9
    for earlier, later in pairwise(cubes):
        assert ends[earlier] <= starts[later] + 1e-9


def test_a_square_part_keeps_the_grasp_it_was_taken_by() -> None:
    task_plan = plan("for each c in cubes {\n  process c at mill\n  move c to done\n}\n", TWO).expect()
    first = next(s for s in task_plan.steps if isinstance(s.action, Move) and s.action.need.carried)
    assert isinstance(first.action, Move)
    bad = first.action.need
    assert bad.carried == (Carried("twin.a", "cube", 0),)
    second = plan("for each c in cubes {\n  process c at mill\n  move c to done\n}\n", TWO, forbidden=frozenset({bad})).expect()
    grasp: dict[str, int] = {}
    for step in second.steps:
        if isinstance(step.action, Move) and step.action.need.touch is not None and step.part is not None:
            key = f"{step.part} {step.operation}"
            assert grasp.setdefault(key, step.action.need.touch.grasp) == step.action.need.touch.grasp
    assert bad not in {s.action.need for s in second.steps if isinstance(s.action, Move)}


def test_two_parts_are_never_carried_beyond_the_payload() -> None:
    weak = TWO.replace("payload 10 kg", "payload 3.0 kg")
    task_plan = plan(CROSSED, weak, iterations=20).expect()
    masses = {"shaft": 1.2, "cube": 0.5}
    loads = [sum(masses[c.kind] for c in s.action.need.carried) for s in task_plan.steps if isinstance(s.action, Move)]
    assert max(loads) <= 3.0 - 1.4 + 1e-9
    assert any(len(s.action.need.carried) == 1 for s in task_plan.steps if isinstance(s.action, Move))


def test_a_robot_named_by_the_goal_is_the_one_that_moves() -> None:
    second = """
robot r2 {
  model "ur10e"
  driver sim
  base (0 mm, 2000 mm, 0 mm)
}
tool claw {
  mounted r2
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  grips shaft
  force 20 N to 120 N
}
"""
    task_plan = plan("move shaft to outfeed by r2\n", TENDING + second).expect()
    assert {s.robot for s in task_plan.steps if s.robot} == {"r2"}
    assert {s.robot for s in plan(PLAIN, TENDING + second).expect().steps if s.robot} == {"r1"}
    assert {s.robot for s in plan(PLAIN, TENDING + second, without=frozenset({"r1"})).expect().steps if s.robot} == {"r2"}


def test_a_plain_goal_does_not_take_the_part_of_a_loop() -> None:
    intent = """
move shaft to gauge
for each s in infeed until outfeed.count >= 2 parts {
  process s at lathe
  move s to outfeed
}
"""
    task_plan = plan(intent).expect()
    assert [p.id for p in task_plan.parts] == ["shaft#1", "shaft#2", "shaft#40"]
    assert [o.part for o in task_plan.operations if o.target == "gauge"] == ["shaft#40"]


def test_two_loops_over_one_set_follow_one_another_for_each_part() -> None:
    intent = """
for each s in infeed {
  process s at lathe
}
for each s in infeed {
  process s at mill
  move s to outfeed
}
"""
    task_plan = plan(intent, TWO).expect()
    for part in task_plan.parts:
        mine = [o for o in task_plan.operations if o.part == part.id]
        assert [o.verb for o in mine] == ["process", "process", "move"]
        assert len({loop for o in mine for loop, _ in o.serves}) == 2
