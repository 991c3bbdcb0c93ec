"""Laws of what a robot declares and would otherwise only be believed: its limits, its start tolerance, its points."""

from __future__ import annotations

import numpy as np

from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import rig, straight
from cell_drivers.conformance.seen import Broken, demand

WIDER = 1.001
"""Times the model's limit: what figures that came from one table in other units may differ by."""
WITHIN = 0.5
"""Of the start tolerance; the rest is what its sensors may say otherwise by the time that it looks."""


@law("motion", "No limit that is declared is wider than that of the robot's model, which plans were proved with.")
def limits_are_within_the_models(bed: Bed, robot: str) -> str:
    model = bed.bench.assembly.robots[robot]
    for k, joint in enumerate(bed.capabilities(robot).joints):
        low, high = (float(end) for end in model.position[k])
        room = (WIDER - 1.0) * (high - low) if np.isfinite(high - low) else 0.0
        inside = low - room <= joint.low and joint.high <= high + room
        demand(
            inside, f"{joint.name} is declared from {joint.low:.6g} to {joint.high:.6g}, the model has {low:.6g} to {high:.6g}"
        )
        for what in ("velocity", "acceleration", "jerk"):
            declared, most = float(getattr(joint, what)), float(getattr(model, what)[k])
            demand(
                declared <= WIDER * most, f"{joint.name} is declared with a {what} of {declared:.6g}, the model has {most:.6g}"
            )
    return f"{len(model.position)} joints"


@law("motion", "`prepare` takes a first point that is within the start tolerance, and `start` too.")
def a_start_within_the_tolerance_is_taken(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    start, end = moving.way().segments[0].control
    nudge = WITHIN * moving.declared.start_tolerance
    near = start + nudge * np.sign(end - start) * (np.arange(len(start)) == 0)
    prepared = moving.started(straight(moving.declared.joints, near, end, bed.bench.speed, "from beside"))
    bed.done(robot, prepared.command)
    return f"it ran from {nudge:.3g} beside where it stood"


@law("motion", "A state tells of no point that is not declared.")
def only_declared_points_are_told(bed: Bed, robot: str) -> str:
    declared = set(bed.capabilities(robot).io_points)
    for state in rig(bed, robot, is_active=False).watch(0.1):
        others = sorted(set(state.io) - declared)
        if others:
            raise Broken(f"it declares {', '.join(sorted(declared)) or 'no points'}, and tells of {', '.join(others)}")
    return ", ".join(sorted(declared)) or "none, as declared"
