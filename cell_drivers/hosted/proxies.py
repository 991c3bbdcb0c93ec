"""The drivers of the contract over one line: commands are asked, everything else is told from the newest look.

Law: a state is as old as the look that it comes from, so a child that hangs grows stale as a device does that says nothing.
Silence of a person detector is *occupied*. To acknowledge the fault `link` is the operator's word to start the process again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

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
from cell.driver_errors import LinkLost, ProtocolViolation, Refusal, Refused, Stale, Timeout
from cell_drivers.hosted.line import LINK, Line
from cell_drivers.hosted.wire import Described, Group

T = TypeVar("T")
UNKNOWN = CommandStatus("unknown")
ZONE_AGE = 500_000_000  # ns: an older look at a zone is silence


class Proxy:
    def __init__(self, line: Line, described: Described) -> None:
        self._line, self._group, self._key = line, described.group, described.key
        self._name, self._capabilities = described.name, described.capabilities

    @property
    def name(self) -> str:
        return self._name

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def open(self) -> None:
        """The set opens all of its devices at once."""

    def close(self) -> None:
        """And closes them."""

    def heartbeat(self) -> None:
        if not self._line.is_closed:
            self._ask("heartbeat")

    def status(self, command: str) -> CommandStatus:
        """`unknown` where the child does not answer, or there is none any more."""
        try:
            found: CommandStatus = self._ask("status", command)
        except (LinkLost, Timeout, Refused):
            return UNKNOWN
        return found

    def acknowledge(self, fault: str, operator: str) -> None:
        """A driver may have a fault of that name of its own, while its process is well."""
        if fault == LINK and self._line.why is not None:
            self._line.restart()
        else:
            self._ask("acknowledge", fault, operator)

    def poll(self) -> tuple[DeviceEvent, ...]:
        """The set tells the events of all."""
        return ()

    def _ask(self, method: str, *arguments: Any, command: str | None = None) -> Any:
        return self._line.ask(self._group, self._key, method, *arguments, name=self._name, command=command)

    def _command(self, method: str, command: str, *arguments: Any) -> Any:
        return self._ask(method, command, *arguments, command=command)

    def _newest(self, of: Callable[[], Iterable[T]], is_it: Callable[[T], bool]) -> T:
        self._line.refresh()
        for state in of():
            if is_it(state):
                return state
        raise Stale(self._name, None, self._line.now(), f"driver {self._line.driver} tells nothing of it")


class Motion(Proxy):
    def activate(self, command: str) -> None:
        self._command("activate", command)

    def deactivate(self, command: str) -> None:
        self._command("deactivate", command)

    def state(self) -> RobotState:
        return self._newest(lambda: self._line.seen.robots, lambda robot: robot.device == self._name)

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return self._line.fetch_blocks(self._name)

    def prepare(self, command: str, trajectory: Trajectory) -> Prepared:
        prepared: Prepared = self._command("prepare", command, trajectory)
        return checked_prepared(prepared, self._name, command, self._line.now())

    def start(self, prepared: Prepared) -> None:
        self._ask("start", prepared, command=prepared.command)

    def stop(self, kind: StopKind) -> None:
        self._line.stop("motion", self._key, kind)

    def scale_speed(self, command: str, scaling: float) -> None:
        self._command("scale_speed", command, scaling)

    def set_io(self, command: str, point: str, value: SignalValue) -> None:
        self._command("set_io", command, point, value)


class Stopped(Proxy):
    """What stops at once, in one way only."""

    def stop(self) -> None:
        self._line.stop(self._group, self._key)


class Gripper(Stopped):
    def grip(self, command: str, hand: str, width: float | None, force: float) -> None:
        self._command("grip", command, hand, width, force)

    def release(self, command: str, hand: str) -> None:
        self._command("release", command, hand)

    def drive(self, command: str, hand: str, torque: float) -> None:
        self._command("drive", command, hand, torque)

    def state(self, hand: str) -> GripperState:
        return self._newest(lambda: self._line.seen.hands, lambda seen: (seen.device, seen.hand) == (self._name, hand))


class Coupling(Stopped):
    def couple(self, command: str, tool: str) -> None:
        self._command("couple", command, tool)

    def uncouple(self, command: str, tool: str) -> None:
        self._command("uncouple", command, tool)

    def state(self) -> CouplingState:
        return self._newest(lambda: self._line.seen.couplings, lambda seen: seen.device == self._name)


class Machine(Stopped):
    """A machine or a station."""

    def set_door(self, command: str, is_open: bool) -> None:
        self._command("set_door", command, is_open)

    def set_clamp(self, command: str, is_closed: bool) -> None:
        self._command("set_clamp", command, is_closed)

    def program(self, command: str, name: str) -> None:
        self._command("program", command, name)

    def inspect(self, command: str, outcome: str) -> None:
        self._command("inspect", command, outcome)

    def treat(self, command: str, verb: str) -> None:
        self._command("treat", command, verb)

    def state(self) -> MachineState:
        return self._newest(lambda: self._line.seen.machines, lambda seen: seen.device == self._name)


class Supply(Stopped):
    def present(self, command: str, part: str) -> None:
        self._command("present", command, part)


class Person(Proxy):
    def await_work(self, command: str, work: PersonWork) -> None:
        self._command("await_work", command, work)

    def withdraw(self) -> None:
        self._ask("withdraw")

    def state(self) -> PersonState:
        return self._newest(lambda: self._line.seen.persons, lambda seen: seen.device == self._name)


class Signals(Proxy):
    def __init__(self, line: Line) -> None:
        super().__init__(line, Described("signals", "", "signals", line.hello.of_signals))

    @property
    def signals(self) -> tuple[str, ...]:
        return self._line.hello.signals

    def read(self, signal: str) -> SignalSample:
        """A signal of which nothing is told is not known; nor is any when the line is cut, however slowly it ages."""
        if signal not in self.signals:
            raise Refused(Refusal.UNKNOWN_NAME, self.name, None, self._line.now(), f"no signal {signal!r}")
        self._line.refresh()
        if self._line.why is not None:
            return SignalSample(signal, None, self._line.seen.time, None)
        found = (sample for sample in self._line.seen.signals if sample.name == signal)
        return next(found, SignalSample(signal, None, 0, None))


class People(Proxy):
    def __init__(self, line: Line) -> None:
        super().__init__(line, Described("people", "", "people", line.hello.of_people))

    @property
    def zones(self) -> tuple[str, ...]:
        return self._line.hello.zones

    def is_occupied(self, zone: str, now: int) -> bool:
        """By the newest look there is: it is asked at every look of the controller's, which waits for no answer."""
        seen = self._line.seen
        is_silent = not self._line.is_open or self._line.why is not None or max(now, self._line.now()) - seen.time > ZONE_AGE
        return is_silent or dict(seen.occupied).get(zone, True)


