"""A robot's driver by the contract, over an `Arm`: what the robot's own protocol has to offer. Leave it as it is; write your Arm.

Everything that the contract asks is here: ids, refusals before anything moves, what became of a command, fresh states, samples in
bulk, faults. Not here: work along a path (`process`), I/O points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np

from cell.device import (
    Capabilities,
    CommandStatus,
    DeviceEvent,
    FaultCleared,
    FaultRaised,
    LinkChanged,
    Prepared,
    ProtectiveState,
    ReadbackBlock,
    RobotMode,
    RobotState,
    SignalValue,
    SpeedScaled,
    StopKind,
    Trajectory,
)
from cell.driver_errors import Refusal, Stale
from cell.geometry import Array
from cell.joint_limits import joint_limits
from cell.robot import RobotModel
from cell.trajectory import Law, Path, combined
from cell.trajectory_check import in_order, trajectory_finding
from dry_driver.numbered import NOT_SEEN, Numbered

START_TOLERANCE = 1e-3  # rad or m
PERCENT = 0.01 + 1e-9  # many robots know their speed scaling in whole ones only
DRIFT = 1e-3  # by how much the robot's clock may run slower than ours
JUMPED = 10_000_000_000  # ns for which samples may all be late; then it is the robot's clock that has stood still
Fate = tuple[Literal["not seen", "running", "done", "aborted"], float]
"""What became of a command, and how many s of its own time it has run."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What the robot says at one instant. `seq` grows by one with each; `device_time` and `received` ns. `command` is the last
    that it got, "" for none, and `fate` what became of that at the instant of `q`. `faults` are those that are there (a
    protective stop is one), `protective` is its own controller's word of it. `setpoint`: where it is told to be; None where it
    does not tell, and then it is where its trajectory has it after the s of `fate`."""

    seq: int
    device_time: int
    received: int
    q: Array
    qd: Array
    is_on: bool
    scaling: float
    command: str
    fate: Fate
    faults: tuple[str, ...] = ()
    protective: ProtectiveState | None = None
    setpoint: Array | None = None


class Arm(Protocol):
    """No call but `connect` may wait for the robot, or 50 ms at most."""

    @property
    def rate(self) -> float:
        """Samples a second."""

    @property
    def max_age(self) -> float:
        """s."""

    @property
    def standstill(self) -> Mapping[StopKind, float]:
        """s, the worst."""

    @property
    def standstill_on_link_loss(self) -> float | None:
        """s; None where it finishes what it has."""

    @property
    def can_scale(self) -> bool: ...

    @property
    def verified_against(self) -> tuple[str, ...]: ...

    def now(self) -> int:
        """ns, monotonic."""

    def connect(self) -> None:
        """Comes back when the first sample is there. Raises OSError where there is none, ProtocolViolation where it is another
        robot than the cell says."""

    def disconnect(self) -> None: ...

    def samples(self) -> list[Sample]:
        """Every one since the last call."""

    def fate(self, command: str) -> Fate | None:
        """What became of any command, asked of the robot; None where it does not answer."""

    def power(self, is_on: bool) -> None: ...

    def run(self, command: str, times: Array, points: Array) -> None:
        """Sets out along `points` (N, n), which it is to pass at `times` (N,) s."""

    def stop(self, kind: StopKind) -> None: ...

    def scale(self, scaling: float) -> None: ...

    def acknowledge(self, fault: str) -> None:
        """An operator has seen to it. The robot may go on being at fault; it never moves by this."""


class Robot(Numbered):
    def __init__(self, name: str, model: RobotModel, arm: Arm) -> None:
        super().__init__(name, arm.now)
        self.model, self.arm = model, arm
        self.newest: Sample | None = None
        self.running = self.powering = self.scaling = ""
        self.is_stopping = self.is_lost = False
        self._beside: list[StopKind] = []  # the stops since the last start, each from whichever thread
        self._last: float = -math.inf
        self._way: int | None = None  # ns from its clock to ours, of the sample that was quickest here
        self._late_since: int | None = None  # ns, the first of the samples that are all late
        self._prepared: dict[str, tuple[Prepared, Path, Law]] = {}
        self._rows: list[tuple[str, Sample]] = []

    def capabilities(self) -> Capabilities:
        """What is true of your robot its Arm says: a false declaration is a failure of the driver."""
        arm, stops = self.arm, self.arm.standstill_on_link_loss is not None
        return Capabilities(
            device=self.name, joints=joint_limits(self.model), feeding="buffered", rate=arm.rate, look_ahead=None,
            standstill=arm.standstill, start_tolerance=START_TOLERANCE, max_age=arm.max_age,
            on_link_loss="stops" if stops else "finishes its buffer", command_status=True, speed_scaling=arm.can_scale,
            device_clock=True, io_points=(), verified_against=arm.verified_against,
            standstill_on_link_loss=arm.standstill_on_link_loss,
        )  # fmt: skip

    def open(self) -> None:
        """Connects. Never moves, never powers. A robot that was switched off meanwhile begins its time anew."""
        if not self.is_open:
            self.arm.connect()
            self.is_open, self._last, self._way = True, -math.inf, None

    def close(self) -> None:
        """Never raises."""
        self.is_open = False
        with suppress(Exception):
            self.arm.disconnect()

    def forget(self, command: str) -> None:
        super().forget(command)
        self._prepared.pop(command, None)

    # --- power ---

    def activate(self, command: str) -> None:
        if self.takes(command, "activate"):
            self._refuse_at_fault(command)
            self._power(command, True)

    def deactivate(self, command: str) -> None:
        if self.takes(command, "deactivate"):
            if self._at_work():
                raise self.refused(Refusal.BUSY, command, self._at_work())
            self._power(command, False)

    def _power(self, command: str, is_on: bool) -> None:
        if self._fresh(command).is_on is is_on:
            self.tell(command, CommandStatus("done"))
            return
        self._give_up_powering("another was asked for")
        self.powering = command
        self.tell(command, CommandStatus("running"))
        self.arm.power(is_on)

    def _give_up_powering(self, why: str) -> None:
        if self.powering:
            self.tell(self.powering, CommandStatus("aborted", None, why))
            self.powering = ""

    # --- motion ---

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        """All refusals are here, before anything moves."""
        if not self.takes(command, "motion", trajectory.motion):
            return self._prepared[command][0]
        self._refuse_unless_ready(command)
        if trajectory.process is not None:
            raise self.refused(Refusal.NOT_OFFERED, command, "it works along no path")
        if (finding := trajectory_finding(trajectory, self.model)) is not None:
            raise self.refused(finding[0], command, finding[1])
        path, law = Path.of(in_order(trajectory, self.model.chain.joint_names)), Law.of(trajectory.phases)
        self._refuse_elsewhere(command, path)
        prepared = Prepared(self.name, command, trajectory.motion, law.duration)
        self._prepared[command] = (prepared, path, law)
        self.tell(command, CommandStatus("queued"))
        return prepared

    def start(self, prepared: Prepared) -> None:
        """A stop of another thread, which waits for nobody, counts whenever it comes: one that went out ahead of the motion would
        have stopped nothing, and is said again behind it."""
        command, stops = prepared.command, list[StopKind]()
        self._beside = stops
        known, status = self._prepared.get(command), self.status(command)
        if known is None or known[0] != prepared or status.state == "aborted":
            raise self.refused(Refusal.NOT_PREPARED, command)
        if status.state != "queued":
            return
        self._refuse_unless_ready(command)
        _, path, law = known
        self._refuse_elsewhere(command, path)
        times = np.linspace(0.0, law.duration, max(2, math.ceil(law.duration * self.arm.rate)) + 1)
        points = combined(path, law, times).q
        if stops:
            raise self.refused(Refusal.NOT_PREPARED, command, "a stop has dropped it")
        self.running, self.is_stopping = command, False
        self.tell(command, CommandStatus("running", 0.0))
        self.arm.run(command, times, points)
        for kind in tuple(stops):
            self.stop(kind)

    def stop(self, kind: StopKind) -> None:
        """It goes out first, whoever began what runs, and looks at nothing: another thread may be at it. What was only prepared,
        or is being powered, is dropped too."""
        self._beside.append(kind)
        self.is_stopping = True
        self.arm.stop(kind)
        for command in tuple(self._prepared):
            if self._status.get(command, NOT_SEEN).state == "queued":
                self.tell(command, CommandStatus("aborted", 0.0, f"{kind} stop"))
        self._give_up_powering(f"{kind} stop")

    def scale_speed(self, command: str, scaling: float) -> None:
        if not self.arm.can_scale:
            raise self.refused(Refusal.NOT_OFFERED, command)
        if not 0.0 <= scaling <= 1.0:  # not for nan either
            raise self.refused(Refusal.OUT_OF_RANGE, command, f"speed scaling {scaling}")
        if self.takes(command, "scale", scaling):
            self._fresh(command)
            if self.scaling:
                self.tell(self.scaling, CommandStatus("done"))
            self.scaling = command
            self.tell(command, CommandStatus("running"))
            self.arm.scale(scaling)

    def acknowledge(self, fault: str, operator: str) -> None:
        """That it is gone is seen in the samples."""
        self.look()
        if self.newest is not None and fault in self.newest.faults and not self.is_lost:
            self.arm.acknowledge(fault)

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        raise self.refused(Refusal.UNKNOWN_NAME, command, point)

    def _at_work(self) -> str:
        """The command that runs, whoever sent it; "" for none."""
        at = self.newest
        return self.running or (at.command if at is not None and at.fate[0] == "running" else "")

    def _fresh(self, command: str) -> Sample:
        """Nothing is sent on a stale state."""
        self.look()
        if self.newest is None or self._age() > self.arm.max_age:
            self._asked.pop(command, None)
            raise Stale(self.name, command, self.now(), f"its last state is {self._age():.2f} s old", self.last_state())
        return self.newest

    def _refuse_unless_ready(self, command: str) -> None:
        if not self.is_open:
            raise self.refused(Refusal.NOT_OPEN, command)
        self._refuse_at_fault(command)
        if not self._fresh(command).is_on:
            raise self.refused(Refusal.NOT_ACTIVE, command)
        if self._at_work():
            raise self.refused(Refusal.BUSY, command, self._at_work())

    def _refuse_at_fault(self, command: str) -> None:
        if faults := self._fresh(command).faults:
            raise self.refused(Refusal.ALARM, command, ", ".join(faults))

    def _refuse_elsewhere(self, command: str, path: Path) -> None:
        away = float(np.max(np.abs(path.control[0, 0] - self._fresh(command).q)))
        if away > START_TOLERANCE:
            raise self.refused(Refusal.START_DIFFERS, command, f"{away:.3g} away")

    # --- what it says ---

    def status(self, command: str) -> CommandStatus:
        """Its own memory where that has the end, else the robot's: another driver may have sent it, before a restart."""
        self.look()
        known = self._status.get(command)
        if known is not None and (known.state != "running" or not self.is_lost):
            return known
        fate = self.arm.fate(command) if self.is_open and not self.is_lost else None
        if fate is None:  # it may have had the command all the same, and have had no time to say so
            return NOT_SEEN if known is None and not (self.is_open or self.is_lost) else CommandStatus("unknown")
        return CommandStatus(fate[0], self._s(command, fate[1]) if fate[0] in ("running", "aborted") else None)

    def state(self) -> RobotState:
        self.look()
        at = self.newest
        if at is None:
            raise Stale(self.name, None, self.now(), "no sample has come yet")
        is_running, q = at.fate[0] == "running", at.q
        s = self._s(at.command, at.fate[1]) if is_running else None
        return RobotState(
            device=self.name, seq=at.seq, device_time=at.device_time, received=at.received, q=q, qd=at.qd,
            setpoint=self._setpoint(at), effort=None, temperature=None, mode=self._mode(at), protective=at.protective,
            speed_scaling=at.scaling, command=at.command if is_running else None, s=s, faults=at.faults,
        )  # fmt: skip

    def readback(self) -> tuple[ReadbackBlock, ...]:
        self.look()
        rows, self._rows = self._rows, []
        cuts = [k + 1 for k, (a, b) in enumerate(pairwise(rows)) if a[0] != b[0] or a[1].seq + 1 != b[1].seq]
        return tuple(self._block(rows[a:b]) for a, b in pairwise([0, *cuts, len(rows)]) if b > a)

    def last_state(self) -> RobotState | None:
        return None if self.newest is None else self.state()

    def poll(self) -> tuple[DeviceEvent, ...]:
        self.look()
        return super().poll()

    def look(self) -> None:
        """Takes in what the robot has said since the last look."""
        for sample in self.arm.samples() if self.is_open else ():
            if sample.device_time > self._last and _is_whole(sample, self.model.degrees_of_freedom):  # else it cannot be so
                self._see(self._when_true(sample))
                self._last = sample.device_time
        if self.newest is not None and self.is_lost is not (self._age() > self.arm.max_age):
            self.is_lost = not self.is_lost
            why = f"it has said nothing for {self._age():.2f} s" if self.is_lost else ""
            self.news.append(LinkChanged(self.name, self.now(), not self.is_lost, why))

    def _when_true(self, sample: Sample) -> Sample:
        """Received earlier by as much as it was longer on its way than the quickest: what a line has held back comes late and all
        at once, and is not new."""
        way = sample.received - sample.device_time
        self._way = way if self._way is None else min(way, self._way + round(DRIFT * (sample.device_time - self._last)))
        if way - self._way <= 1e9 * self.arm.max_age:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = sample.received
        elif sample.received - self._late_since > JUMPED:
            self._way = way
        earliest = 0 if self.newest is None else self.newest.received + 1
        return replace(sample, received=max(sample.device_time + self._way, earliest))

    def _see(self, sample: Sample) -> None:
        before, self.newest = self.newest, sample
        known = before.faults if before is not None else ()
        # What is over goes first: each fault is an alarm of its own, and nobody should see two where there is one.
        self.news += [FaultCleared(self.name, self.now(), fault) for fault in known if fault not in sample.faults]
        self.news += [FaultRaised(self.name, self.now(), fault, fault) for fault in sample.faults if fault not in known]
        if self.powering and sample.is_on is (self._asked[self.powering] == ("activate",)):
            command, self.powering = self.powering, ""
            self.tell(command, CommandStatus("done"))
        if before is not None and before.scaling != sample.scaling:
            self.news.append(SpeedScaled(self.name, self.now(), sample.scaling))
        if self.scaling and _is_as_asked(sample.scaling, float(str(self._asked[self.scaling][1]))):
            command, self.scaling = self.scaling, ""
            self.tell(command, CommandStatus("done"))
        if sample.command == self.running != "":
            self._follow(sample)

    def _follow(self, sample: Sample) -> None:
        what, seconds = sample.fate
        self._rows.append((sample.command, sample))
        if what == "running":
            self._status[sample.command] = CommandStatus("running", self._s(sample.command, seconds))
        elif what != "not seen":
            command, self.running = self.running, ""
            s = self._prepared[command][1].length if what == "done" else self._s(command, seconds)
            self.tell(command, CommandStatus(what, s, "stop" if what == "aborted" else ""))

    def _s(self, command: str, seconds: float) -> float | None:
        """The path parameter after so many s of the command's own time; None where it was another driver's."""
        return float(self._prepared[command][2].at(seconds).s[0]) if command in self._prepared else None

    def _setpoint(self, sample: Sample) -> Array:
        """Never what is measured while it moves: who leaves its path would follow itself, and nobody would see it. At rest, and
        of another driver's motion, nothing else is known."""
        if sample.setpoint is not None:
            return sample.setpoint
        known = self._prepared.get(sample.command)
        if known is None or sample.fate[0] != "running":
            return sample.q
        there: Array = combined(known[1], known[2], sample.fate[1]).q[0]
        return there

    def _age(self) -> float:
        return math.inf if self.newest is None else (self.now() - self.newest.received) / 1e9

    def _mode(self, at: Sample) -> RobotMode:
        if at.faults:
            return "fault"
        if not at.is_on:
            return "off"
        return ("stopping" if self.is_stopping else "running") if self._at_work() else "idle"

    def _block(self, rows: list[tuple[str, Sample]]) -> ReadbackBlock:
        command, samples = rows[0][0], [sample for _, sample in rows]
        later = samples[0].received - samples[0].device_time  # the device's clock tells how far apart they are
        q, s = np.array([x.q for x in samples]), np.array([self._s(command, x.fate[1]) for x in samples], dtype=float)
        told = np.array([self._setpoint(x) for x in samples])
        times, qd = np.array([x.device_time + later for x in samples]), np.array([x.qd for x in samples])
        scaling, motion = np.array([x.scaling for x in samples]), self._prepared[command][0].motion
        return ReadbackBlock(self.name, command, motion, samples[0].seq, times, q, qd, told, s, scaling)


def _is_as_asked(scaling: float, asked: float) -> bool:
    """To a percent, but that nought is nought: there it is to stand."""
    return abs(scaling - asked) < PERCENT and (scaling == 0.0) is (asked == 0.0)


def _is_whole(sample: Sample, joints: int) -> bool:
    """A finite number of each for each joint."""
    told = (sample.q, sample.qd) if sample.setpoint is None else (sample.q, sample.qd, sample.setpoint)
    return all(row.shape == (joints,) and bool(np.all(np.isfinite(row))) for row in told)
