"""The motion driver of a simulated robot: the contract's laws for prepare, start, status and stop over one arm."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cell.device import (
    Capabilities,
    CommandStatus,
    Prepared,
    Process,
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
from cell.newest import Newest
from cell.trajectory import Law, Path
from cell.trajectory_check import in_order, motion_finding, shape_finding
from cell_drivers.simulated.applying import apply_along
from cell_drivers.simulated.arm import TICK, Arm, Ending
from cell_drivers.simulated.face import DONE, StatedFace
from cell_drivers.simulated.felt import ACCURACY, Felt
from cell_drivers.simulated.jamming import there_and_back
from cell_drivers.simulated.playback import PERIOD
from cell_drivers.simulated.protective import OPEN_TEXT, OwnController
from cell_drivers.simulated.timeline import SECOND
from cell_drivers.simulated.world import World

START_TOLERANCE = 1e-3
"""rad or m."""
MAX_AGE = 0.1
"""s."""
JAM = "jam"
POWER_UP = 0.1
"""s to release the brakes."""


class RobotFace(StatedFace[RobotState]):
    def __init__(self, world: World, arm: Arm) -> None:
        super().__init__(world, arm.unit.name, rate=1.0 / PERIOD)
        self.arm = arm
        most = world.remembers
        self._prepared: Newest[str, tuple[Prepared, Path, Law]] = Newest(most)
        self._good: Newest[tuple[int, int, tuple[str, ...]], tuple[Trajectory, Path, Law]] = Newest(most)
        self._joints = joint_limits(arm.model)
        self._contacts: Newest[str, tuple[float, float, float] | None] = Newest(most)
        self._processes: Newest[str, Process | None] = Newest(most)
        self._brought = 0
        self._powering: str | None = None
        self._io: dict[str, SignalValue] = {}
        self.stray = 0.0
        """rad or m by which a bench has each joint read from where it is."""
        self._felt = Felt(world, arm)
        self._own = OwnController(world, self.name, self._halt, self.tell)
        arm.on_scaling = lambda scaling: self.tell(SpeedScaled(self.name, world.now, scaling))

    def capabilities(self) -> Capabilities:
        kinds: tuple[StopKind, ...] = ("hold", "quick", "power")
        return replace(
            super().capabilities(),
            joints=self._joints,
            feeding="buffered",
            standstill={kind: self.arm.standstill(kind) for kind in kinds},
            start_tolerance=START_TOLERANCE,
            max_age=MAX_AGE,
            on_link_loss="finishes its buffer",
            speed_scaling=True,
            force_accuracy=ACCURACY,
        )

    # --- power ---

    def activate(self, command: str) -> None:
        if not self.takes(command, "activate"):
            return
        if self._own.is_open:
            raise self.refused(Refusal.ALARM, command, OPEN_TEXT)
        if self.arm.is_active:
            self.already(command, "activate")
            return
        self.begin(command, "activate")
        self._powering = command
        self.world.timeline.after(POWER_UP, lambda: self._powered(command))

    def _powered(self, command: str) -> None:
        if self._powering != command:
            return
        self._powering = None
        self.arm.is_active = True
        self.world.effect(self.name, command, "activated")
        self.change(command, DONE)

    def deactivate(self, command: str) -> None:
        if not self.takes(command, "deactivate"):
            return
        if self.arm.run is not None:
            raise self.refused(Refusal.BUSY, command, self.arm.run.command)
        self._drop_powering("deactivated")
        if not self.arm.is_active:
            self.already(command, "deactivate")
            return
        self.begin(command, "deactivate")
        self.arm.is_active = False
        self.world.effect(self.name, command, "deactivated")
        self.change(command, DONE)

    def _drop_powering(self, why: str) -> None:
        if self._powering is not None:
            dropped, self._powering = self._powering, None
            self.change(dropped, CommandStatus("aborted", None, why))

    # --- motion ---

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        if not self.takes(command, "motion", trajectory.motion):
            return self._prepared[command][0]
        self._refuse_stale(command)
        self._refuse_unless_ready(command)
        if trajectory.process is not None and trajectory.process.tool != self.world.tool_at(self.name):
            raise self.refused(Refusal.NOT_OFFERED, command, f"{trajectory.process.tool} is not at the flange")
        path, law = self._checked(command, trajectory)
        self._refuse_unless_there(command, path)
        prepared = Prepared(self.name, command, trajectory.motion, law.duration)
        self._prepared[command] = (prepared, path, law)
        self._contacts[command] = trajectory.contact
        self._processes[command] = trajectory.process
        self.commands.take(command, ("motion", trajectory.motion), CommandStatus("queued"))
        self.change(command, CommandStatus("queued"))
        return prepared

    def start(self, prepared: Prepared) -> None:
        command = prepared.command
        known = self._prepared.get(command)
        if known is None or known[0] != prepared:
            raise self.refused(Refusal.NOT_PREPARED, command)
        status = self.commands.status(command)
        if status.state in ("running", "done"):
            return
        if status.state == "aborted":
            raise self.refused(Refusal.NOT_PREPARED, command, f"it was aborted: {status.why}")
        self._refuse_stale(command)
        self._refuse_unless_ready(command)
        path, law = known[1], known[2].stretched(max(1.0, self.world.luck.stretch(self.name, command)))
        self._refuse_unless_there(command, path)
        self.begin(command, "motion", prepared.motion)
        meets = self._jams(command, path)
        if meets is None:
            self.arm.start(command, prepared.motion, path, law, lambda ending, s: self._ended(command, ending, s, path))
        else:
            self._try_in_vain(command, prepared.motion, there_and_back(path, law, meets))

    def _jams(self, command: str, path: Path) -> float | None:
        """The path parameter at which a part that is brought to a seat meets it and does not go in, or a tool that works along a
        path meets too much; None where all goes well."""
        contact = self._contacts.get(command)
        brings = contact is not None and contact[1] >= path.length - 1e-9
        if contact is None or (self._processes[command] is None and not (brings and self._brings_to_seat(path))):
            return None
        self._brought += 1
        return contact[0] if self.world.luck.jams(self.name, self._brought) else None

    def _brings_to_seat(self, path: Path) -> bool:
        return self.world.brings_to_seat(self.name, path.control[-1, -1])

    def _try_in_vain(self, command: str, motion: str, ways: tuple[tuple[Path, Law], tuple[Path, Law]]) -> None:
        (forth, first), (back, second) = ways

        def goes_back(ending: Ending, s: float) -> None:
            if ending != "done":
                self._ended(command, ending, s)
                return
            self.world.effect(self.name, command, "jammed", detail=f"{s!r}")
            self.arm.start(command, "", back, second, lambda how, _: self.change(command, CommandStatus("aborted", 0.0, JAM)))

        self.arm.start(command, motion, forth, first, goes_back)

    def stop(self, kind: StopKind) -> None:
        """Also what was only prepared, or is being powered, is dropped. Raises LinkLost: then it finishes its buffer."""
        self.link.reach()
        self._halt(kind)

    def _halt(self, kind: StopKind) -> None:
        for command in self._prepared:
            if self.commands.status(command).state == "queued":
                self.change(command, CommandStatus("aborted", 0.0, f"{kind} stop"))
        self._drop_powering(f"{kind} stop")
        self.arm.stop(kind)

    def scale_speed(self, command: str, scaling: float) -> None:
        if not (math.isfinite(scaling) and 0.0 <= scaling <= 1.0):
            raise self.refused(Refusal.OUT_OF_RANGE, command, f"speed scaling {scaling!r} is not in 0..1")
        if not self.takes(command, "scale", scaling):
            return
        self.begin(command, "scale", scaling)
        self.arm.scale(scaling)
        self.change(command, DONE)

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        raise self.refused(Refusal.UNKNOWN_NAME, command, f"no I/O point {point!r}")

    def status(self, command: str) -> CommandStatus:
        run = self.arm.run
        if self._is_heard and run is not None and run.command == command:
            return CommandStatus("running", float(run.samples.s[run.row(self.world.now)]))
        return super().status(command)

    def _ended(self, command: str, ending: Ending, s: float, path: Path | None = None) -> None:
        why = "" if ending == "done" else "stop"
        process = self._processes.get(command)
        if process is not None and path is not None:
            apply_along(self.world, self.name, command, process, path, s)
        self.change(command, CommandStatus(ending, s, why))

    def _checked(self, command: str, trajectory: Trajectory) -> tuple[Path, Law]:
        """Path and law of a trajectory that keeps every limit. One that was found good stays good: its values are frozen,
        so the very same ones are not checked twice."""
        key = (id(trajectory.segments), id(trajectory.phases), trajectory.joints)
        if key in self._good:
            return self._good[key][1:]
        names = self.arm.model.chain.joint_names
        finding = shape_finding(trajectory, names)
        if finding is not None:
            raise self.refused(finding[0], command, finding[1])
        path, law = Path.of(in_order(trajectory, names)), Law.of(trajectory.phases)
        finding = motion_finding(path, law, self.arm.model)
        if finding is not None:
            raise self.refused(finding[0], command, finding[1])
        self._good[key] = (trajectory, path, law)
        return path, law

    def _refuse_stale(self, command: str) -> None:
        """Frozen or not, nothing is begun on what was true once."""
        age = (self.world.now - self.state().received) / SECOND
        if age > MAX_AGE:
            raise Stale(self.name, command, self.world.now, f"its last state is {age:.2f} s old", self.state())

    def acknowledge(self, fault: str, operator: str) -> None:
        super().acknowledge(fault, operator)
        self._own.acknowledge(fault, operator)

    def _refuse_unless_ready(self, command: str) -> None:
        self._own.refuse_while_stopped(command)
        if not self.arm.is_active:
            raise self.refused(Refusal.NOT_ACTIVE, command)
        if self.arm.run is not None:
            raise self.refused(Refusal.BUSY, command, self.arm.run.command)

    def _refuse_unless_there(self, command: str, path: Path) -> None:
        away = float(np.max(np.abs(path.control[0, 0] - self.arm.measured())))
        if away > START_TOLERANCE:
            raise self.refused(Refusal.START_DIFFERS, command, f"{away:.3g} away, allowed {START_TOLERANCE:g}")

    # --- what it says ---

    def last_state(self) -> RobotState:
        return self.state()

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return () if self.is_frozen or self.link.is_cut else self.arm.readback()

    def _state_now(self) -> RobotState:
        arm, time = self.arm, self.world.now // TICK * TICK
        run = arm.run
        q = arm.measured()
        row = run.row(self.world.now) if run is not None else 0
        scaling = float(run.samples.scaling[row]) if run is not None else arm.effective_scaling
        return RobotState(
            device=self.name,
            seq=time // TICK,
            device_time=time,
            received=time,
            q=q + self.world.luck.drift(self.name, self.world.now) + self.stray,
            qd=run.samples.qd[row] if run is not None else np.zeros_like(q),
            setpoint=run.samples.setpoint[row] if run is not None else q,
            effort=None,
            temperature=None,
            mode=self._mode(),
            protective=self._own.state,
            speed_scaling=scaling if arm.told_scaling is None else arm.told_scaling,
            command=run.command if run is not None else None,
            s=float(run.samples.s[row]) if run is not None else None,
            faults=self._own.faults,
            force=self._force(),
        )

    def _force(self) -> Array:
        """What it presses with in a contact that is meant, and what it is bumped with."""
        command = self.arm.run.command if self.arm.run is not None else ""
        return self._felt.force(self._contacts.get(command), self._processes.get(command))

    def _mode(self) -> RobotMode:
        if not self.arm.is_active:
            return "off"
        if self.arm.run is None:
            return "idle"
        return "stopping" if self.arm.run.stopping is not None else "running"
