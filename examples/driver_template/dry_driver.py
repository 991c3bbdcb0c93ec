"""The smallest driver that runs a cell: robots and grippers that do at once, in virtual time, what they are told.

Copy it, and replace what stands in `Robot` and `Gripper` by what your devices need. Read docs/drivers.md beside it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from itertools import count

import numpy as np

from cell.device import (
    Capabilities,
    CommandChanged,
    CommandStatus,
    DeviceEvent,
    GripChanged,
    GripKind,
    GripperState,
    JointLimits,
    Prepared,
    ReadbackBlock,
    RobotState,
    SignalValue,
    SpeedScaled,
    StopKind,
    Trajectory,
)
from cell.driver import Assembly, CouplingDriver, MachineDriver, PersonDriver, StationDriver, SupplyDriver
from cell.driver_errors import Refusal, Refused
from cell.geometry import Array
from cell.home import home_of
from cell.model import Tool
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell.robot import RobotModel
from cell.trajectory import Law, Path

START_TOLERANCE = 1e-3  # rad or m
GRIP_TIME = 0.5  # s


class Timeline:
    """Virtual time. A driver of real devices has none: its `virtual` is None, and its devices take their own time."""

    def __init__(self) -> None:
        self.time = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._number = count()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + round(1e9 * seconds), next(self._number), act))

    def now(self) -> int:
        return self.time

    def next_event_time(self) -> int | None:
        return self._due[0][0] if self._due else None

    def advance_to(self, time: int) -> None:
        while self._due and self._due[0][0] <= time:
            self.time, _, act = heapq.heappop(self._due)
            act()
        self.time = time


class Device:
    """What every device has: a name, command ids that count once, and news for the next `poll`."""

    def __init__(self, name: str, timeline: Timeline) -> None:
        self.name, self.timeline = name, timeline
        self.news: list[DeviceEvent] = []
        self._asked: dict[str, tuple[object, ...]] = {}
        self._status: dict[str, CommandStatus] = {}

    def capabilities(self) -> Capabilities:
        """Say what is true of your device: a false declaration is a failure of the driver."""
        return Capabilities(
            device=self.name, joints=(), feeding="none", rate=125.0, look_ahead=None, standstill={}, start_tolerance=0.0,
            max_age=0.1, on_link_loss="unknown", command_status=True, speed_scaling=False, device_clock=False, io_points=(),
            verified_against=(),
        )  # fmt: skip

    def open(self) -> None:
        """Connects. Never moves, never powers."""

    def close(self) -> None:
        """Never raises."""

    def heartbeat(self) -> None: ...

    def acknowledge(self, fault: str, operator: str) -> None:
        """There are no faults here."""

    def status(self, command: str) -> CommandStatus:
        return self._status.get(command, CommandStatus("not seen"))

    def poll(self) -> tuple[DeviceEvent, ...]:
        news, self.news = tuple(self.news), []
        return news

    def takes(self, command: str, *asked: object) -> bool:
        """False for a command that is here already: twice is as good as once. The same id for something else is refused."""
        if command not in self._asked:
            self._asked[command] = asked
            return True
        if self._asked[command] != asked:
            raise self.refused(Refusal.ID_REUSED, command)
        return False

    def tell(self, command: str, status: CommandStatus) -> None:
        self._status[command] = status
        self.news.append(CommandChanged(self.name, self.timeline.time, command, status))

    def refused(self, code: Refusal, command: str, why: str = "") -> Refused:
        self._asked.pop(command, None)  # a refused command was not seen
        return Refused(code, self.name, command or None, self.timeline.time, why)


class Robot(Device):
    def __init__(self, name: str, timeline: Timeline, model: RobotModel, home: Array) -> None:
        super().__init__(name, timeline)
        self.model, self.q = model, home
        self.is_active = False
        self.running: str | None = None
        self.scaling = 1.0
        self._prepared: dict[str, tuple[Prepared, Trajectory]] = {}

    def capabilities(self) -> Capabilities:
        base = super().capabilities()
        names, m = self.model.chain.joint_names, self.model
        rows = zip(names, m.position, m.velocity, m.acceleration, m.jerk, strict=True)
        joints = tuple(JointLimits(n, float(p[0]), float(p[1]), float(v), float(a), float(j)) for n, p, v, a, j in rows)
        return Capabilities(
            device=self.name, joints=joints, feeding="buffered", rate=base.rate, look_ahead=None,
            standstill={"hold": 0.0, "quick": 0.0, "power": 0.0}, start_tolerance=START_TOLERANCE, max_age=base.max_age,
            on_link_loss="finishes its buffer", command_status=True, speed_scaling=False, device_clock=False, io_points=(),
            verified_against=("nothing: it moves no robot",),
        )  # fmt: skip

    def activate(self, command: str) -> None:
        if self.takes(command, "activate"):
            self.is_active = True
            self.tell(command, CommandStatus("done"))

    def deactivate(self, command: str) -> None:
        if self.takes(command, "deactivate"):
            if self.running is not None:
                raise self.refused(Refusal.BUSY, command)
            self.is_active = False
            self.tell(command, CommandStatus("done"))

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        """All refusals are here, before anything moves. A real driver looks at every limit of its robot as well."""
        if not self.takes(command, "motion", trajectory.motion):
            return self._prepared[command][0]
        if not self.is_active:
            raise self.refused(Refusal.NOT_ACTIVE, command)
        if self.running is not None:
            raise self.refused(Refusal.BUSY, command)
        if float(np.max(np.abs(trajectory.segments[0].control[0] - self.q))) > START_TOLERANCE:
            raise self.refused(Refusal.START_DIFFERS, command)
        prepared = Prepared(self.name, command, trajectory.motion, Law.of(trajectory.phases).duration)
        self._prepared[command] = (prepared, trajectory)
        self.tell(command, CommandStatus("queued"))
        return prepared

    def start(self, prepared: Prepared) -> None:
        command = prepared.command
        if command not in self._prepared or self.status(command).state == "aborted":
            raise self.refused(Refusal.NOT_PREPARED, command)
        if self.status(command).state != "queued":
            return
        self.running = command
        self.tell(command, CommandStatus("running", 0.0))
        self.timeline.after(prepared.duration, lambda: self._arrived(command))

    def _arrived(self, command: str) -> None:
        if self.running != command:
            return
        path = Path.of(self._prepared[command][1].segments)
        self.running, self.q = None, self._prepared[command][1].segments[-1].control[-1]
        self.tell(command, CommandStatus("done", path.length))

    def stop(self, kind: StopKind) -> None:
        """Stands at once where it set out from. Yours slows down along its path, and says at which s it stands."""
        for command in self._prepared:
            if not self.status(command).is_final:
                self.tell(command, CommandStatus("aborted", 0.0, f"{kind} stop"))
        self.running, self.is_active = None, self.is_active and kind != "power"

    def scale_speed(self, command: str, scaling: float) -> None:
        if self.takes(command, "scale", scaling):
            self.scaling = scaling
            self.news.append(SpeedScaled(self.name, self.timeline.time, scaling))
            self.tell(command, CommandStatus("done"))

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        raise self.refused(Refusal.UNKNOWN_NAME, command, point)

    def state(self) -> RobotState:
        now, still = self.timeline.time, np.zeros_like(self.q)
        return RobotState(
            device=self.name, seq=now, device_time=now, received=now, q=self.q, qd=still, setpoint=self.q, effort=None,
            temperature=None, mode="off" if not self.is_active else "running" if self.running else "idle", protective="normal",
            speed_scaling=self.scaling, command=self.running, s=0.0 if self.running else None, faults=(),
        )  # fmt: skip

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return ()


class Gripper(Device):
    """Believes that a part is wherever it closes. Yours asks its sensor."""

    def __init__(self, tool: Tool, timeline: Timeline) -> None:
        super().__init__(tool.name, timeline)
        self.grips: dict[str, GripKind] = {hand.name: "open" for hand in tool.hands}

    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        if self.takes(command, "grip", hand, width, force):
            self.timeline.after(GRIP_TIME, lambda: self._moved(command, hand, "held"))

    def release(self, command: str, hand: str) -> None:
        if self.takes(command, "release", hand):
            self.timeline.after(GRIP_TIME, lambda: self._moved(command, hand, "open"))

    def drive(self, command: str, hand: str, torque: float) -> None:
        raise Refused(Refusal.NOT_OFFERED, self.name, command, self.timeline.time, "it drives nothing")

    def stop(self) -> None: ...

    def state(self, hand: str) -> GripperState:
        """A sample as of now: a state that is older than `max_age` counts as silence, and the run is held."""
        grip = self.grips[hand]
        return GripperState(self.name, hand, self.timeline.time, grip, grip == "held", None)

    def _moved(self, command: str, hand: str, grip: GripKind) -> None:
        self.grips[hand] = grip
        # The fact comes before the news that the command is done.
        self.news.append(GripChanged(self.name, self.timeline.time, self.state(hand)))
        self.tell(command, CommandStatus("done"))


class DryCell:
    """The drivers of one cell, by the names in its cell file: of those devices only that the cell file gives to this driver."""

    def __init__(self, assembly: Assembly) -> None:
        cell, self.virtual = assembly.cell, Timeline()
        self.motion = {
            name: Robot(name, self.virtual, assembly.robots[name], np.asarray(home_of(unit, assembly.robots[name])))
            for name, unit in cell.robots.items()
            if name in assembly.devices
        }
        self.grippers = {name: Gripper(tool, self.virtual) for name, tool in cell.tools.items() if name in assembly.devices}
        self.signals, self.people = NO_SIGNALS, NO_PEOPLE
        self.couplings: Mapping[str, CouplingDriver] = {}
        self.machines: Mapping[str, MachineDriver] = {}
        self.stations: Mapping[str, StationDriver] = {}
        self.supplies: Mapping[str, SupplyDriver] = {}
        self.persons: Mapping[str, PersonDriver] = {}

    def poll(self) -> tuple[DeviceEvent, ...]:
        devices = (*self.motion.values(), *self.grippers.values())
        return tuple(sorted((event for device in devices for event in device.poll()), key=lambda event: event.time))

    def open(self) -> None: ...

    def close(self) -> None: ...


driver = DryCell
