"""A bench for constructs of the language: any cell of one gantry as a text, from intent to proof to a run, in milliseconds.

As in tests/planner/proof/gantry.py every configuration and every motion is arithmetic; the schedule is the planner's, the proof
of everything but single motions (tests/planner/proof has those) and the run are the real ones, and what truly became of the parts
stands in the record of the simulated world.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import TypeVar

import numpy as np

from cell.codec import digest
from cell.commands import RequestPlan
from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.geometry import Array, Body, Cylinder, Pose, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel, Hand
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment
from cell.orders import Order
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.program import IntentProgram
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Disturbance, Scenario
from cell.scenario_orders import order_changes
from cell.standard_verbs import STANDARD
from cell.state import CellState, PlanningRequest
from cell.steps import Along, AtHome, AtHub, AtMeasured, AtPlace, MotionNeed, Move, Stance, Touch
from cell.vocabulary import Vocabulary
from cell.world_record import RestsIn, WorldRecord
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.order_book import Announced
from controller.rehearsal import Ask, RunRecord, rehearse
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.proof.release import release
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.constructs.tracing import traced
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, VERSIONS, gantry_model, slow_enough
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.told_least import told_least

ROBOT = """
robot g1 {{
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  home [0 deg, 0 deg, 0 deg, 0 deg]
  payload 10 kg
  max_speed 1000 mm/s
}}
tool grip {{
  mounted g1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.0 kg
  shape cylinder radius 30 mm length 115 mm
  grips {grips}
  hands 2
  force 20 N to 120 N
  holding signal grip.holding
}}
"""

E = TypeVar("E")


@cache
def bench_cell(text: str, grips: str, words: Vocabulary = STANDARD) -> CellModel:
    """The gantry and what `text` declares; its two hands point straight down."""
    whole = ROBOT.format(grips=grips) + text
    written = compile_cell((parse_cell(SourceFile.of("bench.cell", whole), words).expect(),), words).expect()
    down = (math.pi, 0.0, 0.0)
    hands = tuple(Hand(n, Pose.from_xyz_rpy((x, 0.0, -0.15), down)) for n, x in (("a", -0.12), ("b", 0.12)))
    bodies = tuple(Body(n, Cylinder(0.03, 0.115), Pose.from_xyz_rpy((x, 0.0, -0.0575))) for n, x in (("a", -0.12), ("b", 0.12)))
    tool = replace(written.tools["grip"], hands=hands, bodies=bodies)
    unit = replace(written.robots["g1"], home=(0.0, 0.0, SAFE_HEIGHT, 0.0))
    return replace(written, tools={"grip": tool}, robots={"g1": unit})


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """One cell, one intent and the orders that are there at the start. `iterations` bounds the search for an order."""

    cell: CellModel
    program: IntentProgram
    iterations: int = 40
    orders: tuple[Order, ...] = ()
    is_continuous: bool = False

    @classmethod
    def of(cls, cell: str, grips: str, intent: str, iterations: int = 40, words: Vocabulary = STANDARD) -> Bench:
        model = bench_cell(cell, grips, words)
        tree = parse_intent(SourceFile.of("bench.intent", intent), words).expect()
        checked = check_intent(tree, (), model, words, {}, (SourceFile.of("bench.intent", intent),))
        assert not any(d.is_error for d in checked.diagnostics), [(d.code, d.message) for d in checked.diagnostics]
        return cls(model, checked.expect(), iterations)

    def with_hands(self, many: int) -> Bench:
        """The first `many` of the tool's."""
        tool = self.cell.tools["grip"]
        fewer = replace(tool, hands=tool.hands[:many], bodies=tool.bodies[:many])
        return replace(self, cell=replace(self.cell, tools={"grip": fewer}))

    def request(self, state: CellState | None = None) -> PlanningRequest:
        known = self.start if state is None else state
        request = PlanningRequest(self.program, self.cell, {"g1": gantry_model()}, known, iterations=self.iterations)
        return replace(request, is_continuous=self.is_continuous)

    @property
    def start(self) -> CellState:
        return replace(declared_state(self.cell), orders=self.orders)

    def planned(self, state: CellState | None = None) -> Outcome[MotionPlan]:
        asked = self.request(state)
        motions: dict[MotionNeed, Motion] = {}

        def duration(need: MotionNeed) -> float:
            if need not in motions:
                motions[need] = self.motion_for(need)
            return motions[need].duration

        made = plan_tasks(asked, Known(duration, least=told_least(asked, self.motion_for)))
        if made.value is None:
            return Outcome(None, made.diagnostics)
        tasks = made.value
        steps = tuple(replace(s, motion=digest(motions[s.action.need])) if isinstance(s.action, Move) else s for s in tasks.steps)
        used = {str(s.motion): motions[s.action.need] for s in steps if isinstance(s.action, Move)}
        i = plan_inputs(asked)
        plan = MotionPlan(
            "", replace(tasks, steps=steps), {k: used[k] for k in sorted(used)}, i.sources, i.params, i.cell_revision,
            i.robot_digests, VERSIONS,
        )  # fmt: skip
        return Outcome(with_plan_id(plan), made.diagnostics)

    def released(self, state: CellState | None = None) -> Outcome[ReleasedPlan]:
        plan = self.planned(state)
        return Outcome(None, plan.diagnostics) if plan.value is None else self.proved(plan.value, state)

    def proved(self, plan: MotionPlan, state: CellState | None = None) -> Outcome[ReleasedPlan]:
        return release(plan, self.request(state), _Granted(), map, lambda stage, done, total: None, VERSIONS)

    def run(self, *disturbances: Disturbance, seed: int = 0, asks: Sequence[Ask] = ()) -> Ran:
        """Planned, proved, and rehearsed to its end; every later plan is planned and proved as well."""
        first = self.released()
        assert first.value is not None, [(d.code, d.message) for d in first.diagnostics]
        world = simulated_cell(self.cell, {"g1": gantry_model()}, Scenario(seed, tuple(disturbances)))
        planner = _Planner(self)
        spec = RunSpec("bench", self.program, self.cell, self.start, is_continuous=self.is_continuous)
        book = Announced(order_changes(Scenario(seed, tuple(disturbances)), self.cell))
        record = rehearse(spec, first.value, world, planner, asks, orders=book)
        return Ran(record, world, world.record(), tuple(planner.asked))

    # --- motions -----------------------------------------------------------------------------------------------------

    def configuration(self, stance: Stance) -> Array:
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
                T_world_flange = T_world_tcp @ T_flange_tcp.inverse()
                turn = math.atan2(T_world_flange.rotation[1, 0], T_world_flange.rotation[0, 0])
                return np.array([*T_world_flange.translation, turn])
            case _:
                raise ValueError(f"nothing of a bench stands at {stance}")

    def motion_for(self, need: MotionNeed) -> Motion:
        """Across at the safe height, straight down or up; at rest at every corner."""
        if isinstance(need.touch, Along):
            return traced(need, need.touch, self.cell, self.configuration(need.start))
        start, end = self.configuration(need.start), self.configuration(need.end)
        key = (tuple(start), tuple(end), need.speed_limit, need.touch.end if isinstance(need.touch, Touch) else None)
        segments, length, seconds = _moved(*key)
        contacts = () if need.touch is None else (_contact(need, segments, length, end, start),)
        return Motion(need, segments, rest_to_rest(length, seconds), contacts, (), seconds)


