"""What a plan dispatches: steps, the facts they need and change, and where a robot stands between them.

A step is one command to one device. It starts when every predecessor is confirmed and every need is a fact; it is confirmed
when its effects are observed. Facts are symbolic, so that a proof can walk the partial order without any geometry.
"""

from __future__ import annotations

from typing import Literal

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.ordered import Ordered

FactName = Literal[
    "at",  # (part, place): the part rests there
    "held",  # (part, tool.hand)
    "free",  # (place,): nothing is there; heaps are always free, and seats have `vacant` instead
    "is",  # (part, kind): what the part is now; only of parts that others are joined to or put into
    "vacant",  # (part, seat): nothing is in that seat of the part
    "joined",  # (part, base): the part is joined to the base or lies in a pocket of it
    "empty",  # (tool.hand,)
    "stands",  # (robot, stance): at standstill in that stance, see `stance_name`
    "open",  # (machine,): the door is open
    "shut",  # (machine,)
    "clamped",  # (machine,)
    "unclamped",  # (machine,)
    "idle",  # (machine, station or person,): no program, inspection or other work is under way
    "running",  # (machine, station or person,)
    "reached",  # (goal id, part, or the thing that the goal is about)
    "told",  # (outcome, part): the outcome is known, its value is observed at run time
    "mounted",  # (tool, robot): the tool is at that flange
    "bare",  # (robot,): no tool is at its flange
    "stored",  # (tool, pocket): the tool stands there
]


@dataclass(frozen=True, slots=True)
class Fact(Ordered):
    name: FactName
    args: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.name}({', '.join(self.args)})"


# --- stances: the configurations that a robot rests in -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtHome(Ordered):
    pass


@dataclass(frozen=True, slots=True)
class AtHub(Ordered):
    """The one configuration from which a robot serves every place of `equipment`."""

    equipment: str


@dataclass(frozen=True, slots=True)
class AtPlace(Ordered):
    """In contact at `place`: hand `hand` grips there a part of `kind` by its grasp number `grasp`, or has it there."""

    place: str
    hand: str
    kind: str
    grasp: int


@dataclass(frozen=True, slots=True)
class AtPocket(Ordered):
    """At a changer, where the flange couples to the tool that stands in `pocket` (changer.tool)."""

    pocket: str


@dataclass(frozen=True, slots=True)
class AtMeasured(Ordered):
    """Anywhere else: joint positions in rad or m, as read from the robot."""

    q: tuple[float, ...]


Stance = AtHome | AtHub | AtPlace | AtPocket | AtMeasured


def stance_name(stance: Stance) -> str:
    """The word for a stance in facts and files, one to one."""
    match stance:
        case AtHome():
            return "home"
        case AtHub(equipment):
            return f"hub {equipment}"
        case AtPlace(place, hand, kind, grasp):
            return f"place {place} {hand} {kind} {grasp}"
        case AtPocket(pocket):
            return f"pocket {pocket}"
        case AtMeasured(q):
            return "measured " + " ".join(repr(x) for x in q)


# --- motions that are asked for ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried(Ordered):
    """A part of `kind` in `hand`, held by grasp number `grasp` (see cell/grasps.py)."""

    hand: str
    kind: str
    grasp: int


Touching = Literal["fingers and part", "part and place"]


@dataclass(frozen=True, slots=True)
class Touch(Ordered):
    """Contact that is meant, at one end of a motion. `fingers and part`: the hand's tool and the part that rests at `place`.
    `part and place`: the carried part and whatever carries it at `place`."""

    pair: Touching
    place: str
    hand: str
    kind: str
    grasp: int
    end: Literal["start", "end"]

    @property
    def where(self) -> str:
        return self.place


@dataclass(frozen=True, slots=True)
class Docking(Ordered):
    """Contact that is meant at a changer, at one end of a motion. `tool and pocket`: the tool at the flange and what carries it
    in its pocket. `flange and tool`: the bare flange and the tool that stands there."""

    pair: Literal["tool and pocket", "flange and tool"]
    pocket: str
    end: Literal["start", "end"]

    @property
    def where(self) -> str:
        return self.pocket


@dataclass(frozen=True, slots=True)
class Along(Ordered):
    """Contact that is meant along the path `feature` of the part of `kind` that rests at `place`, or at it where it is a spot,
    in one motion from the hub of the equipment there and back. The TCP of `hand`, the tool's z against the normal, follows it at
    `feed` m/s and presses with `force` N (0: not at all), after `dwells[0]` s at rest at its start and before `dwells[1]` s at
    its end. Along the path the tool does `verb`, with `settings` that are none of the motion's (current, …; SI). In a retreat
    (`leaves_path`) the TCP only comes off the path, along the normal of where it stands."""

    place: str
    hand: str
    kind: str
    feature: str
    verb: str
    feed: float
    force: float
    dwells: tuple[float, float]
    settings: tuple[tuple[str, float], ...] = ()

    @property
    def where(self) -> str:
        return self.place


