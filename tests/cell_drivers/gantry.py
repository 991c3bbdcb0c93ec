"""A cell whose kinematics need no solver: a gantry whose joints are x, y, z of the flange and a turn about z.

So a test knows by itself where every joint position puts the hand, and judges the world by arithmetic of its own.
"""

import math
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from cell.device import CommandStatus, Trajectory
from cell.diagnostic import Position, Span
from cell.equipment import DurationRange, Equipment, MachineProgram, Offer, PartKind, Place
from cell.geometry import Array, Cylinder, Pose, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.model import CellModel, Hand, RobotUnit, Tool
from cell.motion_plan import Phase, Segment
from cell.people import Person
from cell.robot import RobotModel
from cell.scenario import Disturbance, Scenario
from cell.zones import Zone
from cell_drivers.simulated import SimulatedCell, simulated_cell

SPAN = Span("gantry.cell", Position(1, 1), Position(1, 1))
HEIGHT = 0.12
VELOCITY = np.array([1.0, 1.0, 1.0, 3.0])
ACCELERATION = np.array([4.0, 4.0, 4.0, 10.0])
JERK = np.array([60.0, 60.0, 60.0, 150.0])
JOINTS = ("x", "y", "z", "turn")
HOME = (0.0, 0.0, 1.0, 0.0)
SECOND = 1_000_000_000


def gantry_model() -> RobotModel:
    axes = np.eye(3)
    joints = [Joint(JOINTS[i], JointKind.PRISMATIC, Pose.identity(), frozen(axes[i])) for i in range(3)]
    joints.append(Joint("turn", JointKind.REVOLUTE, Pose.identity(), frozen(axes[2])))
    return RobotModel(
        name="gantry",
        chain=KinematicChain(tuple(joints), Pose.identity()),
        hulls=((),) * 5,
        position=frozen([[-3.0, 3.0], [-3.0, 3.0], [0.0, 3.0], [-6.0, 6.0]]),
        velocity=frozen(VELOCITY),
        acceleration=frozen(ACCELERATION),
        jerk=frozen(JERK),
        effort=frozen(np.ones(4)),
        payload=10.0,
        reach=5.0,
        self_collision_pairs=(),
    )


def _equipment(kind: str, name: str, spots: Mapping[str, tuple[float, float, float]], **more: object) -> Equipment:
    capacity = more.pop("capacity", 1)
    places = tuple(Place(place, name, Pose.from_xyz_rpy(at), ("shaft",), capacity) for place, at in spots.items())  # type: ignore[arg-type]
    given: dict[str, object] = {"contains": (), "programs": (), "offers": (), "signals": {}, "guard": None, **more}
    return Equipment(kind=kind, name=name, frame=Pose.identity(), bodies=(), places=places, span=SPAN, **given)  # type: ignore[arg-type]


def gantry_cell() -> CellModel:
    """An infeed of six shafts, an outfeed of six, a bin, a lathe with door and clamp, a gauge, an aisle with a scanner."""
    down = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0))
    aside = Pose.from_xyz_rpy((0.3, 0.0, 0.0), (math.pi, 0.0, 0.0))
    equipment = (
        _equipment("tray", "infeed", {f"infeed[{i + 1}]": (0.1 * i, 0.5, 0.1) for i in range(6)}, contains=(("shaft", 6),)),
        _equipment("tray", "outfeed", {f"outfeed[{i + 1}]": (0.1 * i, -0.5, 0.1) for i in range(6)}),
        _equipment("bin", "scrap", {"scrap": (-0.5, 0.0, 0.0)}, capacity=None),
        _equipment(
            "machine",
            "lathe",
            {"lathe": (1.0, 0.0, 0.2)},
            programs=(MachineProgram("OP10", DurationRange(20.0, 30.0), SPAN),),
            signals={"door": "lathe.door", "clamp": "lathe.chuck", "spindle": "lathe.running", "alarm": "lathe.alarm"},
            guard="inside_lathe",
        ),
        _equipment(
            "station",
            "gauge",
            {"gauge": (0.0, 1.0, 0.1)},
            offers=(Offer("inspect", DurationRange(4.0, 4.0), SPAN),),
            signals={"verdict": "gauge.verdict", "occupied": "gauge.occupied"},
        ),
    )
    tool = Tool(
        name="grip",
        mount="g1",
        hands=(Hand("a", down), Hand("b", aside)),
        bodies=(),
        mass=1.0,
        grips=("shaft",),
        drives=(),
        force=(20.0, 120.0),
        signals={"holding": "grip.holding"},
        span=SPAN,
        attributes={},
        attribute_spans={},
    )
    return CellModel(
        robots={"g1": RobotUnit("g1", "gantry", "sim", Pose.identity(), HOME, 5.0, None, None, SPAN, {})},
        tools={"grip": tool},
        parts={"shaft": PartKind("shaft", 1.2, Cylinder(0.02, HEIGHT), 60.0, SPAN)},
        equipment={e.name: e for e in equipment},
        changers={},
        zones={
            "inside_lathe": _zone("inside_lathe", (0.8, -0.2, 0.0), (1.2, 0.2, 0.8), None),
            "aisle": _zone("aisle", (-3.0, -3.0, 0.0), (-2.0, 3.0, 2.0), "scanner.aisle"),
        },
        people={"operator": Person("operator", "gauge", (), None, "button.ready", 1.6, SPAN)},
        queues={},
        file="gantry.cell",
        revision="0" * 64,
    )


