"""Two kits put together in a nest by two gantries, with motions made by arithmetic as in gantry.py: one brings housings, puts
gears into them and takes the units away; the other lays covers on, and can do nothing else.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np

from cell.codec import digest
from cell.declared_state import declared_state
from cell.geometry import Array, Body, Cylinder, Pose, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel, Hand
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.program import IntentProgram
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, MotionNeed, Move, Stance
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, VERSIONS, Case, gantry_model, slow_enough
from tests.planner.proof.gantry import _s_where as height_passed
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.told_least import told_least

CELL = """
robot g1 {
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  home [0 deg, 0 deg, 0 deg, 0 deg]
  payload 10 kg
  max_speed 1000 mm/s
}
tool grip {
  mounted g1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.0 kg
  shape cylinder radius 20 mm length 145 mm
  grips [housing, gear, unit]
  force 20 N to 100 N
  holding signal grip.holding
}
robot g2 is g1 {
  base (100 mm, 0 mm, 0 mm)
}
tool grip2 is grip {
  mounted g2
  grips [cover]
  holding signal grip2.holding
}
part housing {
  mass 0.8 kg
  shape box (120 mm, 80 mm, 60 mm)
}
part gear {
  mass 0.2 kg
  shape cylinder radius 25 mm length 20 mm
}
part cover {
  mass 0.3 kg
  shape box (120 mm, 80 mm, 10 mm)
}
part unit {
  from [housing, gear, cover]
}
tray kits {
  at (-500 mm, -500 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  each kit [housing, gear]
}
tray covers {
  at (500 mm, -500 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  holds cover
  contains cover 2 parts
}
tray done {
  at (-500 mm, 600 mm, 50 mm)
  grid 1x2
  pitch [300 mm, 300 mm]
  holds unit
}
fixture nest {
  at (400 mm, 500 mm, 0 mm)
  shape box (160 mm, 120 mm, 100 mm)
  capacity 1
  clamp signal nest.clamp
  offers inspect for 3 s
  verdict signal camera.nest
}
"""

INTENT = """
use "fitting.cell"
for each kit in kits {
  move kit.housing to nest
  assemble kit.gear into kit.housing at nest force <= 40 N
  assemble cover into kit.housing at nest
  inspect kit.housing at nest
  move kit.housing to done
}
within 10 min
on reject: hold "look"
"""

BEGIN, END = "  move kit.housing to nest", "to done\n"
IN_ORDER = INTENT.replace(BEGIN, f"  in order {{\n{BEGIN}").replace(END, f"{END}  }}\n")
UNORDERED = IN_ORDER.replace("in order {", "").replace(f"{END}  }}", END)
"""The same lines at the same places."""


@cache
def cell(text: str = CELL) -> CellModel:
    """As written, but for what a gantry needs: home in metres, a hand that points straight down."""
    written = compile_cell((parse_cell(SourceFile.of("fitting.cell", text), STANDARD).expect(),), STANDARD).expect()
    hand = Hand("a", Pose.from_xyz_rpy((0.0, 0.0, -0.15), (math.pi, 0.0, 0.0)))
    body = Body("grip", Cylinder(0.02, 0.145), Pose.from_xyz_rpy((0.0, 0.0, -0.0725)))
    tools = {name: replace(tool, hands=(hand,), bodies=(body,)) for name, tool in written.tools.items()}
    robots = {name: replace(unit, home=(0.0, 0.0, SAFE_HEIGHT, 0.0)) for name, unit in written.robots.items()}
    return replace(written, tools=tools, robots=robots)


def program(text: str = INTENT, cell_text: str = CELL) -> IntentProgram:
    sources = (SourceFile.of("fitting.cell", cell_text),)
    tree = parse_intent(SourceFile.of("fitting.intent", text), STANDARD).expect()
    return check_intent(tree, (), cell(cell_text), STANDARD, {}, sources).expect()


def request(text: str = INTENT, state: CellState | None = None, cell_text: str = CELL) -> PlanningRequest:
    model = cell(cell_text)
    known = declared_state(model) if state is None else state
    robots = dict.fromkeys(model.robots, gantry_model())
    return PlanningRequest(program(text, cell_text), model, robots, known, iterations=40)


def planned(asked: PlanningRequest) -> Case:
    motions: dict[MotionNeed, Motion] = {}

    def duration(need: MotionNeed) -> float:
        if need not in motions:
            motions[need] = motion_for(need, asked.cell)
        return motions[need].duration

    tasks = plan_tasks(asked, Known(duration, least=told_least(asked, lambda need: motion_for(need, asked.cell)))).expect()
    steps = tuple(replace(s, motion=digest(motions[s.action.need])) if isinstance(s.action, Move) else s for s in tasks.steps)
    used = {s.motion: motions[s.action.need] for s in steps if isinstance(s.action, Move)}
    i = plan_inputs(asked)
    by_key = {str(k): used[k] for k in sorted(map(str, used))}
    made = MotionPlan("", replace(tasks, steps=steps), by_key, i.sources, i.params, i.cell_revision, i.robot_digests, VERSIONS)
    return Case(asked, with_plan_id(made))


def configuration(stance: Stance, model: CellModel, robot: str) -> Array:
    """Joint positions in the robot's own frame, its base being turned nowhere."""
    base = model.robots[robot].base.translation
    match stance:
        case AtHome():
            return np.array([0.0, 0.0, SAFE_HEIGHT, 0.0])
        case AtMeasured(q):
            return np.array(q)
        case AtHub(name):
            spot = model.equipment[name].places[0].frame.translation - base
            return np.array([spot[0], spot[1], SAFE_HEIGHT, 0.0])
        case AtPlace(place, hand, kind, grasp):
            T_world_tcp = model.places[place].frame @ T_part_tcp(model.parts[kind].shape, grasp)
            tool, _, name = hand.partition(".")
            (T_flange_tcp,) = (h.T_flange_tcp for h in model.tools[tool].hands if h.name == name)
            return np.array([*((T_world_tcp @ T_flange_tcp.inverse()).translation - base), 0.0])


def motion_for(need: MotionNeed, model: CellModel) -> Motion:
    """Across at the safe height, straight down or up; at rest at every corner."""
    start, end = (configuration(stance, model, need.robot) for stance in (need.start, need.end))
    corner = (start if need.touch is not None and need.touch.end == "start" else end).copy()
    corner[2] = SAFE_HEIGHT
    legs = [(a, b) for a, b in pairwise((start, corner, end)) if float(np.abs(b - a).max()) > 1e-9]
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    seconds = slow_enough(need, segments, length)
    contacts = () if need.touch is None else (_contact(need, segments, length, start, end),)
    return Motion(need, segments, rest_to_rest(length, seconds), contacts, (), seconds)


def _contact(need: MotionNeed, segments: tuple[Segment, ...], length: float, start: Array, end: Array) -> ContactAllowance:
    touch = need.touch
    assert touch is not None
    at_end = touch.end == "end"
    goal = end if at_end else start
    s = height_passed(segments, float(goal[2]) + CONTACT, at_end)
    first, last = (s, length) if at_end else (0.0, s)
    return ContactAllowance(touch, first, last, 0.25, min(20.0, need.force_limit or 20.0))
