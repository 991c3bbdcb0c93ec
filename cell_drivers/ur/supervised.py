"""What a robot's link brings, and what follows from it unasked: facts, faults, the ends of commands, heartbeats.

Law: what is lost is told as lost and what ran then has no permit any more; a stop of the robot's own controller ends the program,
so that nothing goes on by itself when the stop is unlocked. A `power` stop that a lost link kept back takes no power later:
nobody asks for that just now when the link is back, and somebody may be at the robot. It is told as a fault (decision 0172).
Of faults that stand together one is told, and the next when that is gone: who is told that one is gone must not take the robot to
be well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from cell.device import CommandChanged, CommandStatus, DeviceEvent, FaultCleared, FaultRaised, LinkChanged, SpeedScaled
from cell.robot import RobotModel
from cell_drivers.ur.arrivals import Arrivals
from cell_drivers.ur.capabilities import standstill_of
from cell_drivers.ur.commands import Commands
from cell_drivers.ur.connection import Channel, Connection
from cell_drivers.ur.dashboard import Request
from cell_drivers.ur.flight import Flight
from cell_drivers.ur.power import POWERED, PowerDown, PowerUp
from cell_drivers.ur.readback import Gathered
from cell_drivers.ur.registers import Instruction, Why
from cell_drivers.ur.sample import Runtime, Sample

SECOND = 1_000_000_000
SUPERVISED = 2 * SECOND
"""ns without a poll after which nobody is taken to supervise: the heartbeat ends, and with it what runs."""
AIM = 1e-3
"""The least change of the speed scaling that is told."""


class Supervised:
    def __init__(self, name: str, model: RobotModel, clock: Callable[[], int]) -> None:
        """`clock` gives monotonic ns."""
        self.name, self.model, self.clock = name, model, clock
        self.connection = Connection(model)
        self.sample: Sample | None = None
        self.flight: Flight | None = None
        self._commands = Commands()
        self._events: deque[DeviceEvent] = deque()
        self._gathered, self._arrivals = Gathered(), Arrivals()
        self._power: PowerUp | PowerDown | None = None
        self._takes_power = False
        """A stop is to take the power, and the controller has not said yet that it will."""
        self._scaling, self._slider = 1.0, list[float]()
        self._aimed: float | None = None
        self._faults: dict[str, str] = {}
        self._told: str | None = None
        self._was_up = False
        self._offset = 0
        self._beat = 0
        self._drops, self._dropped_by = 0, ""
        self._polled = clock()

    # --- what the link brings ---

    def connected(self) -> None:
        self.connection.connected(self.clock())

    def lost(self, why: str) -> None:
        self.connection.lost(why, self.clock())
        self._follow_link(self.clock())

    def received(self, channel: Channel, data: bytes) -> None:
        now = self.clock()
        samples = self.connection.received(channel, data, now)
        self._follow_link(now)
        for sample in samples:
            self._take(sample)
        if samples:
            self._instruct()
        self._hear()

    def tick(self) -> None:
        """To be called many times a second, whether anything came or not."""
        now = self.clock()
        self.connection.tick(now)
        self._follow_link(now)
        flight = self.flight
        if flight is None or flight.asked is None or not (flight.begun and self.connection.is_up):
            return
        if now - flight.asked_at > standstill_of(flight.asked, self.model) * SECOND:
            self.connection.ask_first(Request.STOP)

    def outgoing(self) -> tuple[tuple[Channel, bytes], ...]:
        found = tuple(self.connection.outbox)
        self.connection.outbox.clear()
        return found

    def _take(self, sample: Sample) -> None:
        if self.sample is None or self._offset == 0:
            self._offset = sample.received - sample.time
        self.sample = sample
        self._arrivals.take(sample)
        self._follow_faults(sample)
        self._follow_scaling(sample)
        self._follow_power(sample)
        if sample.mode not in POWERED:
            self._takes_power = False
            self._clear("power")
        self._follow_flight(sample)

    def _follow_link(self, now: int) -> None:
        is_up = self.connection.is_up
        if is_up is self._was_up:
            if self.connection.stage == "refused":
                self._raise("identity", self.connection.why)
            return
        self._was_up = is_up
        if is_up:
            self._offset = 0
            self._arrivals.begin()
            if "link" in self._faults:  # the first time is no news: `open` has told it
                self._events.append(LinkChanged(self.name, now, is_up))
            self._clear("identity")
            self._clear("link")
            return
        self._events.append(LinkChanged(self.name, now, is_up, self.connection.why))
        self._keep_power(self.connection.why)
        self._raise("link", self.connection.why)
        self._drop_powering("the link was lost")
        self._drop_prepared("the link was lost")
        if self.flight is not None:
            # Whoever comes back finds no permit: what ran unwatched does not go on, and what has not begun never will.
            self.flight.withdraw(now)

    def _follow_faults(self, sample: Sample) -> None:
        protective = sample.safety.protective
        for fault in ("protective stop", "emergency stop"):
            if protective == fault:
                self._raise(fault, sample.safety.name.lower().replace("_", " "))
            elif protective is not None:
                self._clear(fault)
        if not sample.safety.lets_move:
            self._drop_powering(sample.safety.name.lower().replace("_", " "))
        if not sample.safety.lets_move and self.flight is not None and sample.runtime is not Runtime.STOPPED:
            # A program that is only paused would go on when the stop is unlocked, with nobody who has decided that.
            self.flight.withdraw(sample.received)
            self.connection.ask_first(Request.STOP)

    def _follow_scaling(self, sample: Sample) -> None:
        aimed = min(self._scaling, sample.scaling)
        if self._aimed is not None and abs(aimed - self._aimed) > AIM:
            self._events.append(SpeedScaled(self.name, sample.received, aimed))
        if self._aimed is None or abs(aimed - self._aimed) > AIM:
            self._aimed = aimed

    def _follow_power(self, sample: Sample) -> None:
        if self._power is None:
            return
        request, status = self._power.look(sample)
        if request is not None:
            self.connection.ask(request)
        if status.is_final:
            command, self._power = self._power.command, None
            self._change(command, status)

    def _follow_flight(self, sample: Sample) -> None:
        flight = self.flight
        if flight is None:
            return
        had_begun, status = flight.begun, flight.look(sample)
        if flight.begun:
            self._gathered.add(flight.command, flight.motion, self._offset, sample)
        if flight.begun and not had_begun:
            self._change(flight.command, CommandStatus("running", flight.s))
        if not (status.is_final or status.state == "unknown"):
            return
        self.flight = None
        self._change(flight.command, status)
        if self._takes_power:
            self.connection.ask_first(Request.POWER_OFF)

    def _hear(self) -> None:
        for answer in self.connection.answers():
            if self._power is not None:
                self._power.hear(answer)
            if answer.request is Request.POWER_OFF and answer.value is None:
                self._keep_power(answer.line)
            elif answer.request is Request.POWER_OFF:
                self._takes_power = False

    def _instruct(self) -> None:
        """The newest instruction. The heartbeat goes on only while somebody supervises."""
        if not self.connection.is_up:
            return
        if self.clock() - self._polled <= SUPERVISED:
            self._beat = (self._beat + 1) % 0x7FFFFFFF
        flight, sample = self.flight, self.sample
        self.connection.instruct(
            Instruction(
                heartbeat=self._beat,
                permit=flight.permit if flight is not None else 0,
                stop=flight.stop if flight is not None else Why.NOTHING,
                rate=min(self._scaling, sample.scaling if sample is not None else 1.0),
                slider=self._slider.pop() if self._slider else None,
            )
        )

    def _drop_prepared(self, why: str) -> None:
        """What was prepared and not started; counted, for what is being prepared just now."""
        self._drops, self._dropped_by = self._drops + 1, why
        for command in self._commands.queued():
            if self.flight is None or self.flight.command != command:
                self._change(command, CommandStatus("aborted", 0.0, why))

    def _keep_power(self, why: str) -> None:
        """What a stop was to take is not taken any more, and that is told."""
        if self._takes_power:
            self._takes_power = False
            self._raise("power", f"a stop was to take its power, and it is not known to have gone: {why}")

    def _drop_powering(self, why: str) -> None:
        if self._power is not None:
            command, self._power = self._power.command, None
            self._change(command, CommandStatus("aborted", None, why))

    def _tell(self, command: str, asked: tuple[object, ...], status: CommandStatus) -> None:
        self._commands.take(command, asked, status)
        self._events.append(CommandChanged(self.name, self.clock(), command, status))

    def _change(self, command: str, status: CommandStatus) -> None:
        self._commands.change(command, status)
        self._events.append(CommandChanged(self.name, self.clock(), command, status))

    def _raise(self, fault: str, text: str) -> None:
        if fault not in self._faults:
            self._faults[fault] = text
            self._tell_fault()

    def _clear(self, fault: str) -> None:
        if self._faults.pop(fault, None) is not None:
            self._tell_fault()

    def _tell_fault(self) -> None:
        """The one that has stood longest, once the one that was told before is gone."""
        fault = next(iter(self._faults), None)
        if fault == self._told:
            return
        if self._told is not None:
            self._events.append(FaultCleared(self.name, self.clock(), self._told))
        if fault is not None:
            self._events.append(FaultRaised(self.name, self.clock(), fault, self._faults[fault]))
        self._told = fault
