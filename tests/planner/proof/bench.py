"""A gantry and a person at a bench: a small cell with real plans and motions made by arithmetic, for all that people do.

The robot takes boxes from a tray, has a label printed at a station, and hands over in the air; the person seals, inspects and
carries away. Motions are those of gantry.py: across at a safe height, then straight down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from cell.codec import digest
from cell.declared_state import declared_state
from cell.geometry import Array, Body, Cylinder, Pose, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel, Hand
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment, ZoneVisit
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, MotionNeed, Move, Stance
from cell.trajectory import Path
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, VERSIONS, Case, gantry_model, slow_enough
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
  shape cylinder radius 30 mm length 115 mm
  grips box
  force 20 N to 120 N
  holding signal grip.holding
}
part box {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
tray infeed {
  at (0 mm, -600 mm, 50 mm)
  shape box (100 mm, 700 mm, 20 mm)
  grid 1x4
  pitch [160 mm, 160 mm]
  holds box
  contains box 4 parts
}
station printer {
  at (-600 mm, 0 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  holds box
  capacity 1
  offers label for 5 s
}
station bench {
  at (700 mm, 0 mm, 0 mm)
  shape box (600 mm, 200 mm, 100 mm)
  holds box
  capacity 2
}
bin finished {
  at (1200 mm, 900 mm, 0 mm)
  shape box (200 mm, 200 mm, 100 mm)
  holds box
}
zone pass {
  box from (500 mm, 200 mm, 0 mm) to (900 mm, 500 mm, 800 mm)
  handover
}
person operator {
  at bench
  offers [inspect, seal, handover]
  usually 12 s
  ready signal operator.ready
  clears finished
}
"""

INTENT = """
use "bench.cell"
for each s in infeed {
  label s at printer
  handover s from g1 to operator force <= 60 N
  inspect s by operator
  seal s by operator
}
ensure g1.speed <= 800 mm/s
on reject: hold "look"
"""


@cache
def cell(text: str = CELL) -> CellModel:
    """As written, but for what a gantry needs: home in metres, a hand that points straight down."""
    written = compile_cell((parse_cell(SourceFile.of("bench.cell", text), STANDARD).expect(),), STANDARD).expect()
    tool = replace(
        written.tools["grip"],
        hands=(Hand("a", Pose.from_xyz_rpy((0.0, 0.0, -0.15), (np.pi, 0.0, 0.0))),),
        bodies=(Body("a", Cylinder(0.03, 0.115), Pose.from_xyz_rpy((0.0, 0.0, -0.0575))),),
    )
    unit = replace(written.robots["g1"], home=(0.0, 0.0, SAFE_HEIGHT, 0.0))
    return replace(written, tools={"grip": tool}, robots={"g1": unit})


def request(intent: str = INTENT, text: str = CELL, state: CellState | None = None) -> PlanningRequest:
    of = cell(text)
    tree = parse_intent(SourceFile.of("bench.intent", intent), STANDARD).expect()
    program = check_intent(tree, (), of, STANDARD, {}, (SourceFile.of("bench.cell", text),)).expect()
    return PlanningRequest(program, of, {"g1": gantry_model()}, declared_state(of) if state is None else state, iterations=20)


@cache
def handed_over() -> Case:
    """Four boxes: labelled at the printer, handed over, inspected, sealed and carried away."""
    return planned(request())


def planned(asked: PlanningRequest) -> Case:
    made = Motions(asked.cell)
    tasks = plan_tasks(asked, Known(made.duration, least=told_least(asked, made.of))).expect()
    steps = tuple(replace(s, motion=digest(made.of(s.action.need))) if isinstance(s.action, Move) else s for s in tasks.steps)
    used = {str(s.motion): made.of(s.action.need) for s in steps if isinstance(s.action, Move)}
    i = plan_inputs(asked)
    plan = MotionPlan(
        "", replace(tasks, steps=steps), {k: used[k] for k in sorted(used)}, i.sources, i.params, i.cell_revision,
        i.robot_digests, VERSIONS,
    )  # fmt: skip
    return Case(asked, with_plan_id(plan))


@dataclass
class Motions:
    cell: CellModel

    def __post_init__(self) -> None:
        self._known: dict[MotionNeed, Motion] = {}

    def duration(self, need: MotionNeed) -> float:
        return self.of(need).duration

    def of(self, need: MotionNeed) -> Motion:
        """Across at the safe height, straight down or up; at rest at every corner."""
        if need not in self._known:
            self._known[need] = self._made(need)
        return self._known[need]

    def _made(self, need: MotionNeed) -> Motion:
        start, end = self._configuration(need.start), self._configuration(need.end)
        corner = (start if need.touch is not None and need.touch.end == "start" else end).copy()
        corner[2] = SAFE_HEIGHT
        legs = [(a, b) for a, b in pairwise([start, corner, end]) if float(np.abs(b - a).max()) > 1e-9]
        segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
        length = sum(s.length for s in segments)
        seconds = slow_enough(need, segments, length)
        contacts = () if need.touch is None else (self._contact(need, segments, length),)
        return Motion(need, segments, rest_to_rest(length, seconds), contacts, self._visits(need, length), seconds)

    def _visits(self, need: MotionNeed, length: float) -> tuple[ZoneVisit, ...]:
        """All of a way to where a part is handed over, or back, counts as in that zone."""
        equipment = {self._equipment(need.start), self._equipment(need.end)}
        return tuple(ZoneVisit(zone.name, 0.0, length) for zone in self.cell.zones.values() if "operator" in equipment)

    def _equipment(self, stance: Stance) -> str:
        match stance:
            case AtHub(name):
                return name
            case AtPlace(place):
                return self.cell.places[place].equipment
            case _:
                return ""

    def _configuration(self, stance: Stance) -> Array:
        match stance:
            case AtHome():
                return np.array([0.0, 0.0, SAFE_HEIGHT, 0.0])
            case AtMeasured(q):
                return np.array(q)
            case AtHub(name):
                spot = self.cell.equipment[name].places[0].frame.translation
                return np.array([spot[0], spot[1], SAFE_HEIGHT, 0.0])
            case AtPlace(place, hand, kind, grasp):
                T_world_tcp = self.cell.places[place].frame @ T_part_tcp(self.cell.parts[kind].shape, grasp)
                (T_flange_tcp,) = (h.T_flange_tcp for h in self.cell.tools["grip"].hands if f"grip.{h.name}" == hand)
                return np.array([*(T_world_tcp @ T_flange_tcp.inverse()).translation, 0.0])
        raise AssertionError(stance)

    def _contact(self, need: MotionNeed, segments: tuple[Segment, ...], length: float) -> ContactAllowance:
        touch = need.touch
        assert touch is not None
        at_end = touch.end == "end"
        goal = self._configuration(need.end if at_end else need.start)
        s = _s_where(segments, float(goal[2]) + CONTACT, at_end)
        first, last = (s, length) if at_end else (0.0, s)
        return ContactAllowance(touch, first, last, 0.25, 60.0)


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
