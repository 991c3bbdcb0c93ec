"""The drivers of one cell from several packages, as one set: each device is its own driver's, and nobody sees another's. But who
follows a robot of another's is told where that is, at each poll, before it is polled itself.

Law: a name belongs to the driver that the cell file gives it to. A signal is read from the driver of the device that names it, a
zone is watched by the driver that it names. What a set says of devices that are not its own is not passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from cell.dataclass import dataclass
from cell.device import DeviceEvent, LinkHeard, RobotState, SignalChanged, SignalSample
from cell.devices import signal_devices
from cell.driver import (
    CouplingDriver,
    DriverSet,
    Follower,
    GripperDriver,
    HasLooked,
    MachineDriver,
    Metered,
    MotionDriver,
    Outliving,
    PersonDriver,
    StationDriver,
    SupplyDriver,
    VirtualTime,
    Waking,
)
from cell.driver_errors import DriverError, Refusal, Refused
from cell.model import CellModel
from cell.no_devices import Nothing


class _Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_Named)


@dataclass(frozen=True, slots=True)
class Share:
    """The `drivers` of one package and the `devices` that are its own."""

    driver: str
    devices: frozenset[str]
    drivers: DriverSet


class Signals(Nothing):
    """Each signal from the share of the device that names it; one that no device names from the first share that has it."""

    def __init__(self, cell: CellModel, shares: Sequence[Share]) -> None:
        super().__init__("signals")
        named = signal_devices(cell)
        self._from: dict[str, DriverSet] = {}
        for share in shares:
            for signal in share.drivers.signals.signals:
                if signal not in self._from or named.get(signal) in share.devices:
                    self._from[signal] = share.drivers

    @property
    def signals(self) -> tuple[str, ...]:
        return tuple(self._from)

    def read(self, signal: str) -> SignalSample:
        if signal not in self._from:
            raise Refused(Refusal.UNKNOWN_NAME, self.name, None, 0, f"no signal {signal!r}")
        return self._from[signal].signals.read(signal)

    def is_from(self, signal: str, drivers: DriverSet) -> bool:
        return self._from.get(signal) is drivers


class People(Nothing):
    """A zone that the cell file gives to nobody is watched by the first share that has it."""

    def __init__(self, shares: Sequence[Share]) -> None:
        super().__init__("people")
        self._from: dict[str, DriverSet] = {}
        for share in shares:
            for zone in share.drivers.people.zones:
                if zone not in self._from or zone in share.devices:
                    self._from[zone] = share.drivers

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(self._from)

    def is_occupied(self, zone: str, now: int) -> bool:
        return zone not in self._from or self._from[zone].people.is_occupied(zone, now)


class ComposedSet:
    """A `DriverSet`. It has virtual time only where all shares have the very same."""

    def __init__(self, cell: CellModel, shares: Sequence[Share]) -> None:
        self._shares = tuple(shares)
        self.motion: Mapping[str, MotionDriver] = self._own(lambda drivers: drivers.motion)
        self.grippers: Mapping[str, GripperDriver] = self._own(lambda drivers: drivers.grippers)
        self.couplings: Mapping[str, CouplingDriver] = self._own(lambda drivers: drivers.couplings)
        self.machines: Mapping[str, MachineDriver] = self._own(lambda drivers: drivers.machines)
        self.stations: Mapping[str, StationDriver] = self._own(lambda drivers: drivers.stations)
        self.supplies: Mapping[str, SupplyDriver] = self._own(lambda drivers: drivers.supplies)
        self.persons: Mapping[str, PersonDriver] = self._own(lambda drivers: drivers.persons)
        self.signals, self.people = Signals(cell, shares), People(shares)
        # What each set is besides is found out once: to ask it of a protocol takes longer than to poll.
        self._followers = {share.driver: share.drivers for share in shares if isinstance(share.drivers, Follower)}
        self._looked = {share.driver: share.drivers for share in shares if isinstance(share.drivers, HasLooked)}
        self._metered = tuple((share, share.drivers) for share in shares if isinstance(share.drivers, Metered))
        self._handed: dict[tuple[str, str], int] = {}  # by driver and robot: when the last state was received
        times = [share.drivers.virtual for share in shares]
        self.virtual: VirtualTime | None = times[0] if times and all(time is times[0] for time in times) else None

    def _own(self, of: Callable[[DriverSet], Mapping[str, T]]) -> Mapping[str, T]:
        """A coupling stands under its robot's name, and is called otherwise."""
        given = ((share, key, device) for share in self._shares for key, device in of(share.drivers).items())
        return {key: device for share, key, device in given if device.name in share.devices}

    def poll(self) -> tuple[DeviceEvent, ...]:
        found: list[DeviceEvent] = []
        for share in sorted(self._shares, key=lambda share: bool(self._followed_by(share))):
            self._hand_over(share)
            found += self._of(share, share.drivers.poll())
        return tuple(sorted(found, key=lambda event: event.time))

    @property
    def robots_seen(self) -> tuple[RobotState, ...]:
        own = ((share, robot) for share in self._shares for robot in share.drivers.motion if robot in share.devices)
        return tuple(state for share, robot in own for state in self._states(share, robot))

    def wake_with(self, wake: Callable[[], None]) -> None:
        for share in self._shares:
            if isinstance(share.drivers, Waking):
                share.drivers.wake_with(wake)

    def heard(self) -> tuple[LinkHeard, ...]:
        """Of the links that are measured."""
        measured = ((share, heard) for share, drivers in self._metered for heard in drivers.heard())
        return tuple(heard for share, heard in measured if heard.device in share.devices)

    def _hand_over(self, share: Share) -> None:
        """What it follows, where there is something new of it. A robot whose link is cut says nothing new."""
        for robot in sorted(self._followed_by(share)):
            state = next((s for other in self._shares if robot in other.devices for s in self._states(other, robot)), None)
            if state is not None and self._handed.get((share.driver, robot)) != state.received:
                self._handed[share.driver, robot] = state.received
                self._followers[share.driver].follow(state)

    def _followed_by(self, share: Share) -> frozenset[str]:
        follower = self._followers.get(share.driver)
        return follower.follows - share.devices if follower is not None else frozenset()

    def _states(self, share: Share, robot: str) -> tuple[RobotState, ...]:
        """Its newest one, none where there is none to be had at once."""
        if (looked := self._looked.get(share.driver)) is not None:
            return tuple(state for state in looked.robots_seen if state.device == robot)
        try:
            return (share.drivers.motion[robot].state(),)
        except (KeyError, DriverError):
            return ()

    def _of(self, share: Share, events: Iterable[DeviceEvent]) -> Iterable[DeviceEvent]:
        for event in events:
            if isinstance(event, SignalChanged):
                is_own = self.signals.is_from(event.sample.name, share.drivers)
            else:
                is_own = event.device in share.devices
            if is_own:
                yield event

    def open(self) -> None:
        """All or none: raises what the first one raises that cannot be opened, and closes those before it."""
        for k, share in enumerate(self._shares):
            try:
                share.drivers.open()
            except BaseException:
                for opened in self._shares[:k]:
                    opened.drivers.close()
                raise

    def close(self) -> None:
        for share in self._shares:
            share.drivers.close()

    def leave(self) -> None:
        for share in self._shares:
            if isinstance(share.drivers, Outliving):
                share.drivers.leave()
            else:
                share.drivers.close()
