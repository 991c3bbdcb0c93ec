"""Gantries in a row over one floor, any number of them, in any cell of trays, stations and zones, as a text.

As in gantry.py every configuration and every motion is arithmetic. Which presences conflict is found by the planner's own search
for pairs; the schedule is the planner's, the proof and the run are the real ones, each later plan of a run included.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from cell.codec import digest
from cell.commands import RequestPlan
from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.geometry import Array, Body, Cylinder, Pose, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel, Hand, Tool
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment, ZoneVisit
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.presence import Presence
from cell.program import IntentProgram
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Scenario, Stretched
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, MotionNeed, Move, Stance, Touch
from cell.trajectory import Path
from cell.world_record import WorldRecord
from cell_drivers.simulated import simulated_cell
from controller.rehearsal import RunRecord, rehearse
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.meetings import possible_meetings
from planner.motion.coordinate import uncertified
from planner.motion.store import MemoryStore
from planner.proof.release import release
from planner.tasks.crew import Known, resting_at_start
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, VERSIONS, gantry_model, slow_enough
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.told_least import told_least

_ROBOT = """
robot {name} {{
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  home [0 deg, 0 deg, 0 deg, 0 deg]
  payload 10 kg
  max_speed 1000 mm/s
}}
tool grip_{name} {{
  mounted {name}
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.0 kg
  shape cylinder radius 30 mm length 115 mm
  grips shaft
  force 20 N to 120 N
  holding signal grip_{name}.holding
}}
"""
_SHAFT = """
part shaft {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
"""


def tray(name: str, x: int, y: int, shafts: int = 0, columns: int = 2) -> str:
    """Shafts stand in a row along y."""
    contains = f"  contains shaft {shafts} parts\n" if shafts else ""
    shape = f"  shape box (100 mm, {200 * columns} mm, 20 mm)\n  grid 1x{columns}\n  pitch [240 mm, 200 mm]\n"
    return (
        f"tray {name} {{\n  at ({x} mm, {y} mm, 50 mm)\n{shape}  rotation (0 deg, 0 deg, 90 deg)\n  holds shaft\n{contains}}}\n"
    )


def station(name: str, x: int, y: int, seconds: int = 4) -> str:
    return (
        f"station {name} {{\n  at ({x} mm, {y} mm, 0 mm)\n  shape box (120 mm, 120 mm, 100 mm)\n  capacity 1\n  holds shaft\n"
        f"  offers inspect for {seconds} s\n  verdict signal {name}.verdict\n}}\n"
    )


def zone(name: str, low: tuple[int, int], high: tuple[int, int], capacity: int | None = 1) -> str:
    """From the floor to 600 mm."""
    takes = "" if capacity is None else f"  capacity {capacity}\n"
    return f"zone {name} {{\n  box from ({low[0]} mm, {low[1]} mm, 0 mm) to ({high[0]} mm, {high[1]} mm, 600 mm)\n{takes}}}\n"


@dataclass(frozen=True, slots=True)
class Ran:
    record: RunRecord
    truth: WorldRecord


@dataclass(frozen=True, eq=False)
class Row:
    """`homes`: x of each robot, by name, in m, a little before the middle of y; `without`: those that stay there."""

    text: str
    intent: str
    homes: tuple[tuple[str, float], ...]
    iterations: int = 20
    without: frozenset[str] = frozenset()

    @property
    def cell(self) -> CellModel:
        return _cell(self.text, self.homes)

    def request(self, state: CellState | None = None) -> PlanningRequest:
        models = dict.fromkeys(self.cell.robots, gantry_model())
        known = declared_state(self.cell) if state is None else state
        program = _program(self.text, self.homes, self.intent)
        return PlanningRequest(program, self.cell, models, known, iterations=self.iterations, without=self.without)

    def planned(self, state: CellState | None = None) -> Outcome[MotionPlan]:
        """Once for the state that is declared."""
        return _planned(self) if state is None else self.planned_from(state)

    def planned_from(self, state: CellState | None) -> Outcome[MotionPlan]:
        """Planned again with the conflicts of all that the last plans had, until there are no new ones."""
        asked, motions = self.request(state), dict[MotionNeed, Motion]()
        rests = [resting_at_start(asked, name) for name in asked.cell.robots]

        def duration(need: MotionNeed) -> float:
            motions.setdefault(need, _motion_for(need, self.text, self.homes))
            return motions[need].duration

        least = told_least(asked, lambda need: _motion_for(need, self.text, self.homes))
        conflicts, needs = frozenset[tuple[Presence, Presence]](), dict[MotionNeed, None]()
        for _ in range(8):
            tasks = plan_tasks(asked, Known(duration, conflicts=conflicts, least=least))
            if tasks.value is None:
                return Outcome(None, tasks.diagnostics)
            needs |= dict.fromkeys(s.action.need for s in tasks.value.steps if isinstance(s.action, Move))
            pairs = possible_meetings(needs, rests)
            found = uncertified(pairs, motions, asked.cell, asked.robots, MemoryStore(), map, lambda *_: None)
            if found <= conflicts:
                break
            conflicts |= found
        else:
            raise AssertionError("no plan without conflicts")
        steps = tasks.value.steps
        keyed = tuple(replace(s, motion=digest(motions[s.action.need])) if isinstance(s.action, Move) else s for s in steps)
        used = {str(s.motion): motions[s.action.need] for s in keyed if isinstance(s.action, Move)}
        i, by_key = plan_inputs(asked), {key: used[key] for key in sorted(used)}
        made = replace(tasks.value, steps=keyed)
        plan = MotionPlan("", made, by_key, i.sources, i.params, i.cell_revision, i.robot_digests, VERSIONS)
        return Outcome(with_plan_id(plan))

    def proved(self, plan: MotionPlan, state: CellState | None = None) -> Outcome[ReleasedPlan]:
        return release(with_plan_id(plan), self.request(state), _certificates, versions=VERSIONS)

    def run(self, seed: int) -> Ran:
        """Every step a drawn factor of 0.2 to 5 as long, a motion at least 1."""
        return self.disturbed(Scenario(seed, (Stretched(0.2, 5.0),)))

    def disturbed(self, scenario: Scenario, plan: ReleasedPlan | None = None) -> Ran:
        """`plan`: what it begins with, None for its own, which is proved."""
        if plan is None:
            first = self.proved(self.planned().expect())
            assert first.value is not None, [(d.code, d.message) for d in first.diagnostics]
            plan = first.value
        world = simulated_cell(self.cell, self.request().robots, scenario)
        spec = RunSpec("row", self.request().program, self.cell, self.request().state)
        return Ran(rehearse(spec, plan, world, _Planner(self)), world.record())


@cache
def _planned(row: Row) -> Outcome[MotionPlan]:
    return row.planned_from(None)


class _Certificates(dict[str, bytes]):
    """Proofs of motions and pairs, kept for all plans of these tests."""

    def put(self, key: str, value: bytes) -> None:
        self[key] = value


_certificates = _Certificates()


@dataclass
class _Planner:
    row: Row

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        plan = self.row.planned(request.state)
        return Outcome(None, plan.diagnostics) if plan.value is None else self.row.proved(plan.value, request.state)


@cache
def _cell(text: str, homes: tuple[tuple[str, float], ...]) -> CellModel:
    """As written, but for what gantries need: homes in metres, hands that point straight down."""
    whole = "".join(_ROBOT.format(name=name) for name, _ in homes) + _SHAFT + text
    written = compile_cell((parse_cell(SourceFile.of("row.cell", whole), STANDARD).expect(),), STANDARD).expect()
    return replace(
        written,
        tools={name: _pointing_down(tool) for name, tool in written.tools.items()},
        robots={name: replace(written.robots[name], home=(x, -0.3, SAFE_HEIGHT, 0.0)) for name, x in homes},
    )


def _pointing_down(tool: Tool) -> Tool:
    hands = tuple(Hand(h.name, Pose.from_xyz_rpy((0.0, 0.0, -0.15), (math.pi, 0.0, 0.0))) for h in tool.hands)
    return replace(tool, hands=hands, bodies=(Body("body", Cylinder(0.03, 0.115), Pose.from_xyz_rpy((0.0, 0.0, -0.0575))),))


@cache
def _program(text: str, homes: tuple[tuple[str, float], ...], intent: str) -> IntentProgram:
    tree = parse_intent(SourceFile.of("row.intent", intent), STANDARD).expect()
    return check_intent(tree, (), _cell(text, homes), STANDARD, {}, (SourceFile.of("row.cell", text),)).expect()


# --- motions ---------------------------------------------------------------------------------------------------------


def _configuration(robot: str, stance: Stance, cell: CellModel) -> Array:
    match stance:
        case AtHome():
            return np.array(cell.robots[robot].home)
        case AtMeasured(q):
            return np.array(q)
        case AtHub(name):
            spot = np.mean([place.frame.translation for place in cell.equipment[name].places], axis=0)
            return np.array([spot[0], spot[1], SAFE_HEIGHT, 0.0])
        case AtPlace(place, hand, kind, grasp):
            T_world_tcp = cell.places[place].frame @ T_part_tcp(cell.parts[kind].shape, grasp)
            tool = cell.tools[hand.partition(".")[0]]
            T_world_flange = T_world_tcp @ tool.hands[0].T_flange_tcp.inverse()
            turn = math.atan2(T_world_flange.rotation[1, 0], T_world_flange.rotation[0, 0])
            return np.array([*T_world_flange.translation, turn])
    raise ValueError(f"no gantry stands in {stance}")


@cache
def _motion_for(need: MotionNeed, text: str, homes: tuple[tuple[str, float], ...]) -> Motion:
    """Across at the safe height, straight down or up; at rest at every corner."""
    cell = _cell(text, homes)
    start, end = (_configuration(need.robot, stance, cell) for stance in (need.start, need.end))
    corner = (end if need.touch is None or _is_at_end(need) else start).copy()
    corner[2] = SAFE_HEIGHT
    legs = [(a, b) for a, b in pairwise([start, corner, end]) if float(np.abs(b - a).max()) > 1e-9]
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    seconds = slow_enough(need, segments, length)
    contacts, visits = _touching(need, segments, length, float((end if _is_at_end(need) else start)[2]), cell)
    return Motion(need, segments, rest_to_rest(length, seconds), contacts, visits, seconds)


def _is_at_end(need: MotionNeed) -> bool:
    return isinstance(need.touch, Touch) and need.touch.end == "end"


def _touching(
    need: MotionNeed, segments: tuple[Segment, ...], length: float, low: float, cell: CellModel
) -> tuple[tuple[ContactAllowance, ...], tuple[ZoneVisit, ...]]:
    if not isinstance(need.touch, Touch):
        return (), ()
    at_end, at = _is_at_end(need), cell.frame_of(need.touch.where).translation
    contacts = (ContactAllowance(need.touch, *_below(segments, low + CONTACT, at_end, length), 0.25, 60.0),)
    entered = [z for z in cell.zones.values() if z.holds(at)]
    return contacts, tuple(ZoneVisit(z.name, *_below(segments, _top_of(z.high), at_end, length)) for z in entered)


def _top_of(high: Iterable[float]) -> float:
    """Height of the flange from which on tool and shaft are above the zone."""
    return list(high)[2] + 0.15 + 0.12 + 0.01


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
