"""What is known of the cell at one moment, as planning sees it: values only, no ages. None means "not known"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from cell.dataclass import dataclass
from cell.former import FormerAct
from cell.jog import WantedJog
from cell.model import CellModel, Tool
from cell.ordered import Ordered
from cell.orders import Order
from cell.program import IntentProgram, Role
from cell.robot import RobotModel
from cell.steps import MotionNeed, Stance


@dataclass(frozen=True, slots=True)
class InPlace(Ordered):
    place: str


@dataclass(frozen=True, slots=True)
class InHand(Ordered):
    """`hand` is tool.hand, as in facts."""

    hand: str
    grasp: int


@dataclass(frozen=True, slots=True)
class InPart(Ordered):
    """Joined to `part`, or in a pocket of it: it goes where that part goes. `seat` is a seat of that part's kind."""

    part: str
    seat: str


@dataclass(frozen=True, slots=True)
class Lost(Ordered):
    """Nobody knows where, or known to be where nothing can reach it."""

    why: str


@dataclass(frozen=True, slots=True)
class Expected(Ordered):
    """Not come yet. It will lie in `place`, after those that are expected there with smaller numbers (see cell/arrivals.py)."""

    place: str


Location = InPlace | InHand | InPart | Lost | Expected


@dataclass(frozen=True, slots=True)
class PartState:
    """`kind` is what it is now: what was joined to it changes that. `origin` is the place where it was first seen (so which sets
    it belongs to). `reached` are ids of goals that are facts for this part, `outcomes` what was told of it (verdict -> accept).
    `given_up`: its iteration was skipped. `bound`: the demand of an order that it is for (cell/demands.py), "" for none."""

    id: str
    kind: str
    location: Location
    origin: str
    reached: frozenset[str] = frozenset()
    outcomes: tuple[tuple[str, str], ...] = ()
    given_up: bool = False
    bound: str = ""


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A machine or station. None: nothing reports it."""

    door_open: bool | None = None
    clamped: bool | None = None
    running: bool | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """The goal of a rung, by its id, is to be reached for `part`. Nothing else is done meanwhile, but that a part in a hand is
    brought on where every hand is full."""

    goal: str
    part: str


@dataclass(frozen=True, slots=True)
class Amended:
    """The goal, by its id, of the iteration `serves` is being tried again with `settings` in place of its own."""

    goal: str
    serves: tuple[tuple[str, str], ...]
    settings: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class CellState:
    """`parts` in order of id. `devices` and `stances` for every machine, station and robot of the cell. `orders` in the order in
    which they arrived. `mounts` has the robot or the changer that each tool is at; a tool that is not named is where the cell
    declares it. `errand`: what a ladder has come to, None for the whole intent. `since`: by the id of a goal about a thing,
    how many s ago it was last reached; one that is not named never was, as far as anybody remembers. `amended`: what retries
    change (cell/amended.py). `decided`: the branch, by the id of its `when`, of each that was decided by an earlier plan.
    `standing`: joint positions (rad or m) of robots in stances that do not give them, a hub, a place or a pocket; told where
    another robot was stopped on its way and may have to come out past them."""

    parts: tuple[PartState, ...]
    stances: Mapping[str, Stance]
    devices: Mapping[str, DeviceState]
    orders: tuple[Order, ...] = ()
    mounts: Mapping[str, str] = field(default_factory=dict)
    errand: Errand | None = None
    since: Mapping[str, float] = field(default_factory=dict)
    amended: tuple[Amended, ...] = ()
    decided: Mapping[str, int] = field(default_factory=dict)
    standing: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def mount_of(cell: CellModel, state: CellState, tool: str) -> str:
    """The robot or the changer that the tool is at."""
    return state.mounts.get(tool, cell.tools[tool].mount)


def tool_at(cell: CellModel, state: CellState, robot: str) -> Tool | None:
    """What is at the robot's flange; None where it is bare."""
    return next((tool for name, tool in cell.tools.items() if mount_of(cell, state, name) == robot), None)


@dataclass(frozen=True, slots=True)
class PlanningRequest:
    """All that planning takes in. `robots` are the resolved models by robot name. `iterations` bounds every search, so the
    result is the same on any machine. `without` are robots that may not be used. `is_continuous`: more orders may
    come, so too few of them are no reason not to begin. `former`: what the plan before has left, kept to where that costs
    little. `stopped`: the motions on which robots were stopped that stand on their way. `jog`: a way is asked for instead."""

    program: IntentProgram
    cell: CellModel
    robots: Mapping[str, RobotModel]
    state: CellState
    seed: int = 0
    iterations: int = 2000
    without: frozenset[str] = frozenset()
    is_continuous: bool = False
    former: tuple[FormerAct, ...] = ()
    stopped: tuple[MotionNeed, ...] = ()
    jog: WantedJog | None = None