class HostedSet:
    """A `DriverSet` of the devices that the child has told of. It keeps real time, or time at the pace that all of the run
    keep."""

    virtual = None

    def __init__(self, line: Line) -> None:
        self.line = line
        self.motion = self._of("motion", Motion)
        self.grippers = self._of("grippers", Gripper)
        self.couplings = self._of("couplings", Coupling)
        self.machines = self._of("machines", Machine)
        self.stations = self._of("stations", Machine)
        self.supplies = self._of("supplies", Supply)
        self.persons = self._of("persons", Person)
        self.signals, self.people = Signals(line), People(line)

    @property
    def is_virtual(self) -> bool:
        """Whether it is simulated over there."""
        return self.line.hello.is_virtual

    def _of(self, group: Group, proxy: Callable[[Line, Described], T]) -> Mapping[str, T]:
        return {d.key: proxy(self.line, d) for d in self.line.hello.devices if d.group == group}

    @property
    def follows(self) -> frozenset[str]:
        return frozenset(self.line.hello.follows)

    def follow(self, state: RobotState) -> None:
        self.line.follow(state)

    @property
    def robots_seen(self) -> tuple[RobotState, ...]:
        """As of the newest look; nobody is asked for another."""
        return self.line.seen.robots

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self.line.fetch_news()

    def wake_with(self, wake: Callable[[], None]) -> None:
        self.line.on_news = wake

    def heard(self) -> tuple[LinkHeard, ...]:
        return self.line.meter.fetch()

    def open(self) -> None:
        self.line.open()

    def close(self) -> None:
        self.line.close()

    def leave(self) -> None:
        if self.is_virtual:
            self.line.leave()
        else:
            self.line.close()


def checked_prepared(prepared: Prepared, device: str, command: str, now: int) -> Prepared:
    """Raises ProtocolViolation where it is of another command or device."""
    if (prepared.device, prepared.command) != (device, command):
        text = f"it prepared {prepared.command!r} of {prepared.device!r} instead"
        raise ProtocolViolation(device, command, now, text)
    return prepared
