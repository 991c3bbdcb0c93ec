"""The examples as they are shipped, but for their arms: every robot of the cell is a gantry, so no plan searches for motions.

Texts, tools, trays, machines, zones, people, orders and scenarios are the example's own; the schedule is the planner's, the proof
of everything but single motions and pairs of them and the run are the real ones. Configurations and motions are arithmetic: high
above everything, straight down, straight up. What arms can reach, how near they pass and what the judge says of it is for those
who plan with the arms themselves (line.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path as FilePath

import numpy as np
import pytest

from cell.codec import digest
from cell.commands import RequestPlan
from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.docking import T_world_flange
from cell.geometry import Array, Pose, frozen
from cell.grasps import T_part_tcp
from cell.model import CellModel, RobotUnit, Tool
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment, ZoneVisit
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.released_plan import ReleasedPlan
from cell.robot import RobotModel
from cell.state import CellState, PlanningRequest
from cell.steps import Along, AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Docking, MotionNeed, Move, Stance, Touch
from cellwright.order_files import read_order_file
from cellwright.reading import Reading, read
from planner.motion.least_duration import least_duration
from planner.proof.release import release
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.constructs.tracing import traced
from tests.end_to_end.line import CannotGoOn, Planned, planned
from tests.planner.proof.gantry import CONTACT, VERSIONS, gantry_model
from tests.planner.proof.hand_made import rest_to_rest

HIGH = 3.0  # m, of the flange: above every zone of the examples
APART, BELOW = 0.09, 0.2  # m, of hands that were at an angle to one another: between them, and below the flange
OVERHANG = 0.7  # m, of tool and load below the flange
SPEED = 3.0  # m/s on the way
FASTEST = 10.0  # m/s, of any point of a gantry on any of its motions
ITERATIONS = 20  # of the search for a better order
_OVER = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0))


BOTH = ("gantries", pytest.param("arms", marks=pytest.mark.slow))
"""How a test of an example gets its plan: at once with gantries, and in the slow suite with the example's own arms."""


def planned_by(how: str, file: FilePath, cache: FilePath, orders: FilePath | None = None, is_continuous: bool = False) -> Planned:
    if how == "gantries":
        return on_gantries(file, orders, is_continuous=is_continuous)
    return planned(str(file), cache, orders=None if orders is None else str(orders), is_continuous=is_continuous)


def on_gantries(
    file: FilePath,
    orders: FilePath | None = None,
    settings: Mapping[str, str] | None = None,
    is_continuous: bool = False,
) -> Planned:
    """Planned and proved. Raises CannotGoOn."""
    reading = read(str(file), settings or {})
    if reading.cell is None or reading.program is None:
        raise CannotGoOn("reading", reading.diagnostics)
    cell = _with_gantries(reading.cell)
    reading = replace(reading, cell=cell)
    given = () if orders is None else read_order_file(str(orders), cell).expect().orders
    planner = GantryPlanner(reading, is_continuous)
    first = planner.request(replace(declared_state(cell), orders=given))
    released = planner.released(first)
    if released.value is None:
        raise CannotGoOn("plan", released.diagnostics)
    return Planned(reading, first, released.value, None, planner)


def _with_gantries(cell: CellModel) -> CellModel:
    """Each hangs above where the arm stood, and its tools point down."""
    robots = {name: _hanging(unit) for name, unit in cell.robots.items()}
    return replace(cell, robots=robots, tools={name: _pointing_down(tool) for name, tool in cell.tools.items()})


def _hanging(unit: RobotUnit) -> RobotUnit:
    x, y, _ = unit.base.translation
    return replace(unit, base=Pose.identity(), home=(float(x), float(y), HIGH, 0.0))


def _pointing_down(tool: Tool) -> Tool:
    """Hands at an angle to one another come to stand side by side."""
    n = len(tool.hands)
    beside = [Pose.from_xyz_rpy((APART * (k - (n - 1) / 2), 0.0, -BELOW), (math.pi, 0.0, 0.0)) for k in range(n)]
    over = [_OVER @ hand.T_flange_tcp for hand in tool.hands]
    poses = [one if one.rotation[2, 2] < -0.999 else other for one, other in zip(over, beside, strict=True)]
    hands = tuple(replace(hand, T_flange_tcp=pose) for hand, pose in zip(tool.hands, poses, strict=True))
    return replace(tool, hands=hands, bodies=tuple(body.moved(_OVER) for body in tool.bodies))


@cache
def _model() -> RobotModel:
    """Strong and quick enough for any of them."""
    position = frozen([[-4.0, 4.0], [-4.0, 4.0], [0.0, 4.0], [-6.3, 6.3]])
    velocity, acceleration, jerk = (frozen(np.full(4, most)) for most in (50.0, 500.0, 50_000.0))
    return replace(
        gantry_model(), position=position, velocity=velocity, acceleration=acceleration, jerk=jerk, payload=100.0, reach=6.0
    )


