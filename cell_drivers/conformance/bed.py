"""One set of drivers while one law is tried on it: its time, virtual or real, and everything that it told.

Law: the kit waits here and nowhere else. In virtual time waiting moves it; in real time it sleeps a fraction of a sample, and
in both the devices are polled as the controller would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import ParamSpec, TypeVar

from cell.device import Capabilities, CommandChanged, CommandStatus, DeviceEvent, FaultCleared, FaultRaised
from cell.driver import CouplingDriver, Device, DriverSet, MachineDriver, StationDriver
from cell_drivers.conformance.bench import Bench, Nonsense
from cell_drivers.conformance.foreign import Foreign
from cell_drivers.conformance.seen import Broken, NotTried

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

SECOND = 1_000_000_000
STEP = 0.05
"""s between two looks where nothing is sampled."""
PATIENCE = 60.0
"""s: the longest that any command but a program may take."""
WAKING = 20.0
"""s that a gripper may take to be ready once it is acknowledged that its jaws move."""
CLEARING = 2.0
"""s that a machine's alarm may take to go once it is acknowledged."""
TELLING = 2.0
"""s after its end within which `poll` tells it: news may come over another way than answers."""
KIT = "the conformance kit"
"""Who acknowledges."""


class Bed:
    def __init__(self, bench: Bench, law: str) -> None:
        self.bench = bench
        self.foreign = Foreign(bench.assembly)
        self._meet(bench.make())
        self.batches: list[tuple[tuple[DeviceEvent, ...], int]] = []
        self._law = law
        self._count = 0
        self._cut = set[str]()

    def __enter__(self) -> Bed:
        """Raises whatever `open` does, and Broken where no state comes."""
        try:
            self.drivers.open()
            self._await_states()
            self._wake_hands()
            self._clear_alarms()
        except BaseException:
            self._give_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Whatever the trial came to, nothing goes on moving, no alarm stays, and the link is given up."""
        for robot in self.drivers.motion.values():
            with _whatever_it_raises():
                robot.stop("hold")
        for machine in self.drivers.machines.values():
            with _whatever_it_raises():
                machine.stop()
        with _whatever_it_raises():
            self.until(lambda: all(r.state().mode not in ("running", "stopping") for r in self.drivers.motion.values()), 5.0)
        with _whatever_it_raises():
            self._clear_alarms()
        self._give_up()

    def _give_up(self) -> None:
        with _whatever_it_raises():
            self.drivers.close()

    def _meet(self, drivers: DriverSet) -> None:
        self.drivers = drivers
        self.bench.alive(drivers)
        self._devices = devices(drivers)

    # --- names ---

    def device(self, name: str) -> Device:
        """Raises KeyError."""
        return self._devices[name]

    def capabilities(self, name: str) -> Capabilities:
        return self.device(name).capabilities()

    def id(self) -> str:
        """A command id that was never used."""
        self._count += 1
        return f"{self.bench.series}.{self._law}.{self._count}".replace(" ", "-")

    # --- time ---

    def now(self) -> int:
        """ns, of the drivers' clock."""
        virtual = self.drivers.virtual
        return time.monotonic_ns() if virtual is None else virtual.now()

    def wait(self, seconds: float, step: float = STEP, look: Callable[[], object] = lambda: None) -> None:
        """Lets `seconds` pass, polls and calls `look` every `step` s and at the end."""
        self.until(lambda: look() is ..., seconds, step)

    def until(self, claim: Callable[[], bool], longest: float, step: float = STEP) -> bool:
        """Waits until `claim` holds, `longest` s at most. Whether it does."""
        end = self.now() + round(longest * SECOND)
        while True:
            self.poll()
            if claim():
                return True
            left = end - self.now()
            if left <= 0:
                return False
            self._pass(min(round(step * SECOND), left))

    def unlooked(self, seconds: float) -> None:
        """Lets `seconds` pass in which nobody polls: a controller may be kept from it."""
        self._pass(round(seconds * SECOND))

    def _pass(self, nanoseconds: int) -> None:
        virtual = self.drivers.virtual
        if virtual is None:
            time.sleep(nanoseconds / SECOND)
        else:
            virtual.advance_to(virtual.now() + nanoseconds)

    def poll(self) -> tuple[DeviceEvent, ...]:
        self.bench.alive(self.drivers)
        for device in self._devices.values():
            device.heartbeat()
        self.foreign.tell(self.drivers, self.now())
        new = self.drivers.poll()
        if new:
            self.batches.append((new, self.now()))
        return new

    @property
    def events(self) -> list[DeviceEvent]:
        """Everything that `poll` has told so far; `batches` has it poll by poll, each with the time of it."""
        return [event for batch, _ in self.batches for event in batch]

    def _await_states(self) -> None:
        """A link takes a moment to bring its first sample."""

        def has_come() -> bool:
            with suppress(Exception):
                return all(robot.state().q is not None for robot in self.drivers.motion.values())
            return False

        if not self.until(has_come, 10.0):
            raise Broken("10 s after `open` there is no state")

    def _wake_hands(self) -> None:
        """A gripper that was without power says so as a fault; who tries it acknowledges that, as Resume does. Its jaws move."""
        names = {tool.name for tool in self.drivers.grippers.values()}
        self.poll()
        asleep = {(e.device, e.fault) for e in self.events if isinstance(e, FaultRaised) and e.device in names}
        for device, fault in asleep:
            self._devices[device].acknowledge(fault, KIT)
        self.until(lambda: asleep <= {(e.device, e.fault) for e in self.events if isinstance(e, FaultCleared)}, WAKING)

    def _clear_alarms(self) -> None:
        """An alarm of a machine that a trial has left is acknowledged, so that the next one does not meet it where the devices
        are the same. One that stays is left to the laws."""
        both: list[MachineDriver | StationDriver] = [*self.drivers.machines.values(), *self.drivers.stations.values()]
        serving = {device.name: device for device in both}
        self.poll()
        last = {(e.device, e.fault): e for e in self.events if isinstance(e, FaultRaised | FaultCleared) and e.device in serving}
        for device, fault in [key for key, told in last.items() if isinstance(told, FaultRaised)]:
            serving[device].acknowledge(fault, KIT)
        self.until(lambda: all(device.state().alarm is None for device in serving.values()), CLEARING)

    # --- commands ---

    def told(self, device: str, command: str) -> list[CommandStatus]:
        """Every status of the command that `poll` has given."""
        self.poll()
        return [e.status for e in self.events if isinstance(e, CommandChanged) and (e.device, e.command) == (device, command)]

    def told_to_the_end(self, device: str, command: str) -> list[CommandStatus]:
        """The same, once an end is told, or TELLING s later: what is asked for may be ahead of what is told."""
        self.until(lambda: any(status.is_final for status in self.told(device, command)), TELLING)
        return self.told(device, command)

    def status(self, device: str, command: str) -> CommandStatus:
        """As the device says, or where it cannot tell as it last told by itself. What was still open when its link was cut is no
        answer any more."""
        status = self.device(device).status(command)
        told = self.told(device, command) if status.state == "unknown" else []
        return told[-1] if told and (told[-1].is_final or device not in self._cut) else status

    def ended(self, device: str, command: str, longest: float = PATIENCE, step: float = STEP) -> CommandStatus:
        """Its final status. Raises Broken where there is none within `longest` s."""
        if not self.until(lambda: self.status(device, command).is_final, longest, step):
            raise Broken(f"{command} is still {self.status(device, command).state} after {longest:g} s")
        return self.status(device, command)

    def done(self, device: str, command: str, longest: float = PATIENCE) -> None:
        """Raises Broken where it ends otherwise."""
        status = self.ended(device, command, longest)
        if status.state != "done":
            raise Broken(f"{command} ended {status.state}{f': {status.why}' if status.why else ''}, not done")

    # --- the link ---

    @contextmanager
    def cut(self, device: str) -> Iterator[None]:
        """Without a link to `device` for the block. Raises NotTried where the bench cannot."""
        cannot = "cut the link", f"cut the link to {device}"
        restore = _asked(self.bench.hooks.cut, cannot, self.drivers, device)
        self._cut.add(device)
        try:
            yield
        finally:
            restore()

    @contextmanager
    def hushed(self, device: str) -> Iterator[None]:
        """For the block `device` is silent, and its link not cut. Raises NotTried where the bench cannot."""
        cannot = "make a device fall silent", f"make {device} fall silent"
        let_go = _asked(self.bench.hooks.hush, cannot, self.drivers, device)
        self._cut.add(device)
        try:
            yield
        finally:
            let_go()

    @contextmanager
    def nonsense(self, device: str, what: Nonsense) -> Iterator[None]:
        """For the block the device says what cannot be so. Raises NotTried where the bench cannot make it."""
        cannot = "make a device say what cannot be so", f"make {device} say what is {what}"
        end = _asked(self.bench.hooks.nonsense, cannot, self.drivers, device, what)
        try:
            yield
        finally:
            end()

    @contextmanager
    def astray(self, robot: str, by: float) -> Iterator[None]:
        """For the block the robot's joints are not where they are told to be. Raises NotTried where the bench cannot do it."""
        elsewhere = "be elsewhere than where it is told to be"
        cannot = f"have a robot {elsewhere}", f"have {robot} {elsewhere}"
        end = _asked(self.bench.hooks.astray, cannot, self.drivers, robot, by)
        try:
            yield
        finally:
            end()

    def fault(self, device: str) -> str:
        """Has the device fault, and says as what. Raises NotTried where the bench cannot."""
        return _asked(self.bench.hooks.fault, ("make it fault", f"make {device} fault"), self.drivers, device)

    def executions(self, robot: str) -> int | None:
        """How many motions it has begun, by its own count. None where the bench cannot tell."""
        tells = self.bench.hooks.executions
        with suppress(KeyError):
            return None if tells is None else tells(self.drivers, robot)
        return None

    def is_asked(self, person: str) -> bool:
        """Whether they are asked something: by their own screen, where the bench cannot tell by what their driver says."""
        shown = self.bench.hooks.shown
        with suppress(KeyError):
            if shown is not None:
                return shown(self.drivers, person)
        return self.drivers.persons[person].state().work is not None

    def reconnect(self) -> None:
        """Closes and opens; with another set where that one meets the same devices."""
        self.drivers.close()
        if self.bench.stays:
            self._meet(self.bench.make())
        self.drivers.open()
        self._await_states()


def _asked(hook: Callable[Asked, Answer] | None, cannot: tuple[str, str], *given: Asked.args, **named: Asked.kwargs) -> Answer:
    """What the bench's hook does. Raises NotTried where there is none, or none for that device: `cannot` says it of either."""
    whatever, this = cannot
    if hook is None:
        raise NotTried(f"the bench cannot {whatever}")
    try:
        return hook(*given, **named)
    except KeyError:
        raise NotTried(f"the bench cannot {this}") from None


@contextmanager
def _whatever_it_raises() -> Iterator[None]:
    """At the end of a trial, where nothing that a driver does changes what was found. The user's Ctrl-C is no driver's."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException:
        pass


def devices(drivers: DriverSet) -> dict[str, Device]:
    """Every device of the set by its own name, each once."""
    couplings: list[CouplingDriver] = list(drivers.couplings.values())
    found: list[Device] = [*drivers.motion.values(), *couplings, *drivers.grippers.values(), *drivers.machines.values()]
    found += [*drivers.stations.values(), *drivers.supplies.values(), *drivers.persons.values()]
    found += [drivers.signals] if drivers.signals.signals else []
    found += [drivers.people] if drivers.people.zones else []
    return {device.name: device for device in found}
