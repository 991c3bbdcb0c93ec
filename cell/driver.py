"""The driver contract: what a device must offer, by capability. Every driver, simulated or real, is one of these.

Laws. Calls name a state to reach and carry a command id: a second call with the same id is a no-op, `status(id)` tells what
became of it. No call blocks and none reads a clock: a call returns at once, `poll()` returns what is new since the last
poll, in order of time. All refusals are raised by the call (cell/driver_errors.py), with no motion. `open` and `close`
never move and never power; `close` never raises. `stop` pre-empts everything and is idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol, runtime_checkable

from cell.dataclass import dataclass
from cell.device import (
    Capabilities,
    CommandStatus,
    CouplingState,
    DeviceEvent,
    GripperState,
    LinkHeard,
    MachineState,
    PersonState,
    PersonWork,
    Prepared,
    ReadbackBlock,
    RobotState,
    SignalSample,
    SignalValue,
    StopKind,
    Trajectory,
)
from cell.model import CellModel
from cell.robot import RobotModel
from cell.scenario import Scenario
from cell.state import PartState

CONTRACT_VERSION = "1.4"
"""Of the calls below and of their laws (docs/drivers.md). Its first number changes when a driver that kept them breaks one."""


class Device(Protocol):
    @property
    def name(self) -> str: ...

    def capabilities(self) -> Capabilities: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def heartbeat(self) -> None: ...

    def status(self, command: str) -> CommandStatus: ...

    def acknowledge(self, fault: str, operator: str) -> None:
        """Clears `fault` if its cause is gone; a fault that is not there is a no-op. `operator` is on record."""

    def poll(self) -> tuple[DeviceEvent, ...]: ...


class MotionDriver(Device, Protocol):
    def activate(self, command: str) -> None:
        """Power on, brakes off."""

    def deactivate(self, command: str) -> None: ...

    def state(self) -> RobotState:
        """The newest sample."""

    def readback(self) -> tuple[ReadbackBlock, ...]:
        """All samples since the last call, in bulk."""

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        """All refusals happen here: first point equals the measured q within `start_tolerance`; times strictly increase;
        joints by name; finite; within limits. Raises Refused."""

    def start(self, prepared: Prepared) -> None:
        """A second start of the same id is a no-op. What meets more force than the trajectory allows in contact goes back along
        its path to where it began, and the command ends `aborted` with `jam`."""

    def stop(self, kind: StopKind) -> None:
        """Pre-empts everything; standstill within the declared time; what was running ends `aborted` at its s, and a
        trajectory that was only prepared is dropped."""

    def scale_speed(self, command: str, scaling: float) -> None:
        """Trajectory time runs at `scaling` (0..1) of full speed, from now until changed. 0 stands still on the path with
        the command still running; back to 1 goes on. No catch-up."""

    def set_io(self, command: str, point: str, value: SignalValue) -> None: ...


class GripperDriver(Device, Protocol):
    """One tool; every hand by its name in the tool (a, b), each open, held or empty."""

    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        """Closes to `width` m (None: until something stops the jaws) with `force` N. Done when the jaws have closed, held
        or empty: `state` tells."""

    def release(self, command: str, hand: str) -> None: ...

    def drive(self, command: str, hand: str, torque: float) -> None:
        """Runs in the fastener that `hand` holds, up to `torque` Nm, and lets go of it. Done when it is seated: before that a
        `Measured` tells the torque and the angle. What cannot be seated stays in the hand and the command ends `aborted`, with
        `jam` or `cross_threaded`. A tool that drives nothing refuses."""

    def stop(self) -> None:
        """Jaws that are moving stop; a part that is held stays held."""

    def state(self, hand: str) -> GripperState: ...


class CouplingDriver(Device, Protocol):
    """The coupling at one robot's flange, called `coupling_name(robot)`. It knows which tool it holds."""

    def couple(self, command: str, tool: str) -> None:
        """Takes `tool`, which stands under the flange. Done when it is locked, else `aborted`."""

    def uncouple(self, command: str, tool: str) -> None:
        """Lets go of `tool`. Done when it is free, else `aborted`."""

    def stop(self) -> None:
        """A coupling that moves stops; a tool that is held stays held."""

    def state(self) -> CouplingState: ...


def coupling_name(robot: str) -> str:
    """The device's name of the coupling at a robot's flange."""
    return f"{robot}.coupling"


class MachineDriver(Device, Protocol):
    """A machine, or a station or fixture with a door or clamp."""

    def set_door(self, command: str, is_open: bool) -> None: ...

    def set_clamp(self, command: str, is_closed: bool) -> None: ...

    def program(self, command: str, name: str) -> None: ...

    def stop(self) -> None:
        """A running program ends `aborted`."""

    def state(self) -> MachineState: ...


class StationDriver(Device, Protocol):
    """Tells outcomes of parts. Its answer is an OutcomeTold, before the command is done."""

    def inspect(self, command: str, outcome: str) -> None: ...

    def treat(self, command: str, verb: str) -> None:
        """Does to the part that lies there what it offers under `verb` and tells nothing of; to the station itself, and
        only while nothing lies in it, where the verb is about no part (`calibrate`)."""

    def state(self) -> MachineState: ...


class SupplyDriver(Device, Protocol):
    """Brings parts one by one to its place: a conveyor with a stop, a feeder."""

    def present(self, command: str, part: str) -> None:
        """Lets the next part come, which is called `part` from then on. Done when it lies in the place; until one has come the
        command is running."""

    def stop(self) -> None:
        """What has not come yet is no longer waited for: the command ends `aborted`."""