class _Granted:
    """Certificates of all motions, for it is not they that are tried here."""

    def get(self, key: str) -> bytes | None:
        return b"[[], null]"

    def put(self, key: str, value: bytes) -> None:
        raise AssertionError("nothing is judged")


@dataclass
class _Planner:
    bench: Bench
    asked: list[RequestPlan] = field(default_factory=list)

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        self.asked.append(request)
        return self.bench.released(request.state)


@dataclass(frozen=True, slots=True)
class Ran:
    record: RunRecord
    world: SimulatedCell
    truth: WorldRecord
    asked: tuple[RequestPlan, ...]

    @property
    def lying(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of parts by the equipment in which they truly rest."""
        found: dict[str, list[str]] = {}
        for part in self.truth.parts:
            where = part.where.place.split("[")[0] if isinstance(part.where, RestsIn) else str(part.where)
            found.setdefault(where, []).append(part.id)
        return {where: tuple(ids) for where, ids in found.items()}

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.record.events if isinstance(event, kind)]


@cache
def _moved(
    start: tuple[float, ...], end: tuple[float, ...], limit: float | None, touch: str | None
) -> tuple[tuple[Segment, ...], float, float]:
    first, last = np.array(start), np.array(end)
    corner = (first if touch == "start" else last).copy()
    corner[2] = SAFE_HEIGHT
    legs = [(a, b) for a, b in pairwise([first, corner, last]) if float(np.abs(b - a).max()) > 1e-9]
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    touched = None if touch is None else Touch("fingers and part", "", "", "", 0, touch)  # type: ignore[arg-type]
    return segments, length, slow_enough(MotionNeed("g1", AtHome(), AtHome(), (), touched, limit, (), "grip"), segments, length)


def _contact(need: MotionNeed, segments: tuple[Segment, ...], length: float, end: Array, start: Array) -> ContactAllowance:
    assert isinstance(need.touch, Touch)
    at_end = need.touch.end == "end"
    height = float((end if at_end else start)[2]) + CONTACT
    leg = segments[-1 if at_end else 0]
    top, bottom = float(leg.control[0][2]), float(leg.control[-1][2])
    low, high = 0.0, 1.0
    for _ in range(60):
        u = 0.5 * (low + high)
        z = top + (bottom - top) * (10 * u**3 - 15 * u**4 + 6 * u**5)  # the curve of those six control points
        low, high = (u, high) if (z > height) == at_end else (low, u)
    s = (length - leg.length if at_end else 0.0) + low * leg.length
    force = min(60.0, need.force_limit or 60.0)
    return ContactAllowance(need.touch, *((s, length) if at_end else (0.0, s)), 0.25, force)
