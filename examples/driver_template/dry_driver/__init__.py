"""The smallest driver that runs a cell: robots, grippers and machines that do, in virtual time, what they are told, and drive
nothing.

Copy it, and put your robot's protocol in place of `DryArm`, your sensor in place of `Gripper`'s, your machine's protocol in place
of `DryWorks`. docs/how_to/add_a_driver.md goes through it, and line_robot.py beside this folder is such an arm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from cell.driver import Assembly, DriverSet
from cell.home import home_of
from cell_drivers.conformance import Bench, Hooks
from dry_driver.drivers import Drivers, has_work
from dry_driver.dry_arm import DryArm, Timeline
from dry_driver.dry_works import DryWorks
from dry_driver.gripper import Gripper
from dry_driver.machine import ALARM, Machine
from dry_driver.robot import Robot


class DryCell(Drivers):
    """The drivers of one cell, by the names in its cell file: of those devices only that the cell file gives to this driver."""

    def __init__(self, assembly: Assembly) -> None:
        cell, models, self.timeline = assembly.cell, assembly.robots, Timeline()
        robots = {
            name: Robot(name, models[name], DryArm(self.timeline, np.asarray(home_of(unit, models[name]))))
            for name, unit in cell.robots.items()
            if name in assembly.devices
        }
        grippers = {name: Gripper(tool, self.timeline) for name, tool in cell.tools.items() if name in assembly.devices}
        machines = {
            name: Machine(equipment, DryWorks(self.timeline, equipment))
            for name, equipment in cell.equipment.items()
            if name in assembly.devices and has_work(equipment)
        }
        super().__init__(robots, grippers, self.timeline, machines)


driver = DryCell


def bench(assembly: Assembly) -> Bench:
    """What the conformance kit may do here that only we can."""
    hooks = Hooks(cut=_cut, between=_between, part=_part, fault=_fault, astray=_astray, hush=_hush)
    return Bench(driver, assembly, travel=0.5, speed=0.9, hooks=hooks)


def _arm(drivers: DriverSet, robot: str) -> DryArm:
    """Our own, of a set that the kit knows by the contract alone."""
    return cast(DryArm, cast(Robot, drivers.motion[robot]).arm)


def _works(drivers: DriverSet, machine: str) -> DryWorks:
    return cast(DryWorks, cast(Machine, drivers.machines[machine]).works)


def _cut(drivers: DriverSet, device: str) -> Callable[[], None]:
    """A machine's signals have no link of their own, but all the machines'. Raises KeyError for a gripper, which has none."""
    if device in drivers.grippers:
        raise KeyError(device)
    works = [_works(drivers, machine) for machine in drivers.machines]
    found: list[DryArm | DryWorks] = [_arm(drivers, device)] if device in drivers.motion else [*works]
    for one in found:
        one.is_cut = True

    def restore() -> None:
        for one in found:
            one.is_cut = False

    return restore


def _astray(drivers: DriverSet, robot: str, by: float) -> Callable[[], None]:
    """Its encoders tell each joint so far from where it is."""
    arm = _arm(drivers, robot)
    arm.stray = by

    def end() -> None:
        arm.stray = 0.0

    return end


def _hush(drivers: DriverSet, device: str) -> Callable[[], None]:
    """A double that is cut says nothing, and takes what it is told: beside a real robot a relay does that to its link."""
    return _cut(drivers, device)


def _between(drivers: DriverSet, tool: str, hand: str, is_there: bool) -> None:
    cast(Gripper, drivers.grippers[tool]).between[hand] = is_there


def _part(drivers: DriverSet, machine: str, is_there: bool) -> None:
    _works(drivers, machine).part = is_there


def _fault(drivers: DriverSet, device: str) -> str:
    if device in drivers.motion:
        _arm(drivers, device).fault = "protective stop"
        return "protective stop"
    _works(drivers, device).alarm = "the bench says so"
    return ALARM
