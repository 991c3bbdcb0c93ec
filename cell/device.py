"""What devices say of themselves: capabilities, states, command status, events. Values only; cell/driver.py has the calls.

Law: unknown is None and is never guessed; a sample carries the device's time and a state older than its maximum age is
stale. Times are nanoseconds of one monotonic clock (virtual or real, the assembly says which).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from cell.dataclass import dataclass
from cell.geometry import Array, Integers
from cell.motion_plan import Phase, Segment

StopKind = Literal["hold", "quick", "power"]
"""`hold`: normal stop on the path, within the acceleration limits where the path leaves room. `quick`: on the path, as hard
as the drives can. `power`: the drives' power is taken away after (or as) the robot stops; it must be activated again."""

LinkLoss = Literal["stops", "finishes its buffer", "unknown"]
RobotMode = Literal["off", "idle", "running", "stopping", "fault"]
ProtectiveState = Literal["normal", "reduced", "protective stop", "emergency stop"]
DoorState = Literal["open", "closed"]
GripKind = Literal["open", "held", "empty"]

SignalValue = bool | float | str | None
"""State signals speak the words of their fact in the vocabulary (door: open, closed; spindle: running, stopped; occupied:
occupied, free; holding: yes, no; ready: ready, away; verdict: accept, reject). Alarms are a bool, counts a float."""


@dataclass(frozen=True, slots=True)
class JointLimits:
    """rad or m, and s. `low` and `high` bound the position, the rest are largest magnitudes."""

    name: str
    low: float
    high: float
    velocity: float
    acceleration: float
    jerk: float


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`rate` Hz of fresh states. `look_ahead` s of trajectory that the device holds (None: all of it). `standstill`: worst
    time in s from each kind of stop to standstill. `start_tolerance`: largest distance in rad or m between a trajectory's
    first point and the measured joint positions. `max_age` s: an older state is stale. `command_status`: the device can
    tell what became of a command. `verified_against` names what the driver was really run against.
    `standstill_on_link_loss`: worst time in s from a cut link to standstill, None where it does not stop by itself.
    `device_clock`: a state's `device_time` is of the device's own clock; else it is when the state was received.
    `force_accuracy` N: what it tells of the force at its TCP is no further from what is so; None: it tells none."""

    device: str
    joints: tuple[JointLimits, ...]
    feeding: Literal["buffered", "streamed", "none"]
    rate: float
    look_ahead: float | None
    standstill: Mapping[StopKind, float]
    start_tolerance: float
    max_age: float
    on_link_loss: LinkLoss
    command_status: bool
    speed_scaling: bool
    device_clock: bool
    io_points: tuple[str, ...]
    verified_against: tuple[str, ...]
    standstill_on_link_loss: float | None = None
    force_accuracy: float | None = None


# --- commands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommandStatus:
    """`unknown`: this device cannot tell. `not seen`: it never got that id. `at`: path parameter (motion) or fraction done
    (program), for running and aborted; None where not known. `why` says in a word what aborted it."""

    state: Literal["unknown", "not seen", "queued", "running", "done", "aborted"]
    at: float | None = None
    why: str = ""

    @property
    def is_final(self) -> bool:
        return self.state in ("done", "aborted")


@dataclass(frozen=True, slots=True)
class Process:
    """What the tool at the flange does on the way: `verb` along the path `feature` of the part that lies at `place`, from path
    parameter `first` to `last` and at no other time, with `settings` (SI)."""

    tool: str
    verb: str
    place: str
    feature: str
    first: float
    last: float
    settings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What `prepare` takes: path and time law as in cell/motion_plan.py, from rest to rest, never samples. `motion` is the
    content hash of the motion it came from, "" for none; `joints` names the columns of every segment's `control`. `contact`:
    where contact is meant, path parameters (first, last), with at most so many N. `process`: what the tool does meanwhile."""

    motion: str
    joints: tuple[str, ...]
    segments: tuple[Segment, ...]
    phases: tuple[Phase, ...]
    contact: tuple[float, float, float] | None = None
    process: Process | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A trajectory that a device has accepted under a command id, and not yet run. `duration` s at full speed."""

    device: str
    command: str
    motion: str
    duration: float


# --- states --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class RobotState:
    """One sample. `q`, `qd`, `setpoint` (n,) in rad or m and s; `effort` (n,) in N m or N. `setpoint` is where it is told to be,
    by the device or by the trajectory that it runs, and in motion never what is measured. `command` is the command being run and
    `s` how far along its path; None at rest. `speed_scaling` 0..1 is what trajectory time follows. `force` (3,) in N is
    what acts on the TCP from outside, in the frame of the robot's base; None where the device tells none."""

    device: str
    seq: int
    device_time: int
    received: int
    q: Array
    qd: Array
    setpoint: Array
    effort: Array | None
    temperature: Array | None
    mode: RobotMode | None
    protective: ProtectiveState | None
    speed_scaling: float | None
    command: str | None
    s: float | None
    faults: tuple[str, ...]
    io: Mapping[str, SignalValue] = field(default_factory=dict)
    force: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadbackBlock:
    """Samples in bulk, for recordings: N instants `time` (N,) int64 ns; `q`, `qd`, `setpoint` (N, n); `s` (N,) the path
    parameter; all of one command and without a gap. `first_seq` numbers the first sample: between two blocks a reader sees
    what is missing."""

    device: str
    command: str
    motion: str
    first_seq: int
    time: Integers
    q: Array
    qd: Array
    setpoint: Array
    s: Array
    speed_scaling: Array


