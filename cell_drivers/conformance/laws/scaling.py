"""Laws of speed scaling: trajectory time follows it, nothing is caught up, and who cannot says so."""

from __future__ import annotations

import numpy as np

from cell.device import SpeedScaled
from cell.trajectory import Law
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.moving import fastest_share, run
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import refusal

NEAR = 0.15
"""Of the expected time, either way."""
OFF_ENDS, LEAST = 0.05, 0.25
"""Samples count between these shares of the path: at its ends it hardly moves. They have to be that share of its time apart."""
INSTANTS = 201


def cannot_scale(bed: Bed, robot: str) -> str:
    return "" if bed.capabilities(robot).speed_scaling else "exempt because speed_scaling is False"


def can_scale(bed: Bed, robot: str) -> str:
    return "exempt because speed_scaling is True" if bed.capabilities(robot).speed_scaling else ""


def scale(moving: Rig, scaling: float) -> None:
    command = moving.bed.id()
    moving.robot.scale_speed(command, scaling)
    moving.bed.done(moving.name, command, 5.0)


@law("motion", "Trajectory time follows the speed scaling.", exempt=cannot_scale)
def scaling_is_followed(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    full = _pace(moving, 1.0)
    half = _pace(moving, 0.5)
    scale(moving, 1.0)
    demand(abs(full / half - 2.0) <= 2.0 * NEAR, f"at half speed it went at {half:.3g} of its law, at full speed at {full:.3g}")
    return f"at {full:.3g} of its law at full speed, at {half:.3g} at half"


def _pace(moving: Rig, scaling: float) -> float:
    """s of a motion's law that pass in a second, between the first and the last of its samples on the way, by their own times:
    when somebody looked does not matter. Raises Broken where too few were seen to tell."""
    scale(moving, scaling)
    way = moving.way(f"at {scaling:g}")
    command, _, states = run(moving, way)
    start, end = way.segments[0].control[0], way.segments[-1].control[-1]
    along = end - start
    share = np.array([np.dot(np.asarray(state.q) - start, along) / np.dot(along, along) for state in states])
    on_the_way = np.flatnonzero((share > OFF_ENDS) & (share < 1.0 - OFF_ENDS))
    instants = np.linspace(0.0, sum(phase.duration for phase in way.phases), INSTANTS)
    law = Law.of(way.phases).at(instants).s / way.segments[0].length
    meant = np.interp(share[on_the_way], law, instants)
    took = np.array([states[k].device_time for k in on_the_way]) / SECOND
    far = len(took) > 1 and meant[-1] - meant[0] >= LEAST * instants[-1] and took[-1] > took[0]
    demand(bool(far), f"{len(took)} samples of {command} were seen on its way, too few or too near to tell its pace")
    return float((meant[-1] - meant[0]) / (took[-1] - took[0]))


@law("motion", "After a slow-down nothing is caught up.", exempt=cannot_scale)
def nothing_is_caught_up(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    scale(moving, 1.0)
    way = moving.way()
    prepared = moving.prepared(way)
    began = bed.now()
    moving.robot.start(prepared)
    states = moving.watch(0.3 * prepared.duration)
    scale(moving, 0.25)
    states += moving.watch(prepared.duration)
    scale(moving, 1.0)
    states += moving.watch_to_the_end(prepared.command, 4.0 * prepared.duration + 10.0)
    took, lost = (bed.now() - began) / SECOND, 0.75 * prepared.duration
    least = prepared.duration + (1.0 - 2.0 * NEAR) * lost
    demand(took >= least, f"{prepared.duration:.3g} s of motion with {lost:.3g} s lost to a slow-down took {took:.3g} s")
    fastest = fastest_share(moving, states)
    demand(fastest <= 1.05, f"a joint went at {fastest:.3g} times its velocity limit")
    return f"{prepared.duration:.3g} s of motion took {took:.3g} s, {lost:.3g} s of it lost"


@law("motion", "At 0 it stands on its path with the command running; back at 1 it goes on.", exempt=cannot_scale)
def zero_holds_on_the_path(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    scale(moving, 1.0)
    prepared, way = moving.halfway()
    scale(moving, 0.0)
    moving.watch(max(moving.declared.standstill["hold"], 0.1) + 0.2)
    demand(moving.stands(0.5), "at 0 it moves")
    state = bed.status(robot, prepared.command).state
    demand(state in ("running", "unknown"), f"at 0 the command is {state}")
    scale(moving, 1.0)
    bed.done(robot, prepared.command)
    away = moving.distance(moving.q(), way.segments[-1].control[-1])
    demand(away <= moving.declared.start_tolerance, f"it is done {away:.3g} away from its end")
    return "stood for 0.5 s, went on, and ended at its end"


@law("motion", "A scaling outside 0..1 is refused.", exempt=cannot_scale)
def scaling_out_of_range_is_refused(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    for scaling in (-0.1, 1.1, float("nan")):
        refusal(lambda x=scaling: moving.robot.scale_speed(bed.id(), x), f"a scaling of {scaling:g}")  # type: ignore[misc]
    return "refused: -0.1, 1.1, nan"


@law("motion", "The scaling that counts is told, by `poll` and by every state.", exempt=cannot_scale)
def scaling_is_told(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    scale(moving, 0.5)
    bed.wait(0.2)
    told = [event.scaling for event in bed.events if isinstance(event, SpeedScaled) and event.device == robot]
    demand(bool(told) and told[-1] == 0.5, f"scaled to 0.5, `poll` told {told or 'nothing'}")
    demand(moving.robot.state().speed_scaling == 0.5, f"scaled to 0.5, the state says {moving.robot.state().speed_scaling}")
    scale(moving, 1.0)
    return "0.5 by both"


@law("motion", "Who cannot scale its speed refuses to.", exempt=can_scale)
def scaling_is_refused_where_undeclared(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    refusal(lambda: moving.robot.scale_speed(bed.id(), 0.5), "a scaling of 0.5, though `speed_scaling` is False,")
    return "refused, as declared"
