"""Small cells and intents as texts, compiled; and motion times that need no robot: plausible and repeatable."""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import cache

from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.model import CellModel
from cell.program import IntentProgram
from cell.standard_verbs import STANDARD
from cell.state import CellState, PartState, PlanningRequest
from cell.steps import AtHub, MotionNeed, stance_name
from cell.task_plan import TaskPlan
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks

TENDING = """
robot r1 {
  model "ur10e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 10 kg
  max_speed 1000 mm/s
}
tool twin {
  mounted r1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.4 kg
  shape cylinder radius 50 mm length 150 mm
  grips shaft
  hands 2
  force 20 N to 120 N
}
part shaft {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
tray infeed {
  at (500 mm, -350 mm, 50 mm)
  grid 5x8
  pitch [60 mm, 60 mm]
  holds shaft
  contains shaft 40 parts
}
tray outfeed is infeed {
  at (500 mm, 350 mm, 50 mm)
}
bin scrap {
  at (200 mm, 600 mm, 100 mm)
  holds shaft
}
machine lathe {
  at (950 mm, 0 mm, 250 mm)
  capacity 1
  door signal lathe.door
  clamp signal lathe.chuck
  spindle signal lathe.running
  program OP10 for 42 s
  guard lathe_door_zone
}
station gauge {
  at (800 mm, 500 mm, 100 mm)
  capacity 1
  offers inspect for 4 s
  verdict signal gauge.verdict
}
zone lathe_door_zone {
  box from (750 mm, -250 mm, 0 mm) to (1300 mm, 250 mm, 800 mm)
}
zone column {
  box from (-900 mm, -900 mm, 0 mm) to (-700 mm, -700 mm, 2000 mm)
  keep_out
}
"""

TEND = """
for each s in infeed until outfeed.count >= {batch} parts {{
  process s at lathe using OP10
  inspect s at gauge
  when s.verdict is reject {{
    move s to scrap
  }} otherwise {{
    move s to outfeed
  }}
}}
prefer busy lathe
ensure r1.speed <= 800 mm/s
never r1 in lathe_door_zone and lathe.spindle is running
on grip_lost: retry 2, then hold "Check gripper pads"
on part_missing: skip
"""


@cache
def cell_of(text: str = TENDING) -> CellModel:
    tree = parse_cell(SourceFile.of("test.cell", text), STANDARD)
    return compile_cell([tree.expect()], STANDARD).expect()


@cache
def program_of(intent: str, cell_text: str = TENDING) -> IntentProgram:
    cell = cell_of(cell_text)
    tree = parse_intent(SourceFile.of("test.intent", intent), STANDARD).expect()
    outcome = check_intent(tree, [], cell, STANDARD, overrides={}, sources=[])
    assert not any(d.is_error for d in outcome.diagnostics), outcome.diagnostics
    return outcome.expect()


def request_of(intent: str, cell_text: str = TENDING, state: CellState | None = None, **more: object) -> PlanningRequest:
    cell = cell_of(cell_text)
    request = PlanningRequest(program_of(intent, cell_text), cell, {}, state or declared_state(cell), iterations=60)
    return replace(request, **more)  # type: ignore[arg-type]


def seconds(need: MotionNeed) -> float:
    """1 to 3 s, fixed for each pair of stances; a little more with a load. A stand-in for a time law."""
    spread = zlib.crc32(f"{stance_name(need.start)}>{stance_name(need.end)}".encode()) % 1000 / 1000
    travel = isinstance(need.end, AtHub) and need.touch is None
    return round((1.2 + 1.3 * spread if travel else 1.0 + 0.6 * spread) + 0.1 * len(need.carried), 3)


def plan(intent: str, cell_text: str = TENDING, state: CellState | None = None, **more: object) -> Outcome[TaskPlan]:
    forbidden = more.pop("forbidden", frozenset())
    return plan_tasks(request_of(intent, cell_text, state, **more), Known(seconds, forbidden))  # type: ignore[arg-type]


def changed(state: CellState, *parts: PartState, devices: object = None, stances: object = None) -> CellState:
    """`state` with these parts in place of those with the same id, and other devices or stances where given."""
    new = {p.id: p for p in parts}
    return CellState(
        tuple(new.get(p.id, p) for p in state.parts),
        {**state.stances, **(stances or {})},  # type: ignore[dict-item]
        {**state.devices, **(devices or {})},  # type: ignore[dict-item]
    )
