"""Laws of how long a command is known: what is under way always, of what is over the newest hundred. Nobody asks about others."""

from __future__ import annotations

from cell.command_book import LEAST_REMEMBERED as NEWEST
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.gripping import opened
from cell_drivers.conformance.laws.scaling import cannot_scale, scale
from cell_drivers.conformance.motions import rig
from cell_drivers.conformance.seen import demand

KNOWN = ("queued", "running", "done")


def cannot_be_asked(bed: Bed, robot: str) -> str:
    declared = bed.capabilities(robot)
    return cannot_scale(bed, robot) or ("" if declared.command_status else "exempt because command_status is False")


@law(
    "motion",
    "What is under way is known, whatever comes after it; of what is over the newest hundred are.",
    exempt=cannot_be_asked,
)
def a_motion_is_known_to_its_end(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, _ = moving.halfway()
    for _ in range(NEWEST // 2):
        scale(moving, 0.0)
        scale(moving, 0.01)
    under_way = moving.robot.status(prepared.command)
    demand(under_way.state in KNOWN, f"{NEWEST} commands after it was started it is `{under_way.state}`")
    moving.robot.start(prepared)
    scale(moving, 1.0)
    bed.done(robot, prepared.command)
    for _ in range(NEWEST - 1):
        scale(moving, 1.0)
    over = moving.robot.status(prepared.command)
    demand(over.state == "done", f"{NEWEST - 1} commands after its end it is `{over.state}`")
    return f"asked after {NEWEST} commands while it ran, and after {NEWEST - 1} when it was done"


def tells_nothing(bed: Bed, tool: str) -> str:
    return "" if bed.capabilities(tool).command_status else "exempt because command_status is False"


@law("gripper", "The newest hundred of its commands are known.", exempt=tells_nothing)
def a_grip_is_known_for_a_hundred_more(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    commands = [bed.id() for _ in range(NEWEST)]
    for command in commands:
        gripper.release(command, hand)
        bed.done(tool, command)
    oldest = gripper.status(commands[0])
    demand(oldest.state == "done", f"{NEWEST - 1} commands later it is `{oldest.state}`")
    return f"asked after {NEWEST - 1} others"
