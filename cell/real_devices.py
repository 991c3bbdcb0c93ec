"""A driver set of real devices: what most packages bring is devices of one kind, and nothing else of the cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from cell.device import DeviceEvent, LinkHeard
from cell.driver import (
    CouplingDriver,
    Device,
    GripperDriver,
    MachineDriver,
    MotionDriver,
    PersonDetector,
    PersonDriver,
    SignalDriver,
    StationDriver,
    SupplyDriver,
)
from cell.no_devices import NO_PEOPLE, NO_SIGNALS


@runtime_checkable
class Measuring(Protocol):
    """A device may be one too: it measures the way to it."""

    def heard(self) -> LinkHeard | None:
        """Since the last call; None where there is nothing to be told."""


@dataclass(frozen=True)
class RealDevices:
    """A `DriverSet` in real time. It opens all or none, and tells what is new in order of time."""

    motion: Mapping[str, MotionDriver] = field(default_factory=dict)
    grippers: Mapping[str, GripperDriver] = field(default_factory=dict)
    couplings: Mapping[str, CouplingDriver] = field(default_factory=dict)
    machines: Mapping[str, MachineDriver] = field(default_factory=dict)
    stations: Mapping[str, StationDriver] = field(default_factory=dict)
    supplies: Mapping[str, SupplyDriver] = field(default_factory=dict)
    persons: Mapping[str, PersonDriver] = field(default_factory=dict)
    signals: SignalDriver = NO_SIGNALS
    people: PersonDetector = NO_PEOPLE
    virtual: None = None

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(sorted((event for device in self._devices() for event in device.poll()), key=lambda event: event.time))

    def heard(self) -> tuple[LinkHeard, ...]:
        """Of the devices that measure the way to them."""
        told = (device.heard() for device in self._devices() if isinstance(device, Measuring))
        return tuple(heard for heard in told if heard is not None)

    def open(self) -> None:
        """Raises what the first device that cannot be opened raises, with all of them closed."""
        try:
            for device in self._devices():
                device.open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for device in self._devices():
            device.close()

    def _devices(self) -> Iterator[Device]:
        """Each once: a station may be a machine too."""
        groups = (self.motion, self.grippers, self.couplings, self.machines, self.stations, self.supplies, self.persons)
        found: dict[int, Device] = {id(device): device for group in groups for device in group.values()}
        yield from (*found.values(), self.signals, self.people)
