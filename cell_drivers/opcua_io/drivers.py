"""`MachineDriver`, `StationDriver` and `SignalDriver` over one PLC: every call looks at what is known, refuses or is taken, and
returns.

Law: nothing is taken on a state older than its maximum age. What the tags do not show (that a part is there, where no signal
says so) the PLC refuses by its answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from cell.command_book import NOT_SEEN
from cell.device import Capabilities, CommandStatus, DeviceEvent, DoorState, MachineState, SignalSample
from cell.driver_errors import LastState, LinkLost, Refusal, Refused, Stale
from cell.equipment import Equipment
from cell.vocabulary import Vocabulary
from cell_drivers.opcua_io.address import Address
from cell_drivers.opcua_io.job import Work
from cell_drivers.opcua_io.link import READ, Link
from cell_drivers.opcua_io.machine import UNKNOWN, Leaf, Machine
from cell_drivers.opcua_io.plc import MAX_AGE, SECOND, Plc, Wanted
from cell_drivers.opcua_io.reading import Reading
from cell_drivers.opcua_io.tags import Tag

FIRST_SIGHT = 3.0  # s that `open` waits for everything to have been seen once
VERIFIED = ("a server of node-opcua 2.182 that plays a PLC (no security, anonymous)", "no PLC")


def capabilities(name: str) -> Capabilities:
    return Capabilities(
        device=name,
        joints=(),
        feeding="none",
        rate=0.5 / READ,
        look_ahead=None,
        standstill={},
        start_tolerance=0.0,
        max_age=MAX_AGE / SECOND,
        on_link_loss="finishes its buffer",
        command_status=False,
        speed_scaling=False,
        device_clock=False,
        io_points=(),
        verified_against=VERIFIED,
    )


class Shared:
    """One PLC with its lock and its link, for all drivers at one address."""

    def __init__(self, address: Address, plc: Plc, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self.plc, self.lock, self.clock = plc, threading.Lock(), clock
        self._address = address
        self._link: Link | None = None

    @property
    def is_open(self) -> bool:
        return self._link is not None

    def open(self) -> None:
        if self._link is None:
            self._link = Link(self._address, self.plc.tags.values(), self)
            self._link.start()
            self._link.first.wait(FIRST_SIGHT)
            self._refuse_silence()

    def _refuse_silence(self) -> None:
        """Raises LinkLost with the cause where nothing has been seen, and the driver is not open then."""
        with self.lock:
            dark = next((machine for machine in self.plc.machines.values() if not machine.is_up), None)
        if dark is not None:
            cause = dark.why_down or f"{self._address}: nothing was seen"
            self.close()
            raise LinkLost(dark.name, None, self.clock(), cause, dark.state())

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.end()
            with self.lock:
                self.plc.forget(self.clock())

    def poll(self) -> tuple[DeviceEvent, ...]:
        with self.lock:
            return tuple(self.plc.drain())

    def wake(self) -> None:
        if self._link is not None:
            self._link.wake()

    # --- for the link's thread ---

    def connected(self, is_boolean: Mapping[str, bool]) -> None:
        with self.lock:
            self.plc.connected(is_boolean)

    def beat(self, server_time: int) -> None:
        with self.lock:
            self.plc.beat(server_time, self.clock())

    def seen(self, tag: str, reading: Reading, is_asked: bool) -> None:
        with self.lock:
            self.plc.seen(tag, reading, is_asked, self.clock())

    def lost(self, why: str) -> None:
        with self.lock:
            self.plc.lost(why, self.clock())

    def take_writes(self) -> tuple[Wanted, ...]:
        with self.lock:
            return self.plc.take_writes()

    def written(self, tag: Tag) -> None:
        with self.lock:
            self.plc.machines[tag.device].written(tag.fact, self.clock())

    def not_written(self, tag: Tag, why: str) -> None:
        with self.lock:
            self.plc.machines[tag.device].not_written(tag.fact, why, self.clock())


class OpcUaMachine:
    def __init__(self, shared: Shared, thing: Equipment, words: Vocabulary) -> None:
        self._shared, self._thing, self._words = shared, thing, words

    @property
    def name(self) -> str:
        return self._thing.name

    def capabilities(self) -> Capabilities:
        return capabilities(self.name)

    def open(self) -> None:
        self._shared.open()

    def close(self) -> None:
        self._shared.close()

    def heartbeat(self) -> None:
        """The subscription is kept alive by its own."""

    def status(self, command: str) -> CommandStatus:
        """The PLC keeps the last job only: of what this driver has not sent itself, nobody knows."""
        with self._shared.lock:
            found = self._machine.commands.status(command)
            return UNKNOWN if found is NOT_SEEN else found

    def acknowledge(self, fault: str, operator: str) -> None:
        with self._shared.lock:
            self._machine.acknowledge(fault, self._shared.clock())
        self._shared.wake()

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self._shared.poll()

    def state(self) -> MachineState:
        with self._shared.lock:
            return self._machine.state()

    # --- calls ---

    def set_door(self, command: str, is_open: bool) -> None:
        self._set(command, "door", "open" if is_open else "closed")

    def set_clamp(self, command: str, is_closed: bool) -> None:
        self._set(command, "clamp", "closed" if is_closed else "open")

    def program(self, command: str, name: str) -> None:
        has_it = any(program.name == name for program in self._thing.programs)
        self._begin(command, "run", name, Refusal.UNKNOWN_NAME if not has_it else None)

    def _tells(self, verb: str) -> tuple[str, ...]:
        """The outcomes that a verb tells."""
        return tuple(outcome.name for outcome in self._words.told_by(verb))

    def inspect(self, command: str, outcome: str) -> None:
        tells_it = any(outcome in self._tells(offer.verb) for offer in self._thing.offers)
        self._begin(command, "inspect", outcome, Refusal.NOT_OFFERED if not tells_it else None)

    def treat(self, command: str, verb: str) -> None:
        does_it = any(offer.verb == verb and not self._tells(verb) for offer in self._thing.offers)
        self._begin(command, "do", verb, Refusal.NOT_OFFERED if not does_it else None)

    def stop(self) -> None:
        with self._shared.lock:
            self._machine.stop(self._shared.clock())
        self._shared.wake()

    # --- parts of these ---

    @property
    def _machine(self) -> Machine:
        return self._shared.plc.machines[self._thing.name]

    def _set(self, command: str, leaf: Leaf, goal: DoorState) -> None:
        with self._shared.lock:
            machine, asked = self._machine, (leaf, goal)
            if not self._takes(command, asked):
                return
            self._refuse_stale(command)
            if self._shared.plc.set_tag(self.name, leaf) is None:
                raise self._refused(Refusal.NOT_OFFERED, command, f"there is no tag that sets its {leaf}")
            if machine.job is not None:
                raise self._refused(Refusal.RUNNING, command, machine.job.what)
            if (other := machine.moving(leaf)) is not None:
                raise self._refused(Refusal.BUSY, command, other)
            machine.move(command, asked, leaf, goal, self._shared.clock())
        self._shared.wake()

    def _begin(self, command: str, work: Work, what: str, unknown: Refusal | None) -> None:
        with self._shared.lock:
            asked = (work, what)
            if not self._takes(command, asked):
                return
            if unknown is not None:
                raise self._refused(unknown, command, what)
            self._refuse_stale(command)
            self._refuse_unready(
                command, is_program=work == "run", needs_part=work != "do" or not self._words.is_about_things(what)
            )
            self._machine.begin(command, asked, work, what, self._shared.clock())
        self._shared.wake()

    def _refuse_unready(self, command: str, is_program: bool, needs_part: bool) -> None:
        machine = self._machine
        values = machine.values
        if machine.state().alarm is not None:
            raise self._refused(Refusal.ALARM, command, machine.state().alarm or "")
        if machine.job is not None:
            raise self._refused(Refusal.RUNNING, command, machine.job.what)
        if "occupied" in machine.facts and (values.get("occupied") == "occupied") is not needs_part:
            raise self._refused(Refusal.NO_PART if needs_part else Refusal.PART_THERE, command)
        if is_program and "clamp" in machine.facts and machine.state().clamp != "closed":
            raise self._refused(Refusal.NOT_CLAMPED, command)
        if is_program and "door" in machine.facts and machine.state().door != "closed":
            raise self._refused(Refusal.DOOR_OPEN, command)

    def _takes(self, command: str, asked: tuple[object, ...]) -> bool:
        """Whether it is new. Raises Refused where the driver is not open, or knows the id otherwise."""
        if not self._shared.is_open:
            raise self._refused(Refusal.NOT_OPEN, command)
        return self._machine.commands.is_new(command, asked, self._shared.clock())

    def _refuse_stale(self, command: str) -> None:
        machine, now = self._machine, self._shared.clock()
        if not machine.is_up or now - machine.time > MAX_AGE:
            cause = f": {machine.why_down}" if machine.why_down and not machine.is_up else ""
            text = f"its last state is older than {MAX_AGE / SECOND:g} s{cause}"
            raise Stale(self.name, command, now, text, machine.state())

    def _refused(self, code: Refusal, command: str, detail: str = "") -> Refused:
        return Refused(code, self.name, command, self._shared.clock(), detail, self._machine.state())


class OpcUaSignals:
    """The signals of all PLCs of the cell that this driver drives."""

    name = "signals"

    def __init__(self, shared: tuple[Shared, ...]) -> None:
        self._of = {signal: each for each in shared for signal in each.plc.signals}
        self._clock = shared[0].clock if shared else time.monotonic_ns

    @property
    def signals(self) -> tuple[str, ...]:
        return tuple(self._of)

    def read(self, signal: str) -> SignalSample:
        if signal not in self._of:
            raise self._refused(signal)
        with self._of[signal].lock:
            return self._of[signal].plc.sample(signal)

    def why_unknown(self, signal: str) -> str:
        """What keeps it from being known, "" for nothing."""
        with self._of[signal].lock:
            return self._of[signal].plc.why_unknown.get(signal, "")

    def capabilities(self) -> Capabilities:
        return capabilities(self.name)

    def open(self) -> None:
        for shared in self._of.values():
            shared.open()

    def close(self) -> None:
        for shared in self._of.values():
            shared.close()

    def heartbeat(self) -> None:
        """Nothing listens for it."""

    def status(self, command: str) -> CommandStatus:
        return UNKNOWN

    def acknowledge(self, fault: str, operator: str) -> None:
        """Signals have no faults of their own."""

    def poll(self) -> tuple[DeviceEvent, ...]:
        return ()

    def _refused(self, signal: str) -> Refused:
        last: LastState = None
        return Refused(Refusal.UNKNOWN_NAME, self.name, None, self._clock(), f"no signal {signal!r}", last)
