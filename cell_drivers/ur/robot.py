"""A UR as the driver contract has it: prepare, start, stop and status over one link. Pure but for the clock that it is given.

Law: nothing is sent that was not asked for just now. A link that comes back gives no permit to what ran before, so that stands
still, and what became of it is read from the registers; no program is ever sent a second time.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cell.device import (
    Capabilities,
    CommandStatus,
    DeviceEvent,
    LinkHeard,
    Prepared,
    ReadbackBlock,
    RobotState,
    SignalValue,
    StopKind,
    Trajectory,
)
from cell.driver_errors import LinkLost, Refusal, Refused
from cell.geometry import Array
from cell.robot import RobotModel
from cell_drivers.ur.capabilities import capabilities_of
from cell_drivers.ur.dashboard import Request
from cell_drivers.ur.draft import Draft, Made, made
from cell_drivers.ur.flight import Flight
from cell_drivers.ur.identity import PERIODS
from cell_drivers.ur.power import PowerDown, PowerUp
from cell_drivers.ur.readback import number
from cell_drivers.ur.registers import Mark
from cell_drivers.ur.reported import mode_of, seen_before
from cell_drivers.ur.sample import RobotMode, Runtime, Sample
from cell_drivers.ur.script import START_TOLERANCE
from cell_drivers.ur.supervised import Supervised

SLOWEST_SLIDER = 0.01
"""The speed slider is not moved below it: standing still on the path is the program's matter."""


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A trajectory that was accepted: where it starts (6,) rad, and its program, "" once that was sent."""

    prepared: Prepared
    start: Array
    text: str


class UrRobot(Supervised):
    def __init__(self, name: str, model: RobotModel, clock: Callable[[], int]) -> None:
        """`clock` gives monotonic ns."""
        super().__init__(name, model, clock)
        self._ready: dict[str, Ready] = {}

    def capabilities(self) -> Capabilities:
        return capabilities_of(self.name, self.model)

    # --- opening and closing ---

    def open(self) -> None:
        self._polled = self.clock()
        self.connection.open(self.clock())

    def close(self) -> None:
        """Neither moves nor powers. What runs loses its permit, so it stands still without waiting for its watchdog."""
        if self.flight is not None:
            self.flight.withdraw(self.clock())
            self._instruct()
        self.connection.close()
        self._follow_link(self.clock())

    def heartbeat(self) -> None:
        self._polled = self.clock()

    def heard(self) -> LinkHeard | None:
        """What the way from its controller was like since the last time."""
        return self._arrivals.fetch(self.name)

    # --- commands ---

    def activate(self, command: str) -> None:
        if not self._takes(command, "activate"):
            return
        sample = self._fresh(command)
        self._refuse_local_control(command)
        if not sample.safety.lets_move:
            raise self._refused(Refusal.ALARM, command, sample.safety.name.lower().replace("_", " "))
        self._drop_powering("activated")
        self._clear("power")
        self._commands.take(command, ("activate",), CommandStatus("running"))
        self._power = PowerUp(command, self.clock())
        self._follow_power(sample)

    def deactivate(self, command: str) -> None:
        if not self._takes(command, "deactivate"):
            return
        sample = self._fresh(command)
        if self.flight is not None:
            raise self._refused(Refusal.BUSY, command, self.flight.command)
        self._drop_powering("deactivated")
        self._commands.take(command, ("deactivate",), CommandStatus("running"))
        self._power = PowerDown(command, self.clock())
        if sample.mode is not RobotMode.POWER_OFF:
            self.connection.ask(Request.POWER_OFF)
        self._follow_power(sample)

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        draft = self.begin_preparing(command, trajectory)
        return draft if isinstance(draft, Prepared) else self.end_preparing(draft, made(draft, self.model))

    def begin_preparing(self, command: str, trajectory: Trajectory) -> Draft | Prepared:
        """A first look, so that no program is made in vain. What is prepared already needs none."""
        if not self._takes(command, "motion", trajectory.motion):
            return self._ready[command].prepared
        self._refuse_unless_ready(command)
        if trajectory.process is not None:
            raise self._refused(Refusal.NOT_OFFERED, command, "it switches no tool along a path")
        control = self.connection.rtde.control
        return Draft(command, trajectory, PERIODS[control.major if control is not None else 5], self._drops)

    def end_preparing(self, draft: Draft, found: Made | tuple[Refusal, str]) -> Prepared:
        """Everything is looked at again: this robot was let go while the program was made."""
        command, motion = draft.command, draft.trajectory.motion
        if not self._takes(command, "motion", motion):
            return self._ready[command].prepared
        sample = self._refuse_unless_ready(command)
        if draft.drops != self._drops:
            raise self._refused(Refusal.NOT_PREPARED, command, f"{self._dropped_by} while it was prepared")
        if not isinstance(found, Made):
            raise self._refused(found[0], command, found[1])
        self._refuse_unless_there(command, found.start, sample)
        prepared = Prepared(self.name, command, motion, found.duration)
        for forgotten in [known for known in self._ready if self._commands.asked(known) is None]:
            del self._ready[forgotten]
        self._ready[command] = Ready(prepared, found.start, found.text)
        self._tell(command, ("motion", motion), CommandStatus("queued"))
        return prepared

    def start(self, prepared: Prepared) -> None:
        command = prepared.command
        ready, status = self._ready.get(command), self._commands.status(command)
        if ready is None or ready.prepared != prepared or status is None:
            raise self._refused(Refusal.NOT_PREPARED, command)
        if status.state in ("running", "done", "unknown") or (self.flight is not None and self.flight.command == command):
            return
        if status.state == "aborted":
            raise self._refused(Refusal.NOT_PREPARED, command, f"it was aborted: {status.why}")
        sample = self._refuse_unless_ready(command)
        self._refuse_unless_there(command, ready.start, sample)
        self.flight = Flight(command, prepared.motion, Mark.of(command), self.clock())
        self._instruct()  # the permit first
        self.connection.send_program(ready.text)
        self._ready[command] = replace(ready, text="")  # it is sent once; a week of programs is gigabytes

    def stop(self, kind: StopKind) -> None:
        """Raises LinkLost where it cannot be sent: then the robot stops by itself."""
        self._drop_prepared(f"{kind} stop")
        self._drop_powering(f"{kind} stop")
        if self.flight is not None:
            self.flight.ask(kind, self.clock())
        self._takes_power = self._takes_power or kind == "power"
        if not self.connection.is_up:
            self._keep_power(self.connection.why)
            stops = f"what runs stops by itself within {self.capabilities().standstill_on_link_loss:.1f} s of the loss"
            stops += ", and its power stays" if kind == "power" else ""
            raise LinkLost(self.name, None, self.clock(), f"{self.connection.why}; {stops}", self._last())
        self._instruct()
        if kind == "power" and self.flight is None:
            self.connection.ask_first(Request.POWER_OFF)

    def scale_speed(self, command: str, scaling: float) -> None:
        if not (math.isfinite(scaling) and 0.0 <= scaling <= 1.0):
            raise self._refused(Refusal.OUT_OF_RANGE, command, f"speed scaling {scaling!r} is not in 0..1")
        if not self._takes(command, "scale", scaling):
            return
        sample = self._fresh(command)
        self._scaling = scaling
        self._slider = [max(scaling, SLOWEST_SLIDER)]
        self._instruct()
        self._follow_scaling(sample)
        self._tell(command, ("scale", scaling), CommandStatus("done"))

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        raise self._refused(Refusal.UNKNOWN_NAME, command, f"no I/O point {point!r}")

    def acknowledge(self, fault: str, operator: str) -> None:
        """A protective stop is unlocked; the controller refuses that for the first five seconds. Of power that a stop has not
        taken somebody knows now. What else there is has its cause somewhere else, and goes with it."""
        if fault == "power":
            self._clear(fault)
        if fault == "protective stop" and fault in self._faults and self.connection.is_up:
            self.connection.ask(Request.UNLOCK)

    # --- what it says ---

    def status(self, command: str) -> CommandStatus:
        known = self._commands.status(command)
        if self.flight is not None and self.flight.command == command:
            return self._of_flight(self.flight)
        if known is not None:
            return known
        return seen_before(Mark.of(command), self.sample if self.connection.is_up else None)

    def _of_flight(self, flight: Flight) -> CommandStatus:
        if not self.connection.is_up:
            return CommandStatus("unknown", None, self.connection.why)
        return CommandStatus("running", flight.s) if flight.begun else CommandStatus("queued")

    def state(self) -> RobotState:
        """Raises LinkLost before there was any sample."""
        sample = self.sample
        if sample is None:
            raise LinkLost(self.name, None, self.clock(), self.connection.why)
        flight = self.flight if self.flight is not None and self.flight.begun else None
        return RobotState(
            device=self.name,
            seq=number(sample),
            device_time=sample.time,
            received=sample.received,
            q=sample.q,
            qd=sample.qd,
            setpoint=sample.target,
            effort=None,
            temperature=sample.temperature,
            mode=mode_of(sample, flight is not None, flight is not None and flight.asked is not None),
            protective=sample.safety.protective,
            speed_scaling=min(self._scaling, sample.scaling),
            command=flight.command if flight is not None else None,
            s=flight.s if flight is not None else None,
            faults=tuple(self._faults),
            force=sample.force,
        )

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return self._gathered.take(self.name)

    def poll(self) -> tuple[DeviceEvent, ...]:
        self._polled = self.clock()
        found, self._events = tuple(self._events), deque()
        return found

    # --- refusing and telling ---

    def _takes(self, command: str, *asked: object) -> bool:
        if self.connection.stage == "closed":
            raise self._refused(Refusal.NOT_OPEN, command)
        known = self._commands.asked(command)
        if known is not None and known != asked:
            raise self._refused(Refusal.ID_REUSED, command, f"it was {known[0]}, not {asked[0]}")
        return known is None

    def _fresh(self, command: str) -> Sample:
        if not self.connection.is_up or self.sample is None:
            raise LinkLost(self.name, command, self.clock(), self.connection.why, self._last())
        return self.sample

    def _refuse_unless_ready(self, command: str) -> Sample:
        sample = self._fresh(command)
        self._refuse_local_control(command)
        if not sample.is_powered:
            raise self._refused(Refusal.NOT_ACTIVE, command, f"{sample.mode.name}, {sample.safety.name}")
        if self.flight is not None:
            raise self._refused(Refusal.BUSY, command, self.flight.command)
        if sample.runtime is not Runtime.STOPPED:
            raise self._refused(Refusal.BUSY, command, "a program runs on the controller")
        return sample

    def _refuse_local_control(self, command: str) -> None:
        told = self.connection.told.get(Request.REMOTE)
        if told is not None and told.lower() == "false":
            raise self._refused(
                Refusal.NOT_ACTIVE, command, "the robot is in local control; choose remote control on its pendant"
            )

    def _refuse_unless_there(self, command: str, start: Array, sample: Sample) -> None:
        away = float(np.max(np.abs(start - sample.q)))
        if away > START_TOLERANCE:
            raise self._refused(Refusal.START_DIFFERS, command, f"{away:.3g} rad away, allowed {START_TOLERANCE:g}")

    def _refused(self, code: Refusal, command: str | None, detail: str = "") -> Refused:
        return Refused(code, self.name, command, self.clock(), detail, self._last())

    def _last(self) -> RobotState | None:
        return self.state() if self.sample is not None else None
