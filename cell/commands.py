"""What the controller asks of the world: each command names a state to reach, so twice is as good as once.

A command's id is unique in the run's world for ever (run, number of the plan, step), so a device that keeps ids can say after
a crash what became of it. Commands are plain values: they cross the wall to a driver's process as JSON.
"""

from __future__ import annotations

from typing import Literal

from cell.dataclass import dataclass
from cell.former import FormerAct
from cell.jog import WantedJog
from cell.state import CellState
from cell.steps import MotionNeed


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event or a command is about. None where it has none. `plan` is the plan's id, `motion` a content hash."""

    run: str
    plan: str | None = None
    step: str | None = None
    goal: str | None = None
    part: str | None = None
    motion: str | None = None


@dataclass(frozen=True, slots=True)
class StartMotion:
    """Run the motion `of.motion` of the plan `of.plan` with `robot`."""

    id: str
    of: Subject
    robot: str


@dataclass(frozen=True, slots=True)
class Grip:
    """Close `hand` (its own name, without the tool's) of `tool` on `of.part`, with `force` N."""

    id: str
    of: Subject
    tool: str
    hand: str
    force: float


@dataclass(frozen=True, slots=True)
class Release:
    """Open `hand` of `tool`. `of.part` is None when the hand is opened in order to be ready."""

    id: str
    of: Subject
    tool: str
    hand: str


@dataclass(frozen=True, slots=True)
class Drive:
    """Run in the fastener that `hand` of `tool` holds, with `torque` Nm."""

    id: str
    of: Subject
    tool: str
    hand: str
    torque: float


@dataclass(frozen=True, slots=True)
class Couple:
    """`robot` takes `tool`, which stands under its flange."""

    id: str
    of: Subject
    robot: str
    tool: str


@dataclass(frozen=True, slots=True)
class Uncouple:
    """`robot` leaves `tool` where it stands."""

    id: str
    of: Subject
    robot: str
    tool: str


@dataclass(frozen=True, slots=True)
class SetDoor:
    id: str
    of: Subject
    machine: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SetClamp:
    id: str
    of: Subject
    machine: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class StartProgram:
    id: str
    of: Subject
    machine: str
    program: str


@dataclass(frozen=True, slots=True)
class Inspect:
    """Ask `station` for `outcome` of `of.part`."""

    id: str
    of: Subject
    station: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Treat:
    """`station` does to `of.part` what it offers under `verb`; to itself, with nothing in it, where the verb is about no part."""

    id: str
    of: Subject
    station: str
    verb: str


@dataclass(frozen=True, slots=True)
class AwaitWork:
    """Show `person` that `verb` on `of.part` is theirs to do now, and wait for it. `outcome` is what they tell, "" for nothing;
    `place` where the part lies when they are done."""

    id: str
    of: Subject
    person: str
    verb: str
    outcome: str
    place: str


@dataclass(frozen=True, slots=True)
class Present:
    """Bring the next part to the place of `supply`; it is called `of.part` from then on."""

    id: str
    of: Subject
    supply: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nothing is awaited of `person` any more: what was is over, `aborted`."""

    id: str
    of: Subject
    person: str


@dataclass(frozen=True, slots=True)
class CallOff:
    """What `supply` was told to bring and has not brought is waited for no more: it ends `aborted`."""

    id: str
    of: Subject
    supply: str


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Scale the speed of `robot` along its path to `fraction` of what is planned, in [0, 1]."""

    id: str
    of: Subject
    robot: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Activate:
    """Power and brakes of `robot`: explicit, never by merely opening a driver."""

    id: str
    of: Subject
    robot: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """`operator` has looked at `fault` of `device`. Sent only when an operator has resumed."""

    id: str
    of: Subject
    device: str
    fault: str
    operator: str


StopKind = Literal["hold", "quick", "power"]


@dataclass(frozen=True, slots=True)
class StopAll:
    """Bring every robot to standstill: `hold` along its path with power on, `quick` as fast as it can with power on, `power` by
    taking the power away (stop categories 2, 1 and 0 of IEC 60204-1). `quick` and `power` stop machines too. The one command
    that is sent before it is journaled."""

    id: str
    of: Subject
    kind: StopKind


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """Ask the planner to go on from `state`. `number` is that of the plan to come; `reason` is for the record; `former` is what
    the plan before has left to do, `stopped` the motions on which robots were stopped that stand on their way. With a `jog` it is
    no plan of the run that is asked for but the way of that jog, and every robot stands in `state` where it is measured."""

    id: str
    of: Subject
    number: int
    reason: str
    state: CellState
    former: tuple[FormerAct, ...] = ()
    stopped: tuple[MotionNeed, ...] = ()
    jog: WantedJog | None = None


@dataclass(frozen=True, slots=True)
class RequestJog:
    """Ask for a way to jog, from where the robots of `state` are measured to stand. Who answers says the `id` again."""

    id: str
    of: Subject
    wanted: WantedJog
    state: CellState


StepCommand = (
    StartMotion
    | Grip
    | Release
    | Drive
    | Couple
    | Uncouple
    | SetDoor
    | SetClamp
    | StartProgram
    | Inspect
    | Treat
    | AwaitWork
    | Present
)
DeviceCommand = StepCommand | Withdraw | CallOff | Activate | Acknowledge | StopAll
Command = DeviceCommand | SetSpeed | RequestPlan | RequestJog
