"""A whole small cell with real plans and motions made by arithmetic: a gantry over two trays, a lathe, a gauge and a bin.

Its joints are x, y, z of the flange and a turn, so every configuration and every motion is written down, not searched for. Only
the schedule is the planner's. With it the proof is tried on everything a plan can hold, in a fraction of a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from cell.codec import digest
from cell.declared_state import declared_state
from cell.geometry import Array, Body, ConvexHull, Cylinder, Pose, frozen
from cell.grasps import T_part_tcp
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.model import CellModel, Hand
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment, ZoneVisit
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.program import IntentProgram
from cell.robot import RobotModel
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, MotionNeed, Move, Stance
from cell.trajectory import Path, sample
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.told_least import told_least

VERSIONS = (("cellwright", "of this test"),)
SAFE_HEIGHT = 0.95  # of the flange above everything
CONTACT = 0.03  # m of the way down where contact is allowed

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
  shape cylinder radius 30 mm length 115 mm
  grips shaft
  hands 2
  force 20 N to 120 N
  holding signal grip.holding
}
part shaft {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
tray infeed {
  at (0 mm, -600 mm, 50 mm)
  shape box (100 mm, 400 mm, 20 mm)
  grid 1x2
  pitch [240 mm, 240 mm]
  holds shaft
  contains shaft 2 parts
}
tray outfeed is infeed {
  at (0 mm, 600 mm, 50 mm)
}
bin scrap {
  at (-500 mm, 0 mm, 0 mm)
  shape box (200 mm, 200 mm, 100 mm)
  holds shaft
}
machine lathe {
  at (700 mm, 0 mm, 150 mm)
  body base box (300 mm, 300 mm, 150 mm) at (0 mm, 0 mm, -150 mm)
  capacity 1
  holds shaft
  door signal lathe.door
  clamp signal lathe.chuck
  spindle signal lathe.running
  program OP10 for 42 s
  guard inside_lathe
}
station gauge {
  at (700 mm, 600 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds shaft
  offers inspect for 4 s
  verdict signal gauge.verdict
}
zone inside_lathe {
  box from (500 mm, -200 mm, 0 mm) to (900 mm, 200 mm, 500 mm)
}
zone pit {
  keep_out
  box from (-500 mm, 400 mm, 0 mm) to (-400 mm, 500 mm, 300 mm)
}
"""

INTENT = """
use "gantry.cell"
for each s in infeed until outfeed.count >= 2 parts {
  process s at lathe using OP10
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
}
within 10 min
ensure g1.speed <= 800 mm/s
never g1 in inside_lathe and lathe.spindle is running
on grip_lost: hold "look"
"""


@dataclass(frozen=True, slots=True)
class Case:
    request: PlanningRequest
    plan: MotionPlan


@cache
def gantry_model() -> RobotModel:
    axes = np.eye(3)
    joints = [Joint(name, JointKind.PRISMATIC, Pose.identity(), frozen(axes[i])) for i, name in enumerate("xyz")]
    joints.append(Joint("turn", JointKind.REVOLUTE, Pose.identity(), frozen(axes[2])))
    block = ConvexHull(frozen([[x, y, z] for x in (-0.15, 0.15) for y in (-0.05, 0.05) for z in (0.005, 0.06)]))
    return RobotModel(
        name="gantry",
        chain=KinematicChain(tuple(joints), Pose.identity()),
        hulls=((), (), (), (), (block,)),
        position=frozen([[-2.0, 2.0], [-2.0, 2.0], [0.0, 2.0], [-6.0, 6.0]]),
        velocity=frozen([1.0, 1.0, 1.0, 3.0]),
        acceleration=frozen([4.0, 4.0, 4.0, 10.0]),
        jerk=frozen([60.0, 60.0, 60.0, 150.0]),
        effort=frozen(np.ones(4)),
        payload=10.0,
        reach=3.0,
        self_collision_pairs=(),
    )


@cache
def cell() -> CellModel:
    """As written, but for what a gantry needs: home in metres, two hands that point straight down."""
    written = compile_cell((parse_cell(SourceFile.of("gantry.cell", CELL), STANDARD).expect(),), STANDARD).expect()
    down = (math.pi, 0.0, 0.0)
    hands = tuple(Hand(n, Pose.from_xyz_rpy((x, 0.0, -0.15), down)) for n, x in (("a", -0.12), ("b", 0.12)))
    bodies = tuple(Body(n, Cylinder(0.03, 0.115), Pose.from_xyz_rpy((x, 0.0, -0.0575))) for n, x in (("a", -0.12), ("b", 0.12)))
    tool = replace(written.tools["grip"], hands=hands, bodies=bodies)
    unit = replace(written.robots["g1"], home=(0.0, 0.0, SAFE_HEIGHT, 0.0))
    return replace(written, tools={"grip": tool}, robots={"g1": unit})


def program(text: str = INTENT) -> IntentProgram:
    sources = (SourceFile.of("gantry.cell", CELL),)
    tree = parse_intent(SourceFile.of("gantry.intent", text), STANDARD).expect()
    return check_intent(tree, (), cell(), STANDARD, {}, sources).expect()


