"""Laws of power and brakes: explicit, never beside a motion."""

from __future__ import annotations

from cell.driver_errors import Refusal
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import activated, rig
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import refusal


@law("motion", "Power and brakes are explicit: `activate` and `deactivate`, each done before it is told to be.")
def power_is_explicit(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    off = bed.id()
    moving.robot.deactivate(off)
    moving.robot.deactivate(off)
    bed.done(robot, off)
    demand(
        bed.until(lambda: moving.robot.state().mode == "off", 2.0), f"deactivated, and its mode is {moving.robot.state().mode}"
    )
    activated(moving)
    demand(moving.stands(), "it moves when it is activated")
    return "off, then idle, and it stood"


@law("motion", "Without power nothing is prepared.")
def prepare_needs_power(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, off = moving.way(), bed.id()
    moving.robot.deactivate(off)
    bed.done(robot, off)
    refused = refusal(lambda: moving.prepared(way), "a trajectory without power")
    demand(refused.code is Refusal.NOT_ACTIVE, f"it is refused as {refused.code.name}")
    return "refused"


@law("motion", "`deactivate` is refused while a motion runs.")
def deactivate_is_refused_in_motion(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, _ = moving.halfway()
    refusal(lambda: moving.robot.deactivate(bed.id()), "`deactivate` in mid-motion")
    bed.done(robot, prepared.command)
    return "refused, and the motion went on to its end"
