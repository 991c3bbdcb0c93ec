"""The driver set: a robot for each address. A cell's other devices are other drivers'."""

from __future__ import annotations

import time
from pathlib import Path

from cell.driver import Assembly
from cell.kinematic_chain import JointKind
from cell.real_devices import RealDevices
from cell_drivers.host_names import HostName
from cell_drivers.linuxcnc.address import address_of
from cell_drivers.linuxcnc.limits import JOINTS
from cell_drivers.linuxcnc.link import Socket
from cell_drivers.linuxcnc.robot import LinuxcncRobot


def driver(assembly: Assembly) -> RealDevices:
    """Raises ValueError for a device that is no robot, and for one without an address."""
    return RealDevices(motion={name: _robot(assembly, name) for name in sorted(assembly.devices)})


def _robot(assembly: Assembly, name: str) -> LinuxcncRobot:
    if name not in assembly.robots:
        raise ValueError(f"linuxcnc drives robots, and {name} is none: name another driver for it")
    if name not in assembly.addresses:
        raise ValueError(f'{name} has no address: write address "linuxcnc://HOST:PORT/FOLDER" beside its driver')
    model = assembly.robots[name]
    if len(model.chain.joints) != JOINTS or any(joint.kind is not JointKind.REVOLUTE for joint in model.chain.joints):
        raise ValueError(f"this driver drives six turning joints, which {name} has not")
    address = address_of(assembly.addresses[name])
    host = HostName(address.host)
    return LinuxcncRobot(name, model, Path(address.folder), lambda: Socket(host, address.port), time.monotonic_ns, time.sleep)
