"""All devices at one address: tags by name, what the newest reading of each says, what is to be written. Pure.

Law: a sample is as old as the last time that everything was read; what a subscription brings in between is taken as it comes. A
clock that goes back ends the conversation: nothing that was read before it can be placed any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cell.device import DeviceEvent, SignalChanged, SignalSample, SignalValue
from cell_drivers.opcua_io.job import WrongAnswer, answer_of
from cell_drivers.opcua_io.machine import Machine
from cell_drivers.opcua_io.reading import Placed, Reading
from cell_drivers.opcua_io.tags import Tag
from cell_drivers.opcua_io.words import BOOLEANS, WrongValue, set_to, value_of

SECOND = 1_000_000_000
MAX_AGE = SECOND // 2
"""ns"""
BACK = SECOND
"""ns that the server's clock may be set back by those who keep it in step."""


class ClockWentBack(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A write: `value` has the type that the tag has."""

    tag: Tag
    value: bool | str


class Plc:
    def __init__(self, machines: Mapping[str, Machine], tags: Iterable[Tag]) -> None:
        self.machines = dict(machines)
        self.tags = {tag.name: tag for tag in tags}
        self.signals = tuple(tag.name for tag in self.tags.values() if tag.role == "reports")
        self.events: deque[DeviceEvent] = deque()
        self.why_unknown: dict[str, str] = {}
        self._placed = {name: Placed() for name in self.tags}
        self._values: dict[str, SignalValue] = {}
        self._is_boolean: dict[str, bool] = {}
        self._server_time: int | None = None
        self._beat = 0

    # --- from the link ---

    def connected(self, is_boolean: Mapping[str, bool]) -> None:
        """A conversation begins anew: nothing of the last one is known. By tag that can be written: whether it is a Boolean."""
        self._is_boolean = dict(is_boolean)
        self._server_time = None
        self._placed = {name: Placed() for name in self.tags}

    def beat(self, server_time: int, now: int) -> None:
        """Everything has just been read, and the server's clock (ns since 1970) with it. Raises ClockWentBack."""
        before, self._server_time = self._server_time, server_time
        if before is not None and server_time < before - BACK:
            raise ClockWentBack(f"the server's clock went back by {(before - server_time) / SECOND:.3g} s")
        self._beat = now
        for machine in self.machines.values():
            machine.up(now)

    def seen(self, name: str, reading: Reading, is_asked: bool, now: int) -> None:
        """`is_asked` as in reading.py."""
        tag = self.tags[name]
        why = self._placed[name].take(reading, is_asked)
        if why is None:
            return
        if tag.role == "answer" and not why and isinstance(reading.value, str):
            self._answered(tag, reading.value, now)
        elif tag.role == "reports":
            self._reported(tag, reading.value if not why else None, why, now)

    def lost(self, why: str, now: int) -> None:
        self._is_boolean.clear()
        for signal in self.signals:
            self._tell(signal, None, now)
        for machine in self.machines.values():
            machine.lost(why, now)

    def forget(self, now: int) -> None:
        self._values.clear()
        for machine in self.machines.values():
            machine.forget(now)

    def take_writes(self) -> tuple[Wanted, ...]:
        """What is to be written now, in the order in which it was asked for."""
        found = []
        for machine in self.machines.values():
            for fact, word in machine.take_writes():
                tag = self.set_tag(machine.name, fact)
                if tag is not None:
                    found.append(Wanted(tag, self._as_type(tag, word)))
        return tuple(found)

    # --- from the drivers ---

    def set_tag(self, device: str, fact: str) -> Tag | None:
        """Where `fact` of the device is commanded, None where the server has no such tag."""
        role = "request" if fact == "job" else "sets"
        found = (tag for tag in self.tags.values() if (tag.device, tag.fact, tag.role) == (device, fact, role))
        return next((tag for tag in found if tag.name in self._is_boolean), None)

    def sample(self, signal: str) -> SignalSample:
        return SignalSample(signal, self._values.get(signal), self._beat, MAX_AGE)

    def drain(self) -> list[DeviceEvent]:
        found = [*self.events]
        self.events.clear()
        for machine in self.machines.values():
            found += machine.events
            machine.events.clear()
        return sorted(found, key=lambda event: event.time)

    # --- parts of these ---

    def _reported(self, tag: Tag, raw: object, why: str, now: int) -> None:
        try:
            value = value_of(tag.fact, raw)
        except WrongValue as wrong:
            value, why = None, str(wrong)
        if why:
            self.why_unknown[tag.name] = why
        else:
            self.why_unknown.pop(tag.name, None)
        self._tell(tag.name, value, now)
        text = raw if isinstance(raw, str) else f"{tag.name} is set"
        self.machines[tag.device].seen(tag.fact, value, text, now)

    def _tell(self, signal: str, value: SignalValue, now: int) -> None:
        if signal not in self._values or self._values[signal] != value:
            self._values[signal] = value
            self.events.append(SignalChanged("signals", now, SignalSample(signal, value, now, MAX_AGE)))

    def _answered(self, tag: Tag, text: str, now: int) -> None:
        try:
            answer = answer_of(text)
        except WrongAnswer as wrong:
            self.why_unknown[tag.name] = str(wrong)
            return
        self.why_unknown.pop(tag.name, None)
        self.machines[tag.device].answered(answer, now)

    def _as_type(self, tag: Tag, word: bool | str) -> bool | str:
        if isinstance(word, str) and tag.fact in BOOLEANS:
            return set_to(tag.fact, word, self._is_boolean[tag.name])
        return word