@dataclass(frozen=True, slots=True)
class GripperState:
    """Of one hand. `open`: jaws open; `held`: closed on a part; `empty`: closed on nothing; None while moving or unknown.
    `touched`: whether the jaws met anything when they last closed (empty and touched: it slipped; empty and not touched:
    nothing was there). `width` in m."""

    device: str
    hand: str
    time: int
    grip: GripKind | None
    touched: bool | None
    width: float | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CouplingState:
    """What the coupling at the flange of `robot` holds. `tool` None: nothing."""

    device: str
    robot: str
    time: int
    tool: str | None


@dataclass(frozen=True, slots=True)
class MachineState:
    """Of a machine, station or fixture. None: the device has no such thing, or it is moving. `work` is the program or
    inspection that runs, `fraction` how far it is."""

    device: str
    time: int
    door: DoorState | None
    clamp: DoorState | None
    running: bool | None
    work: str | None
    fraction: float | None
    occupied: bool | None
    alarm: str | None


@dataclass(frozen=True, slots=True)
class SignalSample:
    """`value` None: not known. Older than `max_age` ns it counts as not known; None: it does not age."""

    name: str
    value: SignalValue
    time: int
    max_age: int | None

    def is_stale(self, now: int) -> bool:
        return self.max_age is not None and now - self.time > self.max_age


@dataclass(frozen=True, slots=True)
class PersonWork:
    """What is asked of a person: `verb` on `part`. `outcome` is what they are to tell, "" for nothing; `place` is where the part
    lies when they are done."""

    verb: str
    part: str
    outcome: str
    place: str


@dataclass(frozen=True, slots=True)
class PersonState:
    """`is_ready`: whether the person's hands are reported ready, None where nothing reports it. `work` is what is asked of them,
    None for nothing; `is_working`: they have begun it."""

    device: str
    time: int
    is_ready: bool | None
    work: PersonWork | None
    is_working: bool


# --- events: what `poll` returns -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommandChanged:
    """A command got a new status."""

    device: str
    time: int
    command: str
    status: CommandStatus


@dataclass(frozen=True, slots=True)
class GripChanged:
    device: str
    time: int
    state: GripperState


@dataclass(frozen=True, slots=True)
class CouplingChanged:
    device: str
    time: int
    state: CouplingState


@dataclass(frozen=True, slots=True)
class MachineChanged:
    device: str
    time: int
    state: MachineState


@dataclass(frozen=True, slots=True)
class Measured:
    """What a device has measured while it carried out `command`, in SI: a `quantity` as the vocabulary calls it (angle in rad,
    torque in Nm). Comes before its CommandChanged."""

    device: str
    time: int
    command: str
    quantity: str
    value: float


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """An inspection under `command` told `outcome` (verdict) to be `value` (accept). Comes before its CommandChanged."""

    device: str
    time: int
    command: str
    outcome: str
    value: str


@dataclass(frozen=True, slots=True)
class SignalChanged:
    device: str
    time: int
    sample: SignalSample


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """`fault` is what `acknowledge` takes. `text` is the vendor's."""

    device: str
    time: int
    fault: str
    text: str


@dataclass(frozen=True, slots=True)
class FaultCleared:
    device: str
    time: int
    fault: str


@dataclass(frozen=True, slots=True)
class SpeedScaled:
    """The robot's own speed scaling now aims at `scaling`, whoever asked."""

    device: str
    time: int
    scaling: float


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """`is_up` False: no fresh samples. What was running then has an unknown outcome until `status` tells. `why` it went down.
    With it comes the fault `link`, where to acknowledge it is what makes the link again."""

    device: str
    time: int
    is_up: bool
    why: str = ""


# --- links ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinkHeard:
    """How `device` was heard since that was last told. `took` s for each answer that came, and for each state how much later than
    due it was there; `lost` answers did not come within the time that they have."""

    device: str
    took: tuple[float, ...]
    lost: int


DeviceEvent = (
    CommandChanged
    | GripChanged
    | CouplingChanged
    | MachineChanged
    | OutcomeTold
    | Measured
    | SignalChanged
    | FaultRaised
    | FaultCleared
    | SpeedScaled
    | LinkChanged
)
