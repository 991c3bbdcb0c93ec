"""A machine's driver by the contract, over `Works`: what the machine's own protocol has to offer. Leave it as it is; write your
Works.

Everything that the contract asks is here: ids, refusals before anything moves, what became of a command, the signals that the
cell file names. Not here: outcomes and other work of stations.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from cell.device import (
    Capabilities,
    CommandStatus,
    DeviceEvent,
    DoorState,
    FaultCleared,
    FaultRaised,
    LinkChanged,
    MachineChanged,
    MachineState,
    SignalChanged,
    SignalSample,
    SignalValue,
)
from cell.driver_errors import Refusal, Stale
from cell.equipment import Equipment
from dry_driver.numbered import Numbered

ALARM = "alarm"
UNKNOWN = CommandStatus("unknown")
Leaf = Literal["door", "clamp"]
Became = Literal["not seen", "running", "done", "aborted"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The machine as it was at `received` ns, on the clock of `now`. `door` and `clamp` None: under way, or it does not tell; of
    several doors the state that all of them are in. `program` runs, "" for none, and is `fraction` done. `occupied` None: no
    switch tells. `alarm` is its text, "" for none."""

    received: int
    door: DoorState | None = None
    clamp: DoorState | None = None
    program: str = ""
    fraction: float | None = None
    occupied: bool | None = None
    alarm: str = ""


class Works(Protocol):
    """No call but `connect` may wait for the machine, or 50 ms at most."""

    @property
    def rate(self) -> float:
        """Readings a second."""

    @property
    def max_age(self) -> float:
        """s."""

    @property
    def verified_against(self) -> tuple[str, ...]: ...

    def now(self) -> int:
        """ns, monotonic."""

    def connect(self) -> None:
        """Comes back when the first reading is there. Raises OSError, ProtocolViolation."""

    def disconnect(self) -> None: ...

    def reading(self) -> Reading | None:
        """The newest; None before the first."""

    def became(self, command: str) -> Became | None:
        """What became of a program that was begun under that id, asked of the machine; None where it does not answer."""

    def move(self, leaf: Leaf, goal: DoorState) -> None: ...

    def begin(self, command: str, program: str) -> None: ...

    def halt(self) -> None:
        """The program that runs ends; nothing else."""

    def clear(self) -> None:
        """The operator has acknowledged the alarm."""