def _zone(name: str, low: tuple[float, float, float], high: tuple[float, float, float], signal: str | None) -> Zone:
    return Zone(name, low, high, False, None, signal is not None, signal, "slow" if signal else None, 0.25, None, False, SPAN)


# --- motions and where they lead -----------------------------------------------------------------------------------


def over(place: str, hand: str = "a") -> Array:
    """Joint positions that put the TCP of `hand` at the grasp point of a part in `place`."""
    x, y, z = gantry_cell().places[place].frame.translation
    return np.array([x - (0.3 if hand == "b" else 0.0), y, z + HEIGHT, 0.0])


def straight(start: Array, end: Array, motion: str = "") -> Trajectory:
    """A straight line in joint space, rest to rest, by four phases of constant jerk, within every limit."""
    change = np.abs(np.asarray(end) - np.asarray(start))
    length = float(change.max())
    if length == 0.0:
        raise ValueError("nothing to move")
    share = change / length
    # With jerk j and quarter time h: length 2 j h³, highest speed j h², highest acceleration j h.
    slowest = [1e-3]
    for part, v, a, j in zip(share, VELOCITY, ACCELERATION, JERK, strict=True):
        if part > 0.0:
            slowest += [
                part * length / (2.0 * v),
                math.sqrt(part * length / (2.0 * a)),
                (part * length / (2.0 * j)) ** (1.0 / 3.0),
            ]
    h = max(slowest)
    jerk = length / (2.0 * h**3)
    phases = tuple(Phase(h, sign * jerk) for sign in (1.0, -1.0, -1.0, 1.0))
    return Trajectory(motion, JOINTS, (Segment(frozen([start, end]), length),), phases)


class HasStatus(Protocol):
    def status(self, command: str) -> CommandStatus: ...


class Desk:
    """Somebody who sends commands one at a time and waits, in virtual time, until each is final."""

    def __init__(self, *disturbances: Disturbance, seed: int = 0, **more: object) -> None:
        scenario = Scenario(seed, disturbances)
        self.cell: SimulatedCell = simulated_cell(gantry_cell(), {"g1": gantry_model()}, scenario, **more)  # type: ignore[arg-type]
        self.cell.open()
        self.robot = self.cell.motion["g1"]
        self.grip = self.cell.grippers["grip"]
        self.lathe = self.cell.machines["lathe"]
        self.gauge = self.cell.stations["gauge"]
        self._count = 0
        self.robot.activate(self.id())
        self.wait(0.2)

    def id(self) -> str:
        self._count += 1
        return f"c{self._count}"

    @property
    def now(self) -> float:
        return self.cell.now() / SECOND

    def wait(self, seconds: float) -> None:
        self.cell.advance_to(self.cell.now() + round(seconds * SECOND))

    def until(self, device: HasStatus, command: str, longest: float = 600.0) -> CommandStatus:
        """Advances to where `command` is final."""
        end = self.cell.now() + round(longest * SECOND)
        while not (status := device.status(command)).is_final:
            time = self.cell.next_event_time()
            assert time is not None, f"{command} never ends: {status}"
            assert time <= end, f"{command} takes longer than {longest} s: {status}"
            self.cell.advance_to(time)
        return status

    def begin_move(self, q: Array) -> str:
        command = self.id()
        self.robot.start(self.robot.prepare(command, straight(self.robot.state().q, q, f"to {q}")))
        return command

    def move(self, q: Array) -> CommandStatus:
        return self.until(self.robot, self.begin_move(q))

    def close_on(self, hand: str = "a", force: float = 60.0) -> str | None:
        command = self.id()
        self.grip.grip(command, hand, None, force)
        self.until(self.grip, command)
        return self.grip.state(hand).grip

    def let_go(self, hand: str = "a") -> None:
        command = self.id()
        self.grip.release(command, hand)
        self.until(self.grip, command)

    def door(self, is_open: bool) -> None:
        command = self.id()
        self.lathe.set_door(command, is_open)
        self.until(self.lathe, command)

    def clamp(self, is_closed: bool) -> None:
        command = self.id()
        self.lathe.set_clamp(command, is_closed)
        self.until(self.lathe, command)

    def lift(self) -> None:
        self.move(self.robot.state().q + np.array([0.0, 0.0, 0.3, 0.0]))

    def pick(self, place: str, hand: str = "a") -> str | None:
        self.move(over(place, hand))
        grip = self.close_on(hand)
        self.lift()
        return grip

    def put(self, place: str, hand: str = "a") -> None:
        self.move(over(place, hand) + np.array([0.0, 0.0, 0.3, 0.0]))
        self.move(over(place, hand))
        self.let_go(hand)
        self.lift()

    def load_lathe(self, hand: str = "a") -> None:
        """Puts what the hand holds into the lathe and shuts it."""
        self.door(True)
        self.move(over("lathe", hand) + np.array([0.0, 0.0, 0.8, 0.0]))
        self.move(over("lathe", hand))
        self.clamp(True)
        self.let_go(hand)
        self.move(over("lathe", hand) + np.array([0.0, 0.0, 0.8, 0.0]))
        self.door(False)