def request(text: str = INTENT, state: CellState | None = None) -> PlanningRequest:
    known = declared_state(cell()) if state is None else state
    return PlanningRequest(program(text), cell(), {"g1": gantry_model()}, known, iterations=40)


@cache
def tending() -> Case:
    """Two shafts through lathe and gauge: swap, door, clamp, choices, a bin and a tray."""
    return planned(request())


def planned(asked: PlanningRequest) -> Case:
    motions: dict[MotionNeed, Motion] = {}

    def duration(need: MotionNeed) -> float:
        motions.setdefault(need, motion_for(need))
        return motions[need].duration

    tasks = plan_tasks(asked, Known(duration, least=told_least(asked, motion_for))).expect()
    steps = tuple(replace(s, motion=digest(motions[s.action.need])) if isinstance(s.action, Move) else s for s in tasks.steps)
    used = {s.motion: motions[s.action.need] for s in steps if isinstance(s.action, Move)}
    i = plan_inputs(asked)
    motions_by_key = {str(k): used[k] for k in sorted(map(str, used))}
    made = MotionPlan(
        "", replace(tasks, steps=steps), motions_by_key, i.sources, i.params, i.cell_revision, i.robot_digests, VERSIONS
    )
    return Case(asked, with_plan_id(made))


# --- motions ---------------------------------------------------------------------------------------------------------


def configuration(stance: Stance) -> Array:
    match stance:
        case AtHome():
            return np.array([0.0, 0.0, SAFE_HEIGHT, 0.0])
        case AtMeasured(q):
            return np.array(q)
        case AtHub(name):
            spot = cell().equipment[name].places[0].frame.translation
            return np.array([spot[0], spot[1], SAFE_HEIGHT, 0.0])
        case AtPlace(place, hand, kind, grasp):
            T_world_tcp = cell().places[place].frame @ T_part_tcp(cell().parts[kind].shape, grasp)
            (T_flange_tcp,) = (h.T_flange_tcp for h in cell().tools["grip"].hands if f"grip.{h.name}" == hand)
            return np.array([*(T_world_tcp @ T_flange_tcp.inverse()).translation, 0.0])


@cache
def motion_for(need: MotionNeed) -> Motion:
    """Across at the safe height, straight down or up; at rest at every corner."""
    start, end = configuration(need.start), configuration(need.end)
    corner = (start if need.touch is not None and need.touch.end == "start" else end).copy()
    corner[2] = SAFE_HEIGHT
    points = [start, corner, end]
    legs = [(a, b) for a, b in pairwise(points) if float(np.abs(b - a).max()) > 1e-9]
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    seconds = slow_enough(need, segments, length)
    contacts = () if need.touch is None else (_contact(need, segments, length),)
    return Motion(need, segments, rest_to_rest(length, seconds), contacts, _visits(need, segments, length), seconds)


def slow_enough(need: MotionNeed, segments: tuple[Segment, ...], length: float) -> float:
    """Seconds for which dense samples keep all limits with a tenth to spare: speed falls with time, jerk with its cube."""
    model = gantry_model()
    seen = sample(Motion(need, segments, rest_to_rest(length, 1.0), (), (), 1.0), np.linspace(0.0, 1.0, 2001))
    speed = np.linalg.norm(seen.qd[:, :3], axis=1)
    wanted = [np.abs(seen.qd / model.velocity).max(), speed.max() / (need.speed_limit or 1.0)]
    wanted.append(np.sqrt(np.abs(seen.qdd / model.acceleration).max()))
    wanted.append(np.cbrt(np.abs(seen.qddd / model.jerk).max()))
    if need.touch is not None:
        goal = segments[-1].control[-1] if need.touch.end == "end" else segments[0].control[0]
        near = np.linalg.norm(seen.q[:, :3] - goal[:3], axis=1) <= CONTACT * 1.2
        wanted.append(speed[near].max() / 0.25)
    return float(max(wanted)) / 0.9


def _s_where(segments: tuple[Segment, ...], height: float, at_end: bool) -> float:
    """Path parameter at which the flange passes `height` on the vertical leg."""
    path = Path.of(segments)
    low, high = (path.length - segments[-1].length, path.length) if at_end else (0.0, segments[0].length)
    for _ in range(60):
        middle = 0.5 * (low + high)
        is_above = path.at(middle).q[0, 2] > height
        if is_above == at_end:
            low = middle
        else:
            high = middle
    return low


def _contact(need: MotionNeed, segments: tuple[Segment, ...], length: float) -> ContactAllowance:
    touch = need.touch
    assert touch is not None
    at_end = touch.end == "end"
    goal = configuration(need.end if at_end else need.start)
    s = _s_where(segments, float(goal[2]) + CONTACT, at_end)
    first, last = (s, length) if at_end else (0.0, s)
    return ContactAllowance(touch, first, last, 0.25, 60.0)


def _visits(need: MotionNeed, segments: tuple[Segment, ...], length: float) -> tuple[ZoneVisit, ...]:
    if need.touch is None or need.touch.place != "lathe":
        return ()
    at_end = need.touch.end == "end"
    s = _s_where(segments, 0.5 + 0.15 + 0.12 + 0.01, at_end)
    return (ZoneVisit("inside_lathe", *((s, length) if at_end else (0.0, s))),)
