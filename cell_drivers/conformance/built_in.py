"""The cell that the kit brings: a gantry with two grippers to change, a lathe, a gauge, a conveyor, a person, a watched zone.

For drivers that drive whatever a cell file says (simulated ones, templates). Its kinematics need no solver. A driver of one make
of robot is tried in a cell file of its own.
"""

from __future__ import annotations

import math

import numpy as np

from cell.changers import Changer, Pocket
from cell.devices import devices_of
from cell.diagnostic import Position, Span
from cell.driver import Assembly
from cell.equipment import DurationRange, Equipment, MachineProgram, Offer, PartKind, Place
from cell.geometry import Cylinder, Pose, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.model import CellModel, Hand, RobotUnit, Tool
from cell.people import Person
from cell.robot import RobotModel
from cell.scenario import Scenario
from cell.zones import Zone

FILE = "the kit's own cell"
SPAN = Span(FILE, Position(1, 1), Position(1, 1))
TRAVEL = 0.5
"""m or rad: with nothing in the way there is room for motions near the limits."""
JOINTS = ("x", "y", "z", "turn")
HOME = (0.0, 0.0, 1.0, 0.0)
PART = PartKind("shaft", 1.2, Cylinder(0.02, 0.12), 60.0, SPAN)


def built_in(driver: str) -> Assembly:
    """Every kind of device once, all of them driven by `driver`."""
    cell = _cell(driver)
    return Assembly(cell, {"gantry": gantry()}, Scenario(), frozenset(devices_of(cell)))


def gantry() -> RobotModel:
    """Joints x, y, z of the flange in m, and a turn about z in rad."""
    axes = np.eye(3)
    joints = [Joint(JOINTS[i], JointKind.PRISMATIC, Pose.identity(), frozen(axes[i])) for i in range(3)]
    joints.append(Joint("turn", JointKind.REVOLUTE, Pose.identity(), frozen(axes[2])))
    return RobotModel(
        name="gantry",
        chain=KinematicChain(tuple(joints), Pose.identity()),
        hulls=((),) * 5,
        position=frozen([[-3.0, 3.0], [-3.0, 3.0], [0.0, 3.0], [-6.0, 6.0]]),
        velocity=frozen([1.0, 1.0, 1.0, 3.0]),
        acceleration=frozen([4.0, 4.0, 4.0, 10.0]),
        jerk=frozen([60.0, 60.0, 60.0, 150.0]),
        effort=frozen(np.ones(4)),
        payload=10.0,
        reach=5.0,
        self_collision_pairs=(),
    )


def _cell(driver: str) -> CellModel:
    equipment = (_lathe(), _gauge(), _belt(), Equipment("changer", "rack", Pose.identity(), (), (), (), (), (), {}, None, SPAN))
    return CellModel(
        robots={"gantry": RobotUnit("gantry", "gantry", driver, Pose.identity(), HOME, 5.0, None, None, SPAN, {})},
        tools={"grip": _gripper("grip", "gantry"), "spare": _gripper("spare", "rack")},
        parts={PART.name: PART},
        equipment={e.name: e for e in equipment},
        changers={"rack": _rack()},
        zones={"aisle": _aisle()},
        people={"operator": Person("operator", "gauge", (_offer("label", 5.0),), None, "button.ready", 1.6, SPAN)},
        queues={},
        file=FILE,
        revision="0" * 64,
    )  # fmt: skip


def _aisle() -> Zone:
    low, high = (-3.0, -3.0, 0.0), (-2.0, 3.0, 2.0)
    return Zone("aisle", low, high, False, None, True, "scanner.aisle", "slow", 0.25, None, False, SPAN)


def _offer(verb: str, seconds: float) -> Offer:
    return Offer(verb, DurationRange(seconds, seconds), SPAN)


def _rack() -> Changer:
    pockets = tuple(
        Pocket(f"rack.{tool}", "rack", tool, Pose.from_xyz_rpy((-2.0, y, 0.5))) for tool, y in (("grip", 1.0), ("spare", 1.5))
    )
    return Changer("rack", pockets, ("gantry",), 2.0, SPAN)


def _gripper(name: str, mount: str) -> Tool:
    down = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0))
    return Tool(
        name=name, mount=mount, hands=(Hand("a", down),), bodies=(), mass=1.0, grips=(PART.name,), drives=(),
        force=(20.0, 120.0), signals={"holding": f"{name}.holding"}, span=SPAN, attributes={}, attribute_spans={},
    )  # fmt: skip


def _lathe() -> Equipment:
    signals = {"door": "lathe.door", "clamp": "lathe.chuck", "spindle": "lathe.running", "alarm": "lathe.alarm"}
    programs = (MachineProgram("OP10", DurationRange(4.0, 6.0), SPAN),)
    return _equipment("machine", "lathe", (2.0, 0.0, 0.2), signals, programs)


def _gauge() -> Equipment:
    signals = {"verdict": "gauge.verdict", "occupied": "gauge.occupied"}
    return _equipment("station", "gauge", (0.0, 2.0, 0.1), signals, offers=(_offer("inspect", 2.0),))


def _belt() -> Equipment:
    law = {"every": 2.0, "delivers": PART.name, "buffer": 3.0}
    return _equipment("conveyor", "belt", (0.0, -2.0, 0.1), {"waiting": "belt.waiting"}, attributes=law)


def _equipment(
    kind: str,
    name: str,
    at: tuple[float, float, float],
    signals: dict[str, str],
    programs: tuple[MachineProgram, ...] = (),
    offers: tuple[Offer, ...] = (),
    attributes: dict[str, object] | None = None,
) -> Equipment:
    place = Place(name, name, Pose.from_xyz_rpy(at), (PART.name,), 1)
    return Equipment(kind, name, Pose.identity(), (), (place,), (), programs, offers, signals, None, SPAN, attributes or {})
