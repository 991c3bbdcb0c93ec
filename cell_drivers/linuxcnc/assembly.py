"""The driver set: a robot for each address. A cell's other devices are other drivers'."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from cell.device import DeviceEvent
from cell.driver import (
    Assembly,
    CouplingDriver,
    GripperDriver,
    MachineDriver,
    PersonDetector,
    PersonDriver,
    SignalDriver,
    StationDriver,
    SupplyDriver,
)
from cell.kinematic_chain import JointKind
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell_drivers.linuxcnc.address import Address, address_of
from cell_drivers.linuxcnc.limits import JOINTS
from cell_drivers.linuxcnc.link import Socket
from cell_drivers.linuxcnc.robot import LinuxcncRobot


class LinuxcncCell:
    """A `DriverSet`."""

    def __init__(self, assembly: Assembly) -> None:
        """Raises ValueError for a device that is no robot, and for one without an address."""
        self.motion: Mapping[str, LinuxcncRobot] = {name: _robot(assembly, name) for name in sorted(assembly.devices)}
        self.grippers: Mapping[str, GripperDriver] = {}
        self.couplings: Mapping[str, CouplingDriver] = {}
        self.machines: Mapping[str, MachineDriver] = {}
        self.stations: Mapping[str, StationDriver] = {}
        self.supplies: Mapping[str, SupplyDriver] = {}
        self.persons: Mapping[str, PersonDriver] = {}
        self.signals: SignalDriver = NO_SIGNALS
        self.people: PersonDetector = NO_PEOPLE
        self.virtual = None

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(sorted((event for robot in self.motion.values() for event in robot.poll()), key=lambda event: event.time))

    def open(self) -> None:
        """All or none."""
        try:
            for robot in self.motion.values():
                robot.open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for robot in self.motion.values():
            robot.close()


def _robot(assembly: Assembly, name: str) -> LinuxcncRobot:
    if name not in assembly.robots:
        raise ValueError(f"linuxcnc drives robots, and {name} is none: name another driver for it")
    if name not in assembly.addresses:
        raise ValueError(f'{name} has no address: write address "linuxcnc://HOST:PORT/FOLDER" beside its driver')
    model = assembly.robots[name]
    if len(model.chain.joints) != JOINTS or any(joint.kind is not JointKind.REVOLUTE for joint in model.chain.joints):
        raise ValueError(f"this driver drives six turning joints, which {name} has not")
    address = address_of(assembly.addresses[name])
    return LinuxcncRobot(name, model, Path(address.folder), lambda: _dial(address), time.monotonic_ns, time.sleep)


def _dial(address: Address) -> Socket:
    return Socket(address.host, address.port)


driver = LinuxcncCell
