"""Two gantries over one floor: a tray each to take from, a gauge between them in a zone for one robot, and trays to put down.

As in gantry.py every configuration and every motion is arithmetic. Which presences conflict is found by the planner's own search
for pairs, over all pairs that there are; the schedule is the planner's too. Nothing of the proof is in here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise, product

import numpy as np

from cell.codec import digest
from cell.declared_state import declared_state
from cell.geometry import Array, Body, Cylinder, Pose, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel, Hand, Tool
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment, ZoneVisit
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.presence import Moving, Presence, Resting
from cell.program import IntentProgram
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, MotionNeed, Move, Stance
from cell.task_plan import TaskPlan
from cell.trajectory import Path
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.motion.coordinate import uncertified
from planner.motion.store import MemoryStore
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, VERSIONS, Case, gantry_model, slow_enough
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.told_least import told_least

HOMES = {"left": (-1.3, 0.0, SAFE_HEIGHT, 0.0), "right": (1.3, 0.0, SAFE_HEIGHT, 0.0)}
TOOLS = {"left": "grip_l", "right": "grip_r"}
ZONE_TOP = 0.60

_ROBOT = """
robot {name} {{
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  home [0 deg, 0 deg, 0 deg, 0 deg]
  payload 10 kg
  max_speed 1000 mm/s
}}
tool {tool} {{
  mounted {name}
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.0 kg
  shape cylinder radius 30 mm length 115 mm
  grips shaft
  force 20 N to 120 N
}}
"""
_TRAY = """
tray {name} {{
  at ({x} mm, {y} mm, 50 mm)
  shape box (100 mm, 400 mm, 20 mm)
  grid 1x2
  pitch [240 mm, 240 mm]
  holds shaft
  {contents}
}}
"""
CELL = (
    _ROBOT.format(name="left", tool="grip_l")
    + _ROBOT.format(name="right", tool="grip_r")
    + """