@dataclass
class GantryPlanner:
    """Answers the controller as the resident planner does."""

    reading: Reading
    is_continuous: bool = False
    _motions: dict[MotionNeed, Motion] = field(default_factory=dict)

    @property
    def cell(self) -> CellModel:
        assert self.reading.cell is not None
        return self.reading.cell

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        return self.released(self.request(request.state))

    def request(self, state: CellState) -> PlanningRequest:
        assert self.reading.program is not None
        robots = dict.fromkeys(self.cell.robots, _model())
        return PlanningRequest(
            self.reading.program, self.cell, robots, state, iterations=ITERATIONS, is_continuous=self.is_continuous
        )

    def released(self, asked: PlanningRequest) -> Outcome[ReleasedPlan]:
        tasks = plan_tasks(asked, Known(lambda need: self.motion(need).duration, least=self._least))
        if tasks.value is None:
            return Outcome(None, tasks.diagnostics)
        plan = tasks.value
        needs = {step.id: step.action.need for step in plan.steps if isinstance(step.action, Move)}
        names = {need: digest(self.motion(need)) for need in needs.values()}
        steps = tuple(replace(step, motion=names[needs[step.id]]) if step.id in needs else step for step in plan.steps)
        motions = {name: self.motion(need) for need, name in sorted(names.items(), key=lambda item: item[1])}
        i = plan_inputs(asked)
        made = MotionPlan(
            "", replace(plan, steps=steps), motions, i.sources, i.params, i.cell_revision, i.robot_digests, VERSIONS
        )
        return release(with_plan_id(made), asked, Granted(), map, lambda stage, done, total: None, VERSIONS)

    # --- motions -----------------------------------------------------------------------------------------------------

    def _least(self, need: MotionNeed) -> float:
        """What no motion can be quicker than, as far as the ends of motions are known by now."""
        return least_duration(self.cell, dict.fromkeys(self.cell.robots, _model()), self._motions)(need)

    def motion(self, need: MotionNeed) -> Motion:
        if need not in self._motions:
            self._motions[need] = self._made(need)
        return self._motions[need]

    def _made(self, need: MotionNeed) -> Motion:
        """At rest at every corner."""
        start, end = self._configuration(need, need.start), self._configuration(need, need.end)
        if isinstance(need.touch, Along):
            return traced(need, need.touch, self.cell, start, HIGH)
        corner = (start if need.touch is not None and need.touch.end == "start" else end).copy()
        corner[2] = HIGH
        legs = [(a, b) for a, b in pairwise([start, corner, end]) if float(np.abs(b - a).max()) > 1e-9]
        segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
        length = sum(segment.length for segment in segments)
        seconds = 0.5 + length / SPEED
        contacts = () if need.touch is None else (_contact(need, need.touch, segments),)
        return Motion(need, segments, rest_to_rest(length, seconds), contacts, tuple(self._visits(need, segments)), seconds)

    def _visits(self, need: MotionNeed, segments: tuple[Segment, ...]) -> Iterator[ZoneVisit]:
        """Every zone around what is touched, as long as the flange is less than OVERHANG above it."""
        if not isinstance(need.touch, Touch | Docking):
            return
        at = self.cell.frame_of(need.touch.where).translation
        for zone in self.cell.zones.values():
            if zone.holds(at):
                yield ZoneVisit(zone.name, *_within(zone.high[2] + OVERHANG - float(at[2]), need.touch, segments))

    def _configuration(self, need: MotionNeed, stance: Stance) -> Array:
        match stance:
            case AtHome():
                return np.array(self.cell.robots[need.robot].home)
            case AtMeasured(q):
                return np.array(q)
            case AtHub(name):
                thing = self.cell.equipment[name]
                spot = (thing.places[0].frame if thing.places else thing.frame).translation
                return np.array([spot[0], spot[1], HIGH, 0.0])
            case AtPocket(pocket):
                return _flat(T_world_flange(self.cell, self.cell.pockets[pocket]))
            case AtPlace(place, hand, kind, grasp):
                tool, _, own = hand.partition(".")
                (T_flange_tcp,) = (h.T_flange_tcp for h in self.cell.tools[tool].hands if h.name == own)
                T_world_tcp = self.cell.frame_of(place) @ T_part_tcp(self.cell.parts[kind].shape, grasp)
                return _flat(T_world_tcp @ T_flange_tcp.inverse())
        raise AssertionError(stance)


class Granted:
    """Certificates of all motions and pairs of them, for it is not they that are tried here."""

    def get(self, key: str) -> bytes | None:
        return f"[[], {FASTEST}]".encode()

    def put(self, key: str, value: bytes) -> None:
        raise AssertionError("nothing is judged")


def _contact(need: MotionNeed, touch: Touch | Docking, segments: tuple[Segment, ...]) -> ContactAllowance:
    return ContactAllowance(touch, *_within(CONTACT, touch, segments), 0.25, min(20.0, need.force_limit or 20.0))


def _flat(flange: Pose) -> Array:
    return np.array([*flange.translation, math.atan2(flange.rotation[1, 0], flange.rotation[0, 0])])


def _within(distance: float, touch: Touch | Docking, segments: tuple[Segment, ...]) -> tuple[float, float]:
    """Path parameters at which the flange is within `distance` m of where it touches: the last of the way down, the first of the
    way up."""
    leg, length = segments[-1 if touch.end == "end" else 0], sum(segment.length for segment in segments)
    share, (low, high) = min(distance / leg.length, 1.0), (0.0, 1.0)
    for _ in range(60):
        u = 0.5 * (low + high)
        low, high = (u, high) if 10 * u**3 - 15 * u**4 + 6 * u**5 < share else (low, u)  # the curve of those six control points
    span = low * leg.length
    return (length - span, length) if touch.end == "end" else (0.0, span)