class SignalDriver(Device, Protocol):
    """All signals of the cell that no robot, gripper or machine protocol carries, and copies of those that do."""

    @property
    def signals(self) -> tuple[str, ...]: ...

    def read(self, signal: str) -> SignalSample:
        """Raises Refused for a name that is not in `signals`."""


class PersonDriver(Device, Protocol):
    """One person's role: awaited, never commanded. What is asked is shown to them; when they begin, whether they refuse and when
    they are done is theirs to say."""

    def await_work(self, command: str, work: PersonWork) -> None:
        """Shows `work`. The command is `queued` until the person's hands are ready and they begin, then `running`, `done` when
        they confirm it; an outcome is told before. `aborted` with why "refused" when they refuse. One work at a time: else
        Refused(BUSY)."""

    def withdraw(self) -> None:
        """Nothing is asked any more: what was not done ends `aborted`."""

    def state(self) -> PersonState: ...


class PersonDetector(Device, Protocol):
    @property
    def zones(self) -> tuple[str, ...]: ...

    def is_occupied(self, zone: str, now: int) -> bool:
        """Silence is occupied: True also when the newest sample is older than its maximum age at `now`."""


class VirtualTime(Protocol):
    """Only simulated assemblies have it."""

    def now(self) -> int: ...

    def next_event_time(self) -> int | None:
        """When something will next happen by itself; None: never, unless a command comes."""

    def advance_to(self, time: int) -> None:
        """Everything due up to and at `time` happens. Never goes back: raises ValueError."""


class DriverSet(Protocol):
    """The drivers of one cell, or of a part of it, by the names that the cell file uses: robots, tools, machines, persons. Where
    there are no signals or no detectors of people, `signals` and `people` are those of cell/no_devices.py."""

    @property
    def motion(self) -> Mapping[str, MotionDriver]: ...

    @property
    def grippers(self) -> Mapping[str, GripperDriver]: ...

    @property
    def couplings(self) -> Mapping[str, CouplingDriver]:
        """By robot: those that change tools at a changer."""

    @property
    def machines(self) -> Mapping[str, MachineDriver]: ...

    @property
    def stations(self) -> Mapping[str, StationDriver]: ...

    @property
    def supplies(self) -> Mapping[str, SupplyDriver]: ...

    @property
    def persons(self) -> Mapping[str, PersonDriver]: ...

    @property
    def signals(self) -> SignalDriver: ...

    @property
    def people(self) -> PersonDetector: ...

    @property
    def virtual(self) -> VirtualTime | None: ...

    def poll(self) -> tuple[DeviceEvent, ...]:
        """What is new from all devices, in order of time. Takes the place of polling each."""

    def open(self) -> None: ...

    def close(self) -> None: ...


@runtime_checkable
class Follower(Protocol):
    """A `DriverSet` may be one too: what it drives stands in a world of its own, in which other drivers' robots have to be where
    they are (a simulated tool at a real flange). Where a robot is not known any more it decides nothing that depends on it."""

    @property
    def follows(self) -> frozenset[str]:
        """Robots of other drivers, by their names in the cell file."""

    def follow(self, state: RobotState) -> None:
        """A newer state of one of them. Its times are of the clock of this set's own events. One that is not finite, or no newer
        than what came before, changes nothing. Returns at once and raises nothing."""


@runtime_checkable
class HasLooked(Protocol):
    """A `DriverSet` that has its robots' states at hand, where to ask a robot for its own would wait for an answer."""

    @property
    def robots_seen(self) -> tuple[RobotState, ...]: ...


@runtime_checkable
class Waking(Protocol):
    """A `DriverSet` that says when there is something new, for whoever would look only later."""

    def wake_with(self, wake: Callable[[], None]) -> None:
        """`wake` is called, from whatever thread, when `poll` has something, or a zone is seen otherwise. It returns at once."""


@runtime_checkable
class Outliving(Protocol):
    """A `DriverSet` may be one too: its simulated world goes on without it, for another controller to find."""

    def leave(self) -> None:
        """In the place of `close`: real devices are closed, and the world is left as it is. Twice is as good as once."""


@runtime_checkable
class Metered(Protocol):
    """A `DriverSet` may be one too: it measures its links."""

    def heard(self) -> tuple[LinkHeard, ...]:
        """What was measured since the last call, of every device that was asked or has told anything. Returns at once."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """What a driver package gets to build its drivers from. `devices` are those that it is to drive, as cell/devices.py names
    them; the rest of the cell is another driver's. `addresses`, by device, are what the cell file says after `address`.
    `scenario`, `record`, the file in which a world keeps what truly happened, `remembers`, how much of each kind it keeps
    at hand (None: all of it), and `in_hands`, the parts that hands hold as it begins, only mean something to
    simulated devices."""

    cell: CellModel
    robots: Mapping[str, RobotModel]
    scenario: Scenario
    devices: frozenset[str]
    addresses: Mapping[str, str] = field(default_factory=dict)
    record: str | None = None
    remembers: int | None = None
    in_hands: tuple[PartState, ...] = ()


DriverFactory = Callable[[Assembly], DriverSet]
"""What an entry point of the group `cell_drivers` names. It returns the drivers of just the devices that it is asked for, and
raises ValueError for an address that it cannot make sense of."""
