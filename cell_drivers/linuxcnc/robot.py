"""A robot that LinuxCNC moves: the driver contract on one side, its shell on the other.

Every call looks at the link first: bytes go out and come in, readings become samples and news. A lost link stops nothing: the
controller finishes what it has, and what became of it is asked when there is a link again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as FilePath

import numpy as np

from cell.device import (
    Capabilities,
    CommandStatus,
    DeviceEvent,
    Prepared,
    ReadbackBlock,
    RobotState,
    SignalValue,
    StopKind,
    Trajectory,
)
from cell.driver_errors import LinkLost, Refusal, Refused, Stale
from cell.robot import RobotModel
from cell_drivers.linuxcnc import scripts
from cell_drivers.linuxcnc.capabilities import MAX_AGE, START_TOLERANCE, capabilities_of
from cell_drivers.linuxcnc.commands import Commands, Motion, content_of
from cell_drivers.linuxcnc.following import POWER, Following
from cell_drivers.linuxcnc.limits import Limits, findings, limits_of, not_identical
from cell_drivers.linuxcnc.link import Link
from cell_drivers.linuxcnc.news import News
from cell_drivers.linuxcnc.plausible import Plausible
from cell_drivers.linuxcnc.program import Program, checked_program
from cell_drivers.linuxcnc.program_folder import write_program
from cell_drivers.linuxcnc.recollection import recalled, status_of
from cell_drivers.linuxcnc.samples import Samples, state_of
from cell_drivers.linuxcnc.scripts import Memory, Told
from cell_drivers.linuxcnc.session import SECOND, Script, Session
from cell_drivers.linuxcnc.wire import Wire

OPENING = 3 * SECOND
"""ns that `open` waits for the first reading."""
TURNS = 6
"""Exchanges within one poll while something is being reached, each waited for at most ANSWER s."""
ANSWER = 0.002
FRESHENING = SECOND // 5
"""ns that a call waits for a new state where the last one is stale: nobody has looked for a while. Answers come line by line."""
MUTE = SECOND // 25
"""ns of them in which nothing comes: then it is the controller that is silent, and the call waits no longer."""
IDENTITY, LINK = "identity", "link"


class LinuxcncRobot:
    """A `MotionDriver`. `dial` opens a link; `clock` gives monotonic ns, `pause` lets s of it pass. Used by one thread, but for
    `stop`: whoever looks at the link or begins anything holds `_turn`, and nobody does while he waits."""

    def __init__(
        self,
        name: str,
        model: RobotModel,
        folder: FilePath,
        dial: Callable[[], Link],
        clock: Callable[[], int],
        pause: Callable[[float], None],
    ) -> None:
        self._name, self._model, self._folder, self._clock, self._pause = name, model, folder, clock, pause
        self._session = Session(Plausible(model.velocity))
        self._wire = Wire(self._session, dial, clock)
        self._commands = Commands()
        self._samples = Samples(name)
        self._news = News(name, self._commands, clock)
        self._following = Following(self._session, self._commands, self._samples, self._news)
        self._limits: Limits | None = None
        self._memory, self._has_asked = Memory(), False
        self._links, self._was_up = 0, False
        self._turn = threading.RLock()

    @property
    def name(self) -> str:
        return self._name

    def capabilities(self) -> Capabilities:
        return capabilities_of(self._name, self._model)

    # --- the link ---

    def open(self) -> None:
        """Waits for the first reading, and for what the controller remembers, OPENING each. Raises LinkLost, with what is
        wrong."""
        now = self._clock()
        self._session.open(now)
        self._wait(lambda: self._session.is_up, now + OPENING)
        if not self._session.is_up:
            why = self._session.why
            self.close()
            raise LinkLost(self._name, None, self._clock(), why)
        self._wait(lambda: not self._session.is_busy, self._clock() + OPENING)

    def _wait(self, is_so: Callable[[], bool], until: int) -> None:
        while not is_so() and self._clock() < until:
            self._look(TURNS)
            self._pause(ANSWER)

    def close(self) -> None:
        self._session.close()
        self._wire.hang_up()
        self._was_up, self._limits = False, None

    def heartbeat(self) -> None:
        self._look()

    def poll(self) -> tuple[DeviceEvent, ...]:
        self._look(TURNS)
        return self._news.take()

    def _look(self, turns: int = 1) -> None:
        """While something is being reached, up to `turns` exchanges of it."""
        for turn in range(turns):
            with self._turn:
                self._wire.turn(ANSWER if turn else 0.0)
                while self._session.fresh:
                    self._following.see(*self._session.fresh.popleft())
                self._see_link()
                self._ask_memory()
            if not self._session.is_busy:
                break

    def _see_link(self) -> None:
        """Of a controller behind a link that came back nothing is known."""
        is_up, is_another = self._session.is_up, self._session.links != self._links
        if self._was_up and (is_another or not is_up):
            self._following.link_lost(self._session.why)
            self._news.link(False, self._session.why)
            self._news.fault(LINK, self._session.why)
            self._limits = None
        if is_up and is_another:
            if self._links:
                self._news.link(True)
            self._news.no_fault(LINK)
            self._following.say_owed()
        self._was_up, self._links = is_up, self._session.links

    def _ask_memory(self) -> None:
        """What the controller remembers of whoever drove it before: once, when nothing runs."""
        reading = self._session.reading
        if self._has_asked or not self._session.is_up or reading is None or self._following.running() is not None:
            return
        if reading.status == "idle" and reading.is_on and all(reading.homed):
            self._has_asked = True
            self._session.run(scripts.remember(self._session, self._memory), lambda failed: None)

    # --- what is known ---

    def state(self) -> RobotState:
        self._look()
        last = self._last()
        if last is None:
            raise LinkLost(self._name, None, self._clock(), self._session.why)
        return last

    def readback(self) -> tuple[ReadbackBlock, ...]:
        self._look()
        return self._samples.blocks()

    def status(self, command: str) -> CommandStatus:
        self._look()
        known = self._commands.status(command)
        if self._following.is_in_doubt(command):
            return CommandStatus("unknown", known.at)
        if not self._session.is_up:
            return known
        return self._recalled(command) if known.state == "not seen" else known

    def _recalled(self, command: str) -> CommandStatus:
        """Of a command that is none of ours: of whoever drove this robot before, or of nobody."""
        reading, motion = self._session.reading, recalled(self._name, command, self._folder)
        assert reading is not None
        status = status_of(motion, self._memory, reading, np.radians(reading.joints))
        if motion is not None and status.state not in ("not seen", "unknown"):
            self._commands.adopt(motion, self._clock())
            self._news.command(command, status)
        return status

    def acknowledge(self, fault: str, operator: str) -> None:
        """What the controller complained of. A link comes back by itself; who stands behind it `activate` looks at again."""
        if fault != LINK:
            self._news.no_fault(fault)

    # --- power ---

    def activate(self, command: str) -> None:
        """Power, and a look at whether this is the robot of the cell."""
        if self._takes(command, "activate"):
            told = Told()
            look = scripts.power_up_and_look(self._session, told)
            with self._turn:
                self._news.no_fault(POWER)
                self._news.command(command, CommandStatus("running"))
                self._session.run(look, lambda failed: self._looked(command, told, failed))

    def _looked(self, command: str, told: Told, failed: str | None) -> None:
        why = failed or "; ".join(self._wrong_with(told))
        if why:
            self._news.fault(IDENTITY, why)
            self._news.command(command, CommandStatus("aborted", None, why))
        else:
            self._news.no_fault(IDENTITY)
            self._news.command(command, CommandStatus("done"))

    def _wrong_with(self, told: Told) -> list[str]:
        try:
            limits = limits_of(told.rows)
        except ValueError as lacking:
            return [str(lacking)]
        wrong = [*findings(self._model, limits, told.version, told.joints), *not_identical(told.axes_at, told.joints_at)]
        self._limits = None if wrong else limits
        return wrong

    def deactivate(self, command: str) -> None:
        if self._takes(command, "deactivate"):
            if self._following.running() is not None:
                raise self._refused(Refusal.BUSY, command)
            self._run(scripts.power_down(self._session), command)

    # --- motion ---

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        if not self._takes(command, "motion", content_of(trajectory)):
            return self._known(command)
        limits = self._usable(command)
        program = checked_program(command, trajectory, self._model, limits)
        if not isinstance(program, Program):
            raise self._refused(program[0], command, program[1])
        self._check_start(command, program)
        try:
            path = write_program(self._folder, program)
        except OSError as cause:
            raise self._refused(Refusal.NOT_OFFERED, command, f"the folder for programs: {cause}") from None
        prepared = Prepared(self._name, command, trajectory.motion, program.duration)
        self._commands.prepare(Motion(command, prepared, program, path))
        self._news.command(command, CommandStatus("queued"))
        return prepared

    def start(self, prepared: Prepared) -> None:
        self._look()
        command = prepared.command
        motion, status = self._commands.motions.get(command), self._commands.status(command)
        is_done = self._commands.prepared(command) is not None and status.state == "done"
        if is_done or (motion is not None and motion.sent is not None):
            return
        if motion is None:
            raise self._refused(Refusal.NOT_PREPARED, command, "", is_prepared=True)
        self._check_link(command)
        with self._turn:
            if command not in self._commands.motions:  # while it waited for the link a stop has dropped it
                raise self._refused(Refusal.NOT_PREPARED, command, "", is_prepared=True)
            self._usable(command, is_prepared=True)
            self._check_start(command, motion.program, is_prepared=True)
            self._following.start(motion, self._clock())
        self._look()

    def _known(self, command: str) -> Prepared:
        prepared = self._commands.prepared(command)
        assert prepared is not None, "it was taken as a motion"
        return prepared

    def stop(self, kind: StopKind) -> None:
        self._look()
        with self._turn:
            self._following.stop(kind, self._clock())
        self._look()

    def scale_speed(self, command: str, scaling: float) -> None:
        """In whole percent, rounded down: the shell takes no finer ones."""
        if not (np.isfinite(scaling) and 0.0 <= scaling <= 1.0):
            raise self._refused(Refusal.OUT_OF_RANGE, command, f"{scaling} is not from 0 to 1", is_prepared=True)
        if self._takes(command, "scale", scaling):
            self._run(scripts.scale(self._session, int(100.0 * scaling + 1e-9)), command)

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        raise self._refused(Refusal.UNKNOWN_NAME, command, point, is_prepared=True)

    # --- refusals ---

    def _usable(self, command: str, is_prepared: bool = False) -> Limits:
        """What the controller allows. Raises Refused where nothing can be run now."""
        reading = self._session.reading
        assert reading is not None
        if self._limits is None or not reading.is_on or reading.is_estopped or not all(reading.homed):
            raise self._refused(Refusal.NOT_ACTIVE, command, self._news.faults.get(IDENTITY, ""), is_prepared)
        if not reading.is_ours:
            raise self._refused(Refusal.BUSY, command, "somebody else has taken control of its shell", is_prepared)
        if self._following.running() is not None or self._following.stopping is not None or reading.status != "idle":
            raise self._refused(Refusal.BUSY, command, "", is_prepared)
        return self._limits

    def _check_start(self, command: str, program: Program, is_prepared: bool = False) -> None:
        sample = self._samples.newest
        assert sample is not None
        apart = float(np.max(np.abs(sample.q - program.track.q[0])))
        if apart > START_TOLERANCE:
            raise self._refused(Refusal.START_DIFFERS, command, f"{apart:.4g} rad apart", is_prepared)

    def _takes(self, command: str, *asked: object) -> bool:
        """False for a command that is here already. Raises what refuses it."""
        self._look()
        is_new = self._commands.is_new(command, *asked)
        if is_new is None:
            raise self._refused(Refusal.ID_REUSED, command, "", is_prepared=True)
        if is_new:
            self._check_link(command)
            self._commands.take(command, *asked)
        return is_new

    def _check_link(self, command: str) -> None:
        """Raises what keeps `command` from being sent: there must be a link, and a state that is not stale."""
        if self._session.stage == "closed":
            raise self._refused(Refusal.NOT_OPEN, command, "", is_prepared=True)
        began = self._clock()
        self._wait(lambda: not (self._session.is_up and self._is_stale()) or self._is_mute(began), began + FRESHENING)
        if not self._session.is_up:
            raise LinkLost(self._name, command, self._clock(), self._session.why, self._last())
        if self._is_stale():
            raise Stale(self._name, command, self._clock(), f"its last state is older than {MAX_AGE:g} s", self._last())

    def _is_mute(self, since: int) -> bool:
        return self._clock() - max(since, self._session.heard) > MUTE

    def _is_stale(self) -> bool:
        newest = self._samples.newest
        return newest is None or self._clock() - newest.time > MAX_AGE * SECOND

    def _refused(self, code: Refusal, command: str, why: str = "", is_prepared: bool = False) -> Refused:
        """What was refused was not seen; what was prepared stays so."""
        if not is_prepared:
            self._commands.forget(command)
        return Refused(code, self._name, command, self._clock(), why, self._last())

    def _last(self) -> RobotState | None:
        sample, reading = self._samples.newest, self._session.reading
        if sample is None or reading is None:
            return None
        if self._commands.status(sample.command).is_final:
            sample = replace(sample, command="")  # it ended with this very sample
        return state_of(self._name, sample, reading, self._following.stopping is not None, tuple(self._news.faults))

    def _run(self, script: Script, command: str) -> None:
        """`command` is done when the script is, or aborted with why not."""

        def ended(failed: str | None) -> None:
            self._news.command(command, CommandStatus("done") if failed is None else CommandStatus("aborted", None, failed))

        with self._turn:
            self._session.run(script, ended)