class Machine(Numbered):
    def __init__(self, equipment: Equipment, works: Works) -> None:
        super().__init__(equipment.name, works.now)
        self.equipment, self.works = equipment, works
        self.newest: Reading | None = None
        self.moving: dict[Leaf, tuple[str, DoorState]] = {}
        self.running = self.alarm = ""
        self.is_lost = False
        self._stops = 0  # that were asked for, each from whichever thread
        self._told: MachineState | None = None
        self._signals: dict[str, SignalValue] = {}

    def capabilities(self) -> Capabilities:
        return Capabilities(
            device=self.name, joints=(), feeding="none", rate=self.works.rate, look_ahead=None, standstill={},
            start_tolerance=0.0, max_age=self.works.max_age, on_link_loss="unknown", command_status=False, speed_scaling=False,
            device_clock=False, io_points=(), verified_against=self.works.verified_against,
        )  # fmt: skip

    def open(self) -> None:
        """Connects. Never moves."""
        if not self.is_open:
            self.works.connect()
            self.is_open = True
            self.look()

    def close(self) -> None:
        """Never raises."""
        self.is_open = False
        with suppress(Exception):
            self.works.disconnect()

    # --- what is asked ---

    def set_door(self, command: str, is_open: bool) -> None:
        self._move("door", command, "open" if is_open else "closed")

    def set_clamp(self, command: str, is_closed: bool) -> None:
        self._move("clamp", command, "closed" if is_closed else "open")

    def program(self, command: str, name: str) -> None:
        """All refusals are here, before anything turns. A stop of another thread counts whenever it comes, also ahead of it."""
        stops = self._stops
        if not self.takes(command, "program", name):
            return
        if name not in [program.name for program in self.equipment.programs]:
            raise self.refused(Refusal.UNKNOWN_NAME, command, name)
        seen, signals = self._fresh(command), self.equipment.signals
        if seen.alarm:
            raise self.refused(Refusal.ALARM, command, seen.alarm)
        self._refuse_beside_others(command, seen)
        if seen.occupied is False:
            raise self.refused(Refusal.NO_PART, command)
        if "door" in signals and seen.door != "closed":
            raise self.refused(Refusal.DOOR_OPEN, command)
        if "clamp" in signals and seen.clamp != "closed":
            raise self.refused(Refusal.NOT_CLAMPED, command)
        if self._stops != stops:
            self.tell(command, CommandStatus("aborted", None, "stop"))
            return
        self.running = command
        self.tell(command, CommandStatus("running", 0.0))
        self.works.begin(command, name)
        if self._stops != stops:
            self.works.halt()
        self._say()

    def stop(self) -> None:
        """Whoever began what runs. Doors and clamps go where they were asked to."""
        self._stops += 1
        self.works.halt()

    def acknowledge(self, fault: str, operator: str) -> None:
        if fault == ALARM and self.alarm:
            self.works.clear()

    def _move(self, leaf: Leaf, command: str, goal: DoorState) -> None:
        if not self.takes(command, leaf, goal):
            return
        if leaf not in self.equipment.signals:
            raise self.refused(Refusal.NOT_OFFERED, command, f"it has no {leaf}")
        seen = self._fresh(command)
        if leaf not in self.moving and getattr(seen, leaf) == goal:
            self.tell(command, CommandStatus("done"))
            return
        self._refuse_beside_others(command, seen, leaf)
        self.moving[leaf] = (command, goal)
        self.tell(command, CommandStatus("running"))
        self.works.move(leaf, goal)
        self._say()

    def _refuse_beside_others(self, command: str, seen: Reading, leaf: Leaf | None = None) -> None:
        if self.running or seen.program:
            raise self.refused(Refusal.RUNNING, command, seen.program or self.running)
        under_way = self.moving if leaf is None else self.moving.keys() & {leaf}
        for one in under_way:
            raise self.refused(Refusal.BUSY, command, self.moving[one][0])

    def _fresh(self, command: str) -> Reading:
        """Nothing is sent on a stale state."""
        self.look()
        if self.newest is None or self._age() > self.works.max_age:
            self._asked.pop(command, None)
            raise Stale(self.name, command, self.now(), f"its last state is {self._age():.2f} s old", self.last_state())
        return self.newest

    # --- what it says ---

    def status(self, command: str) -> CommandStatus:
        """Its own memory where that has the end, else what the machine tells of a program. A door has no memory of who opened it,
        so of what this driver has not sent itself it is `unknown`, never `not seen`."""
        self.look()
        known = self._status.get(command, UNKNOWN)
        if known.is_final or (known.state == "running" and not self.is_lost):
            return known
        became = self.works.became(command) if self.is_open and not self.is_lost else None
        return UNKNOWN if became in (None, "not seen") else CommandStatus(became)

    def state(self) -> MachineState:
        self.look()
        return self._state()

    def last_state(self) -> MachineState | None:
        return None if self.newest is None else self._state()

    def poll(self) -> tuple[DeviceEvent, ...]:
        self.look()
        return super().poll()

    def look(self) -> None:
        """Takes in what the machine has said since the last look."""
        seen = self.works.reading() if self.is_open else None
        if seen is not None and seen is not self.newest:
            self.newest = seen
            self._see(seen)
        if self.newest is not None and self.is_lost is not (self._age() > self.works.max_age):
            self.is_lost = not self.is_lost
            why = f"it has said nothing for {self._age():.2f} s" if self.is_lost else ""
            self.news.append(LinkChanged(self.name, self.now(), not self.is_lost, why))

    def _see(self, seen: Reading) -> None:
        """Facts first, then what became of commands."""
        if bool(seen.alarm) is not bool(self.alarm):
            cleared, raised = FaultCleared(self.name, self.now(), ALARM), FaultRaised(self.name, self.now(), ALARM, seen.alarm)
            self.news.append(raised if seen.alarm else cleared)
        self.alarm = seen.alarm
        there = [leaf for leaf, (_, goal) in self.moving.items() if getattr(seen, leaf) == goal]
        done = [self.moving.pop(leaf)[0] for leaf in there]
        ended, became = self.running, self.works.became(self.running) if self.running and not seen.program else None
        if became in ("done", "aborted"):
            self.running = ""
        self._say()
        for command in done:
            self.tell(command, CommandStatus("done"))
        if became == "done":
            self.tell(ended, CommandStatus("done"))
        elif became == "aborted":
            self.tell(ended, CommandStatus("aborted", None, seen.alarm or "stop"))

    def _say(self) -> None:
        """Tells its state and its signals where they have changed; the time alone is no change."""
        state = self._state()
        if self._told is None or replace(self._told, time=state.time) != state:
            self._told = state
            self.news.append(MachineChanged(self.name, self.now(), state))
        for fact, signal in self.equipment.signals.items():
            sample = self.sample(fact, signal)
            if self._signals.get(signal) != sample.value:
                self._signals[signal] = sample.value
                self.news.append(SignalChanged("signals", self.now(), sample))

    def _state(self) -> MachineState:
        seen = self.newest
        if seen is None:
            raise Stale(self.name, None, self.now(), "no reading has come yet")
        is_running = bool(seen.program) or bool(self.running)
        work = seen.program or (str(self._asked[self.running][1]) if self.running else None)
        return MachineState(
            self.name, seen.received, door=self._leaf(seen, "door"), clamp=self._leaf(seen, "clamp"), running=is_running,
            work=work, fraction=seen.fraction if is_running else None, occupied=seen.occupied, alarm=seen.alarm or None,
        )  # fmt: skip

    def _leaf(self, seen: Reading, leaf: Leaf) -> DoorState | None:
        found: DoorState | None = None if leaf in self.moving else getattr(seen, leaf)
        return found if leaf in self.equipment.signals else None

    def sample(self, fact: str, signal: str) -> SignalSample:
        """What the signal of that fact says, in the words of the vocabulary; None where it is not known."""
        if self.newest is None:
            return SignalSample(signal, None, 0, round(1e9 * self.works.max_age))
        state = self._state()
        says: Mapping[str, SignalValue] = {
            "door": state.door,
            "clamp": state.clamp,
            "spindle": "running" if state.running else "stopped",
            "alarm": state.alarm is not None,
            "occupied": None if state.occupied is None else "occupied" if state.occupied else "free",
        }
        return SignalSample(signal, says.get(fact), state.time, round(1e9 * self.works.max_age))

    def _age(self) -> float:
        return math.inf if self.newest is None else (self.now() - self.newest.received) / 1e9


class MachineSignals(Numbered):
    """The signals that the cell file names for these machines."""

    def __init__(self, machines: Mapping[str, Machine]) -> None:
        self.machines = tuple(machines.values())
        super().__init__("signals", self.machines[0].now)
        self._of = {signal: (m, fact) for m in self.machines for fact, signal in m.equipment.signals.items()}

    @property
    def signals(self) -> tuple[str, ...]:
        return tuple(self._of)

    def capabilities(self) -> Capabilities:
        return replace(self.machines[0].capabilities(), device=self.name, command_status=True)  # it takes none, and knows it

    def read(self, signal: str) -> SignalSample:
        if signal not in self._of:
            raise self.refused(Refusal.UNKNOWN_NAME, "", signal)
        machine, fact = self._of[signal]
        machine.look()
        return machine.sample(fact, signal)
