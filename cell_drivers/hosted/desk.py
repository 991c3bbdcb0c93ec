"""In a driver's process: calls carried out on its drivers, and one look at everything. Knows no socket.

Law: a driver's own exception, of whatever kind, never ends the process while it answers a call; what it cannot tell is left out
of the look. A driver that raises what the contract does not know while it is looked at is `Defective`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, get_args

from cell.device import Capabilities, CommandStatus, DeviceEvent, LinkHeard, Prepared, ReadbackBlock, RobotState
from cell.driver import Device, DriverSet, Follower, Metered
from cell.driver_errors import DeviceFault, DriverError, LastState, Refused
from cell_drivers.hosted.in_words import kind_and_words, shortened
from cell_drivers.hosted.pace import Pace, shifted
from cell_drivers.hosted.wire import Answered, Call, Described, Failed, Group, Hello, Seen, Stop

T = TypeVar("T")

NO_EVENTS: tuple[DeviceEvent, ...] = ()
NO_BLOCKS: tuple[ReadbackBlock, ...] = ()
NOTHING_HEARD: tuple[LinkHeard, ...] = ()
OLDEST = 4.0
"""periods: a look that is older than two is asked for, and its states were not new when it was taken."""
TOLD = tuple(kind for kind in get_args(LastState) if kind is not type(None))
MAPPINGS: tuple[Group, ...] = ("motion", "grippers", "couplings", "machines", "stations", "supplies", "persons")


class Defective(Exception):
    """What a driver did where the contract knows no such thing."""


class Desk:
    def __init__(self, drivers: DriverSet, hands: Mapping[str, tuple[str, ...]], pace: Pace) -> None:
        """`hands` by tool. Simulated time stands still until the drivers are opened, and begins then."""
        self._drivers, self._hands, self._pace = drivers, hands, pace
        self._has_begun, self.is_open, self._shift = False, False, 0
        self._events: list[DeviceEvent] = []
        self._occupied: tuple[tuple[str, bool], ...] = ()
        self._follower = drivers if isinstance(drivers, Follower) else None

    @property
    def is_virtual(self) -> bool:
        return self._drivers.virtual is not None

    def hello(self, period: float) -> Hello:
        """`period` s between two looks. Raises Defective where the drivers do not say what they are."""
        try:
            return self._hello(period)
        except BaseException as cause:
            raise Defective(f"it does not say what it drives: {kind_and_words(cause)}") from cause

    def _hello(self, period: float) -> Hello:
        described = tuple(Described(g, key, d.name, looked_at(d.capabilities(), period)) for g, key, d in self._devices())
        signals, people = self._drivers.signals, self._drivers.people
        of_signals, of_people = (looked_at(device.capabilities(), period) for device in (signals, people))
        zones, pace = tuple(people.zones), self._pace
        follows = tuple(sorted(self._follower.follows)) if self._follower is not None else ()
        return Hello(
            described, tuple(signals.signals), zones, follows, of_signals, of_people, self.is_virtual, pace.origin, pace.speed
        )

    def answer(self, call: Call) -> Answered | Failed | Seen:
        try:
            if call.group == "set":
                return self._of_set(call)
            result = getattr(self._device(call.group, call.key), call.method)(*call.arguments)
            return Answered(call.number, result if isinstance(result, Prepared | CommandStatus) else None)
        except Refused as refusal:
            code, detail = refusal.code.name, refusal.detail
            return self._failed(call, refusal, "Refused", code, detail)
        except DeviceFault as fault:
            return self._failed(call, fault, "DeviceFault", fault.code, fault.vendor_text)
        except DriverError as cause:
            return self._failed(call, cause, type(cause).__name__, "", shortened(cause.text))
        except Defective:
            raise
        except BaseException as defect:  # a driver may want to leave the program; it does not leave ours
            return Failed(call.number, "Defect", "", call.key, None, self.now(), kind_and_words(defect))

    def follow(self, state: RobotState) -> None:
        """Before time passes to where it is from: what happens in that time happens where the robot was then."""
        if self.is_open and self._follower is not None and state.device in self._follower.follows:
            self._follower.follow(shifted(state, -self._shift))

    def stop(self, stop: Stop) -> None:
        """Whatever else is going on. Each device is asked, whatever another one raises. Raises Defective then: that stop was not
        taken."""
        raised = list[str]()
        for group, key, device in self._devices():
            if group == stop.group and stop.key in ("", key):
                halt: Callable[..., None] = device.stop  # type: ignore[attr-defined]
                try:
                    halt(*((stop.kind,) if group == "motion" else ()))
                except BaseException as cause:
                    raised.append(f"{key}: {kind_and_words(cause)}")
        if raised:
            raise Defective("; ".join(raised))

    def stop_robots(self) -> None:
        """Nobody supervises any more."""
        with suppress(Defective):
            self.stop(Stop(0, "motion", "", "hold"))

    def close(self) -> None:
        self.is_open = False
        self._drivers.close()

    def now(self) -> int:
        return self._pace.now()

    def pass_time(self) -> None:
        """Lets simulated time catch up with the clock. A world goes on when nobody looks. Raises Defective."""
        virtual = self._drivers.virtual
        if virtual is not None and self._has_begun:
            try:
                virtual.advance_to(max(virtual.now(), self.now() - self._shift))
            except BaseException as cause:
                raise Defective(f"it fails while time passes: {kind_and_words(cause)}") from cause

    def has_news(self) -> bool:
        """Whether there is anything that whoever supervises should not hear only with the next look. Raises Defective."""
        if not self.is_open:
            return False
        try:
            self._events += _tried(self._drivers.poll, NO_EVENTS)
            return bool(self._events) or self._zones() != self._occupied
        except BaseException as cause:
            raise Defective(f"it fails when it is looked at: {kind_and_words(cause)}") from cause

    def look(self) -> Seen:
        """Events first: a state that follows from one is never older than it. Nothing is seen of what is not open."""
        if not self.is_open:
            return Seen(self.now())
        try:
            return self._look()
        except BaseException as cause:
            raise Defective(f"it fails when it is looked at: {kind_and_words(cause)}") from cause

    def _look(self) -> Seen:
        drivers, shift = self._drivers, self._shift
        gathered, self._events = (*self._events, *_tried(drivers.poll, NO_EVENTS)), []
        events = tuple(shifted(event, shift) for event in gathered)
        now, self._occupied = self.now(), self._zones()

        def told(read: Iterator[Callable[[], T]]) -> tuple[T, ...]:
            values = (_tried(one, None) for one in read)
            return tuple(shifted(value, shift) for value in values if value is not None)

        machines = dict(drivers.stations) | dict(drivers.machines)
        hands = ((tool, hand) for key, tool in drivers.grippers.items() for hand in self._hands.get(key, ()))
        return Seen(
            now,
            events,
            told(robot.state for robot in drivers.motion.values()),
            told((lambda tool=tool, hand=hand: tool.state(hand)) for tool, hand in hands),  # type: ignore[misc]
            told(coupling.state for coupling in drivers.couplings.values()),
            told(machine.state for machine in machines.values()),
            told(person.state for person in drivers.persons.values()),
            told((lambda signal=signal: drivers.signals.read(signal)) for signal in drivers.signals.signals),  # type: ignore[misc]
            self._occupied,
            tuple(shifted(block, shift) for robot in drivers.motion.values() for block in _tried(robot.readback, NO_BLOCKS)),
            _tried(drivers.heard, NOTHING_HEARD) if isinstance(drivers, Metered) else NOTHING_HEARD,
        )

    def _zones(self) -> tuple[tuple[str, bool], ...]:
        people, now = self._drivers.people, self.now() - self._shift
        return tuple((zone, _tried(lambda zone=zone: people.is_occupied(zone, now), True)) for zone in people.zones)  # type: ignore[misc]

    def _of_set(self, call: Call) -> Answered | Seen:
        if call.method == "look":
            self.pass_time()
            return self.look()
        if call.method == "close":
            self.close()
        else:
            self._open()
        return Answered(call.number)

    def _open(self) -> None:
        self._drivers.open()
        if self._drivers.virtual is not None and not self._has_begun:
            self._shift = self.now() - self._drivers.virtual.now()
        self._has_begun = self.is_open = True

    def _devices(self) -> Iterator[tuple[Group, str, Device]]:
        for group in MAPPINGS:
            for key, device in getattr(self._drivers, group).items():
                yield group, key, device

    def _device(self, group: Group, key: str) -> Any:
        return getattr(self._drivers, group) if group in ("signals", "people") else getattr(self._drivers, group)[key]

    def _failed(self, call: Call, cause: DriverError, kind: str, code: str, text: str) -> Failed:
        last = shifted(cause.last, self._shift) if isinstance(cause.last, TOLD) else None
        return Failed(call.number, kind, code, cause.device, cause.command, cause.time + self._shift, shortened(text), last)


def looked_at(declared: Capabilities, period: float) -> Capabilities:
    """What is true of a device that is looked at every `period` s: no state is fresher than a look."""
    return replace(declared, rate=min(declared.rate, 1.0 / period), max_age=max(declared.max_age, OLDEST * period))


def _tried(read: Callable[[], T], otherwise: T) -> T:
    """A driver that cannot tell says so by raising."""
    try:
        return read()
    except DriverError:
        return otherwise
