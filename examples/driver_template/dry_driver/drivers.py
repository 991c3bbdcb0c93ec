"""The set that a factory returns: some robots, some grippers, some machines, and nothing else. Leave it as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cell.device import DeviceEvent
from cell.driver import Assembly, CouplingDriver, PersonDriver, SignalDriver, StationDriver, SupplyDriver, VirtualTime
from cell.equipment import Equipment
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from dry_driver.gripper import Gripper
from dry_driver.machine import Machine, MachineSignals, Works
from dry_driver.numbered import Numbered
from dry_driver.robot import Arm, Robot


class Drivers:
    """`virtual`: simulated time, None for real devices."""

    def __init__(
        self,
        robots: Mapping[str, Robot],
        grippers: Mapping[str, Gripper],
        virtual: VirtualTime | None = None,
        machines: Mapping[str, Machine] = {},
    ) -> None:
        self.motion, self.grippers, self.virtual = robots, grippers, virtual
        self.machines = machines
        self.signals: SignalDriver = MachineSignals(machines) if machines else NO_SIGNALS
        self.people = NO_PEOPLE
        self.couplings: Mapping[str, CouplingDriver] = {}
        self.stations: Mapping[str, StationDriver] = {}
        self.supplies: Mapping[str, SupplyDriver] = {}
        self.persons: Mapping[str, PersonDriver] = {}

    @property
    def devices(self) -> tuple[Numbered, ...]:
        """All of them: what is added in a subclass too."""
        return (*self.motion.values(), *self.grippers.values(), *self.machines.values())

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(sorted((event for device in self.devices for event in device.poll()), key=lambda event: event.time))

    def open(self) -> None:
        """Whoever cannot be opened says so, and those before it are closed again."""
        try:
            for device in self.devices:
                device.open()
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        for device in self.devices:
            device.close()


def drivers_of(
    assembly: Assembly,
    arm: Callable[[str, str, tuple[str, ...]], Arm] | None = None,
    works: Callable[[Equipment, str], Works] | None = None,
) -> Drivers:
    """Those devices that the cell file gives to this driver: each robot over an `arm` of its name, its address and its joints'
    names, each machine over `works` of its equipment and its address. Raises what those raise."""
    robots, machines = dict[str, Robot](), dict[str, Machine]()
    for name in sorted(assembly.devices):
        address, model, equipment = assembly.addresses.get(name, ""), assembly.robots.get(name), assembly.cell.equipment.get(name)
        if arm is not None and model is not None:
            robots[name] = Robot(name, model, arm(name, address, model.chain.joint_names))
        if works is not None and equipment is not None and has_work(equipment):
            machines[name] = Machine(equipment, works(equipment, address))
    return Drivers(robots, {}, machines=machines)


def has_work(equipment: Equipment) -> bool:
    """It runs programs, or has a door or a clamp."""
    return bool(equipment.programs or equipment.signals.keys() & {"door", "clamp"})