def meets_part(touch: Touch | Along) -> bool:
    """Whether a motion with that touch finds the part at its place: it comes for it, leaves it, or works along it."""
    return isinstance(touch, Along) or touch.pair == "fingers and part"


@dataclass(frozen=True, slots=True)
class MotionNeed(Ordered):
    """Everything that fixes a motion: robot, two stances, what is carried, the contact meant, the speed allowed at the TCP
    (m/s, None for no limit but the robot's), the zones that it must stay out of, the tool at the flange (None: a bare flange),
    and the force allowed in contact (N, None for what part, tool and robot allow). Motions are stored by it."""

    robot: str
    start: Stance
    end: Stance
    carried: tuple[Carried, ...]
    touch: Touch | Docking | Along | None
    speed_limit: float | None
    avoid: tuple[str, ...]
    tool: str | None
    force_limit: float | None = None


def leaves_path(need: MotionNeed) -> bool:
    """Whether the motion is the way of a robot that was stopped along a path, off it; the tool does nothing then."""
    return isinstance(need.touch, Along) and isinstance(need.start, AtMeasured)


# --- actions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    need: MotionNeed


@dataclass(frozen=True, slots=True)
class Grip:
    """Close `hand` of `tool` on `part`, with `force` N."""

    tool: str
    hand: str
    part: str
    force: float


@dataclass(frozen=True, slots=True)
class Release:
    tool: str
    hand: str
    part: str


@dataclass(frozen=True, slots=True)
class Drive:
    """Run the fastener `part`, which `hand` of `tool` holds at a seat, into the part `base`, with `torque` Nm. The robot stands
    still: the tool drives by its own stroke, and has let go of the fastener when it is done."""

    tool: str
    hand: str
    part: str
    base: str
    torque: float


@dataclass(frozen=True, slots=True)
class Couple:
    """`robot`, with a bare flange at the tool's pocket, takes it."""

    robot: str
    tool: str


@dataclass(frozen=True, slots=True)
class Uncouple:
    """`robot`, with its tool in the tool's pocket, leaves it there."""

    robot: str
    tool: str


@dataclass(frozen=True, slots=True)
class SetDoor:
    machine: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SetClamp:
    machine: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class RunProgram:
    machine: str
    program: str
    part: str


@dataclass(frozen=True, slots=True)
class Inspect:
    """Ask `station` for `outcome` of `part`."""

    station: str
    outcome: str
    part: str


@dataclass(frozen=True, slots=True)
class Treat:
    """`station` does to `part` what it offers under `verb`, and tells nothing of it: it labels, seals, cleans."""

    station: str
    verb: str
    part: str


@dataclass(frozen=True, slots=True)
class Service:
    """`station` does to itself what it offers under `verb`, with nothing in it: it is calibrated."""

    station: str
    verb: str


@dataclass(frozen=True, slots=True)
class Await:
    """A person's work, which is awaited and never commanded: `person` does `verb` to `part` once their hands are ready, and tells
    its `outcome` ("" for none). `place` is where the part lies when they are done; what a robot hands over lies there once the
    hand has opened."""

    person: str
    verb: str
    part: str
    outcome: str
    place: str


@dataclass(frozen=True, slots=True)
class Present:
    """`supply` brings `part`, the next one that comes, to its place. It lasts until the part is there."""

    supply: str
    part: str


@dataclass(frozen=True, slots=True)
class Decide:
    """The controller takes a branch of `choice` once its outcome is known."""

    choice: str


Action = (
    Move
    | Grip
    | Release
    | Drive
    | Couple
    | Uncouple
    | SetDoor
    | SetClamp
    | RunProgram
    | Inspect
    | Treat
    | Service
    | Await
    | Present
    | Decide
)


@dataclass(frozen=True, slots=True)
class Because:
    """The line of intent that asked, and the rule by which this follows from it."""

    span: Span
    rule: str


@dataclass(frozen=True, slots=True)
class BranchRef:
    choice: str
    index: int


@dataclass(frozen=True, slots=True)
class Step:
    """`claims` are zones and machines that nobody else may use meanwhile. `predecessors` are step ids; one that lies in a
    branch not taken counts as confirmed. `part` is what its operation is about. `start` and `duration` in s, at the declared
    durations, all branches at their worst. `motion` is the content hash of the motion that answers `action.need`, None until one
    is found."""

    id: str
    operation: str
    action: Action
    robot: str | None
    part: str | None
    claims: tuple[str, ...]
    needs: tuple[Fact, ...]
    adds: tuple[Fact, ...]
    deletes: tuple[Fact, ...]
    predecessors: tuple[str, ...]
    start: float
    duration: float
    motion: str | None
    branch: BranchRef | None
    because: Because