part shaft {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
station gauge {
  at (0 mm, 0 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds shaft
  offers inspect for 4 s
  offers calibrate for 5 s
  verdict signal gauge.verdict
}
bin scrap {
  at (0 mm, 900 mm, 0 mm)
  shape box (200 mm, 200 mm, 100 mm)
  holds shaft
}
zone middle {
  box from (-200 mm, -200 mm, 0 mm) to (200 mm, 200 mm, 600 mm)
  capacity 1
}
"""
    + _TRAY.format(name="in_l", x=-700, y=-600, contents="contains shaft 2 parts")
    + _TRAY.format(name="in_r", x=700, y=-600, contents="contains shaft 2 parts")
    + _TRAY.format(name="out_l", x=-700, y=600, contents="")
    + _TRAY.format(name="out_r", x=700, y=600, contents="")
)
SHARED = """
use "two.cell"
for each s in in_l {
  inspect s at gauge
  move s to out_l by left
}
for each t in in_r {
  inspect t at gauge
  move t to out_r by right
}
"""
CHOOSING = """
use "two.cell"
for each s in in_l {
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to out_l
  }
}
for each t in in_r {
  inspect t at gauge
  when t.verdict is reject {
    move t to scrap
  } otherwise {
    move t to out_r
  }
}
"""


@cache
def cell() -> CellModel:
    """As written, but for what gantries need: homes in metres, hands that point straight down."""
    written = compile_cell((parse_cell(SourceFile.of("two.cell", CELL), STANDARD).expect(),), STANDARD).expect()
    return replace(
        written,
        tools={name: _pointing_down(tool) for name, tool in written.tools.items()},
        robots={name: replace(unit, home=HOMES[name]) for name, unit in written.robots.items()},
    )


def _pointing_down(tool: Tool) -> Tool:
    hands = tuple(Hand(h.name, Pose.from_xyz_rpy((0.0, 0.0, -0.15), (math.pi, 0.0, 0.0))) for h in tool.hands)
    return replace(tool, hands=hands, bodies=(Body("body", Cylinder(0.03, 0.115), Pose.from_xyz_rpy((0.0, 0.0, -0.0575))),))


def program(text: str) -> IntentProgram:
    sources = (SourceFile.of("two.cell", CELL),)
    tree = parse_intent(SourceFile.of("two.intent", text), STANDARD).expect()
    return check_intent(tree, (), cell(), STANDARD, {}, sources).expect()


def request(text: str = SHARED, state: CellState | None = None) -> PlanningRequest:
    models = dict.fromkeys(cell().robots, gantry_model())
    return PlanningRequest(program(text), cell(), models, state if state is not None else declared_state(cell()), iterations=20)


@cache
def sharing() -> Case:
    """Two shafts each, all through the one gauge."""
    return planned(request())


def planned(asked: PlanningRequest) -> Case:
    """Planned again with the conflicts of all that the last plan had, until there are no new ones."""
    motions: dict[MotionNeed, Motion] = {}

    def duration(need: MotionNeed) -> float:
        motions.setdefault(need, motion_for(need))
        return motions[need].duration

    conflicts = frozenset[tuple[Presence, Presence]]()
    for _ in range(6):
        tasks = plan_tasks(asked, Known(duration, conflicts=conflicts, least=told_least(asked, motion_for))).expect()
        found = uncertified(_pairs(tasks), motions, asked.cell, asked.robots, MemoryStore(), map, lambda *_: None)
        if found <= conflicts:
            return Case(asked, assembled(asked, tasks, motions))
        conflicts |= found
    raise AssertionError("no plan without conflicts")


def _pairs(tasks: TaskPlan) -> Iterator[tuple[Presence, Presence]]:
    presences: dict[str, dict[Presence, None]] = {name: {} for name in cell().robots}
    for robot, known in presences.items():
        known[Resting(robot, AtHome(), (), TOOLS[robot])] = None
    for step in tasks.steps:
        if isinstance(step.action, Move):
            need = step.action.need
            rests = (Resting(need.robot, stance, need.carried, need.tool) for stance in (need.start, need.end))
            presences[need.robot] |= dict.fromkeys((Moving(need), *rests))
    yield from product(presences["left"], presences["right"])


def assembled(asked: PlanningRequest, tasks: TaskPlan, motions: dict[MotionNeed, Motion]) -> MotionPlan:
    steps = tuple(replace(s, motion=digest(motions[s.action.need])) if isinstance(s.action, Move) else s for s in tasks.steps)
    used = {str(s.motion): motions[s.action.need] for s in steps if isinstance(s.action, Move)}
    i = plan_inputs(asked)
    by_key = {key: used[key] for key in sorted(used)}
    return with_plan_id(
        MotionPlan("", replace(tasks, steps=steps), by_key, i.sources, i.params, i.cell_revision, i.robot_digests, VERSIONS)
    )


# --- motions ---------------------------------------------------------------------------------------------------------


def configuration(robot: str, stance: Stance) -> Array:
    match stance:
        case AtHome():
            return np.array(HOMES[robot])
        case AtMeasured(q):
            return np.array(q)
        case AtHub(name):
            spot = np.mean([place.frame.translation for place in cell().equipment[name].places], axis=0)
            return np.array([spot[0], spot[1], SAFE_HEIGHT, 0.0])
        case AtPlace(place, hand, kind, grasp):
            T_world_tcp = cell().places[place].frame @ T_part_tcp(cell().parts[kind].shape, grasp)
            tool = cell().tool_of(robot)
            assert tool is not None
            (T_flange_tcp,) = (h.T_flange_tcp for h in tool.hands if f"{tool.name}.{h.name}" == hand)
            return np.array([*(T_world_tcp @ T_flange_tcp.inverse()).translation, 0.0])


@cache
def motion_for(need: MotionNeed) -> Motion:
    """Across at the safe height, straight down or up; at rest at every corner."""
    start, end = configuration(need.robot, need.start), configuration(need.robot, need.end)
    corner = (start if need.touch is not None and need.touch.end == "start" else end).copy()
    corner[2] = SAFE_HEIGHT
    legs = [(a, b) for a, b in pairwise([start, corner, end]) if float(np.abs(b - a).max()) > 1e-9]
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    seconds = slow_enough(need, segments, length)
    contacts, visits = _touching(need, segments, length)
    return Motion(need, segments, rest_to_rest(length, seconds), contacts, visits, seconds)


def _touching(
    need: MotionNeed, segments: tuple[Segment, ...], length: float
) -> tuple[tuple[ContactAllowance, ...], tuple[ZoneVisit, ...]]:
    if need.touch is None:
        return (), ()
    at_end = need.touch.end == "end"
    goal = configuration(need.robot, need.end if at_end else need.start)
    first, last = _below(segments, float(goal[2]) + CONTACT, at_end, length)
    contacts = (ContactAllowance(need.touch, first, last, 0.25, 60.0),)
    if need.touch.place != "gauge":
        return contacts, ()
    return contacts, (ZoneVisit("middle", *_below(segments, ZONE_TOP + 0.15 + 0.12 + 0.01, at_end, length)),)


def _below(segments: tuple[Segment, ...], height: float, at_end: bool, length: float) -> tuple[float, float]:
    """Path parameters at which the flange is below `height` on the vertical leg."""
    path = Path.of(segments)
    low, high = (path.length - segments[-1].length, path.length) if at_end else (0.0, segments[0].length)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if (path.at(middle).q[0, 2] > height) == at_end:
            low = middle
        else:
            high = middle
    return (low, length) if at_end else (0.0, low)
