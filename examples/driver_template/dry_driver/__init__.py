"""The smallest driver that runs a cell: robots and grippers that do, in virtual time, what they are told, and drive nothing.

Copy it, and put your robot's protocol in place of `DryArm`, your sensor in place of `Gripper`'s. docs/how_to/add_a_driver.md goes
through it, and line_robot.py beside this folder is such an arm.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cell.driver import Assembly, DriverSet
from cell.home import home_of
from cell_drivers.conformance import Bench, Hooks
from dry_driver.drivers import Drivers
from dry_driver.dry_arm import DryArm, Timeline
from dry_driver.gripper import Gripper
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
        super().__init__(robots, grippers, self.timeline)


driver = DryCell


def bench(assembly: Assembly) -> Bench:
    """What the conformance kit may do here that only we can."""
    return Bench(driver, assembly, travel=0.5, speed=0.9, hooks=Hooks(cut=_cut, between=_between))


def _cut(drivers: DriverSet, device: str) -> Callable[[], None]:
    arm = drivers.motion[device].arm  # type: ignore[attr-defined]
    arm.is_cut = True
    return lambda: setattr(arm, "is_cut", False)


def _between(drivers: DriverSet, tool: str, hand: str, is_there: bool) -> None:
    drivers.grippers[tool].between[hand] = is_there  # type: ignore[attr-defined]
