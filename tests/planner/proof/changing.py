"""A gantry with two tools and a changer: boxes for the one, discs for the other, with real plans and simple motions."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from cell.codec import digest
from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.docking import T_world_flange
from cell.geometry import Array, Body, Cylinder, Pose
from cell.grasps import T_part_tcp
from cell.model import CellModel, Hand, Tool
from cell.motion_plan import MotionPlan, ZoneVisit
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, AtPocket, MotionNeed, Move, Stance
from cell.task_plan import TaskPlan
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof import bench
from tests.planner.proof.gantry import SAFE_HEIGHT, VERSIONS, Case, gantry_model
from tests.planner.proof.told_least import told_least

_TOOL = """
tool {name} {{
  {where}
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.0 kg
  shape cylinder radius 30 mm length 150 mm
  grips {grips}
  force 20 N to 120 N
}}
"""
_TRAY = """
tray {name} {{
  at ({x} mm, {y} mm, 50 mm)
  shape box (100 mm, 500 mm, 20 mm)
  grid 1x2
  pitch [160 mm, 160 mm]
  holds {kind}
  {contents}
}}
"""
CELL = (
    """
robot g1 {
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  home [0 deg, 0 deg, 0 deg, 0 deg]
  payload 10 kg
  max_speed 1000 mm/s
}
part box {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
part disc {
  mass 0.5 kg
  shape cylinder radius 30 mm length 40 mm
  grip 60 N
}
changer rack {
  at (600 mm, 0 mm, 0 mm)
  shape box (400 mm, 120 mm, 100 mm)
  stores [wide, flat]
  serves g1
  swap 6 s
}
"""
    + _TOOL.format(name="wide", where="mounted g1", grips="box")
    + _TOOL.format(name="flat", where="in rack", grips="disc")
    + _TRAY.format(name="boxes", x=-600, y=-500, kind="box", contents="contains box 2 parts")
    + _TRAY.format(name="discs", x=-300, y=-500, kind="disc", contents="contains disc 2 parts")
    + _TRAY.format(name="boxes_out", x=-600, y=500, kind="box", contents="")
    + _TRAY.format(name="discs_out", x=-300, y=500, kind="disc", contents="")
)
APART = """
use "changing.cell"
for each b in boxes {
  move b to boxes_out
}
for each d in discs {
  move d to discs_out
}
"""
IN_TURN = """
use "changing.cell"
in order {
  move box to boxes_out
  move disc to discs_out
}
"""


@cache
def cell(text: str = CELL) -> CellModel:
    """As written, but for what a gantry needs: home in metres, hands that point straight down."""
    written = compile_cell((parse_cell(SourceFile.of("changing.cell", text), STANDARD).expect(),), STANDARD).expect()
    unit = replace(written.robots["g1"], home=(0.0, 0.0, SAFE_HEIGHT, 0.0))
    tools = {name: _pointing_down(tool) for name, tool in written.tools.items()}
    return replace(written, tools=tools, robots={"g1": unit})


def _pointing_down(tool: Tool) -> Tool:
    hand = Hand("a", Pose.from_xyz_rpy((0.0, 0.0, -0.15), (np.pi, 0.0, 0.0)))
    return replace(tool, hands=(hand,), bodies=(Body("a", Cylinder(0.03, 0.15), Pose.from_xyz_rpy((0.0, 0.0, -0.075))),))


def request(intent: str = APART, state: CellState | None = None, text: str = CELL, iterations: int = 20) -> PlanningRequest:
    of = cell(text)
    tree = parse_intent(SourceFile.of("changing.intent", intent), STANDARD).expect()
    program = check_intent(tree, (), of, STANDARD, {}, (SourceFile.of("changing.cell", text),)).expect()
    start = declared_state(of) if state is None else state
    return PlanningRequest(program, of, {"g1": gantry_model()}, start, iterations=iterations)


@cache
def sorted_out() -> Case:
    """Two boxes and two discs, each with its tool."""
    return planned(request())


def tasked(asked: PlanningRequest, made: Motions | None = None) -> Outcome[TaskPlan]:
    made = Motions(asked.cell) if made is None else made
    return plan_tasks(asked, Known(made.duration, least=told_least(asked, made.of)))


def planned(asked: PlanningRequest) -> Case:
    made = Motions(asked.cell)
    tasks = tasked(asked, made).expect()
    steps = tuple(replace(s, motion=digest(made.of(s.action.need))) if isinstance(s.action, Move) else s for s in tasks.steps)
    used = {str(s.motion): made.of(s.action.need) for s in steps if isinstance(s.action, Move)}
    i = plan_inputs(asked)
    plan = MotionPlan(
        "", replace(tasks, steps=steps), {k: used[k] for k in sorted(used)}, i.sources, i.params, i.cell_revision,
        i.robot_digests, VERSIONS,
    )  # fmt: skip
    return Case(asked, with_plan_id(plan))


class Motions(bench.Motions):
    def _visits(self, need: MotionNeed, length: float) -> tuple[ZoneVisit, ...]:
        return ()

    def _configuration(self, stance: Stance) -> Array:
        match stance:
            case AtHome():
                return np.array([0.0, 0.0, SAFE_HEIGHT, 0.0])
            case AtMeasured(q):
                return np.array(q)
            case AtHub(name):
                places = self.cell.equipment[name].places
                spot = (places[0].frame if places else self.cell.equipment[name].frame).translation
                return np.array([spot[0], spot[1], SAFE_HEIGHT, 0.0])
            case AtPocket(pocket):
                return np.array([*T_world_flange(self.cell, self.cell.pockets[pocket]).translation, 0.0])
            case AtPlace(place, hand, kind, grasp):
                T_world_tcp = self.cell.places[place].frame @ T_part_tcp(self.cell.parts[kind].shape, grasp)
                T_flange_tcp = self.cell.tools[hand.split(".")[0]].hands[0].T_flange_tcp
                return np.array([*(T_world_tcp @ T_flange_tcp.inverse()).translation, 0.0])
        raise AssertionError(stance)
